"""The release before another one is found by its version and taken as it was published, or not at all."""

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import last
from scripts.dataset import CannotRunError
from scripts.github import download
from scripts.output import CHECKSUMS
from scripts.package import PACKAGE
from tests.scripts.github_server import GitHub, Json

CONTENT = b"PK of the last release"
SUMS = f"{hashlib.sha256(CONTENT).hexdigest()}  does-it-train.zip\n{'0' * 64}  json/all.json\n".encode()


@pytest.fixture(autouse=True)
def files(server: GitHub) -> None:
    """What every release holds, unless a test says otherwise."""
    server.files = {"does-it-train.zip": CONTENT, "SHA256SUMS": SUMS}


def release(server: GitHub, tag: str, *, draft: bool = False, names: tuple[str, ...] = (PACKAGE, CHECKSUMS)) -> Json:
    assets = [{"name": name, "browser_download_url": f"{server.address}/files/{name}"} for name in names]
    return {"tag_name": tag, "draft": draft, "assets": assets}


def run(folder: Path, tag: str) -> Result:
    result = CliRunner().invoke(last.main, ["--before", tag, "--out", str(folder / "last")])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


@pytest.mark.parametrize(
    ("tag", "before"),
    [
        ("2026.12.01", "2026.11.22.10"),
        ("2026.11.22.10", "2026.11.22.9"),
        ("2026.11.22.1", "2026.11.22"),
        ("2026.11.22", "2026.10.31"),
    ],
)
def test_the_release_before_is_found_by_its_version(server: GitHub, tmp_path: Path, tag: str, before: str) -> None:
    tags = ("2026.11.22.9", "2026.12.01", "2026.10.31", "latest", "2026.11.22.10", "2026.11.22")
    server.releases = [release(server, "2026.11.30", draft=True), *(release(server, it) for it in tags)]
    assert run(tmp_path, tag).stdout == f"took does-it-train.zip of {before}\n"
    assert (tmp_path / "last" / PACKAGE).read_bytes() == CONTENT


def test_the_next_step_is_told_where_it_lies(server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.releases = [release(server, "2026.11.22")]
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    run(tmp_path, "2026.12.01")
    assert (tmp_path / "output").read_text() == f"zip={tmp_path / 'last' / PACKAGE}\n"
    run(tmp_path, "2026.11.22")
    assert (tmp_path / "output").read_text().count("zip=") == 1, "nothing is told where there is none before"


def test_the_first_release_has_none_before_it(server: GitHub, tmp_path: Path) -> None:
    server.releases = [release(server, "2026.11.22")]
    result = run(tmp_path, "2026.11.22")
    assert (result.exit_code, result.stdout) == (0, "there is no release before 2026.11.22\n")
    assert not (tmp_path / "last").exists()


@pytest.mark.parametrize("tag", ["main", "v1", "2026.1.2", "2026.11.22.0"])
def test_what_is_no_version_has_nothing_before_it(server: GitHub, tmp_path: Path, tag: str) -> None:
    result = run(tmp_path, tag)
    assert (result.exit_code, f"{tag} is no data version" in result.stderr) == (2, True)
    assert server.asked == []


@pytest.mark.parametrize(
    ("held", "names", "said"),
    [
        ({PACKAGE: b"other", CHECKSUMS: SUMS}, (PACKAGE, CHECKSUMS), "is not the one that its SHA256SUMS names"),
        ({PACKAGE: CONTENT, CHECKSUMS: b""}, (PACKAGE, CHECKSUMS), "is not the one that its SHA256SUMS names"),
        ({PACKAGE: CONTENT}, (PACKAGE,), "has no SHA256SUMS. Upload it again"),
        ({CHECKSUMS: SUMS}, (PACKAGE, CHECKSUMS), "cannot be downloaded (404 Not Found)"),
    ],
)
def test_nothing_is_taken_that_is_not_what_was_published(
    server: GitHub, tmp_path: Path, held: dict[str, bytes], names: tuple[str, ...], said: str
) -> None:
    server.files = held
    server.releases = [release(server, "2026.11.22", names=names)]
    result = run(tmp_path, "2026.12.01")
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert not (tmp_path / "last").exists()


def test_the_token_is_not_shown_for_a_public_file(server: GitHub) -> None:
    assert download(f"{server.address}/files/{PACKAGE}") == CONTENT
    assert server.tokens[-1] is None


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://example.org/x.zip", "is no https address"), ("http://127.0.0.1:1/x.zip", "cannot be downloaded")],
)
def test_nothing_is_taken_from_an_open_line_or_from_nobody(address: str, said: str) -> None:
    with pytest.raises(CannotRunError, match=said):
        download(address)
