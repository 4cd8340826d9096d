"""A release goes up whole or not at all, once, with its section of the changelog."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import upload
from tests.scripts.github_server import GitHub, RefusalError

CHANGELOG = """# Changelog

## Unreleased [minor]

- Not yet.

## 2026.11.22.1 (as of 2026-11-22)

- Later.

## 2026.11.22 (as of 2026-11-22)

### Data

- Parrot: no -> opt_out

## 2026.11.01

"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    for name in ("SHA256SUMS", "does-it-train.sqlite", "parquet/tiers.parquet", "json/all.json"):
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{name}\0".encode())
    return tmp_path


def run(root: Path, tag: str) -> Result:
    result = CliRunner().invoke(upload.main, [tag, "--root", str(root), "--from", str(root / "dist")])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


@pytest.mark.parametrize("tag", ["2026.11.22", "v2026.11.22"])
def test_the_release_is_seen_when_it_is_whole(server: GitHub, root: Path, tag: str) -> None:
    result = run(root, tag)
    assert (result.exit_code, result.stdout) == (0, "released https://github.example/release/1 with 3 files\n")
    (release,) = server.releases
    assert (release["tag_name"], release["draft"]) == (tag, False)
    assert release["body"] == "### Data\n\n- Parrot: no -> opt_out"
    assert server.assets == {
        name: f"{folder}{name}\0".encode()
        for folder, name in (("", "SHA256SUMS"), ("", "does-it-train.sqlite"), ("parquet/", "tiers.parquet"))
    }
    assert server.asked[-1].startswith("PATCH")


def test_what_is_released_never_changes(server: GitHub, root: Path) -> None:
    run(root, "2026.11.22")
    before = dict(server.assets)
    (root / "dist" / "SHA256SUMS").write_text("other")
    result = run(root, "2026.11.22")
    assert (result.exit_code, result.stderr) == (2, "error: 2026.11.22 is released already. Set a new tag.\n")
    assert (server.assets, len(server.releases)) == (before, 1)


def test_a_release_that_cannot_be_finished_is_taken_back(server: GitHub, root: Path) -> None:
    server.refuse[r"PATCH /releases/\d+"] = RefusalError(500, "Unicorn")
    result = run(root, "2026.11.22")
    assert (result.exit_code, "answered 500: Unicorn" in result.stderr) == (2, True)
    assert server.releases == []


def test_another_answer_than_not_found_is_no_leave(server: GitHub, root: Path) -> None:
    server.refuse["GET /releases/tags/.*"] = RefusalError(403, "no")
    assert run(root, "2026.11.22").exit_code == 2
    assert (server.releases, server.assets) == ([], {})


@pytest.mark.parametrize("tag", ["2026.11.2", "2026.11.01", "2026.12.01"])
def test_without_a_section_in_the_changelog_nothing_goes_up(server: GitHub, root: Path, tag: str) -> None:
    result = run(root, tag)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: CHANGELOG.md: has no section ## {tag}.")
    assert server.asked == []


def test_without_a_changelog_or_a_release_nothing_goes_up(server: GitHub, root: Path) -> None:
    (root / "dist" / "parquet" / "SHA256SUMS").touch()
    assert "holds no release" in run(root, "2026.11.22").stderr
    (root / "dist").rename(root / "other")
    assert "holds no release" in run(root, "2026.11.22").stderr
    (root / "CHANGELOG.md").unlink()
    assert "CHANGELOG.md: cannot be read" in run(root, "2026.11.22").stderr
    assert server.asked == []
