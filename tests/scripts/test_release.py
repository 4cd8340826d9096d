"""A release is prepared whole, or refused with every reason."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.build import DATABASE, build
from scripts.changelog import notes
from scripts.check import check
from scripts.release import main, schema_step
from scripts.snapshot import Snapshot, of_dataset
from tests.conftest import PROJECT, Ledger

FIRST = "2026.01.15"


@pytest.fixture(scope="module")
def identity() -> list[str]:
    return ["-c", "user.name=x", "-c", "user.email=x@example.org"]


class Repository:
    """The small ledger under Git, with a changelog and a citation."""

    def __init__(self, ledger: Ledger, identity: list[str]) -> None:
        self.ledger = ledger
        self.identity = identity
        self.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- A start.\n")
        self.write("CITATION.cff", "cff-version: 1.2.0\nversion: 0.1.0\ndate-released: 2025-01-01\n")
        self.git("init", "-q")
        self.commit()

    def read(self, path: str) -> str:
        return (self.ledger.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.ledger.root / path).write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.ledger.root), *self.identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "facts")

    def note(self, text: str) -> None:
        """Write a note under what is unreleased."""
        heading = "## Unreleased\n"
        self.write("CHANGELOG.md", self.read("CHANGELOG.md").replace(heading, f"{heading}\n- {text}\n"))

    def descriptor(self, name: str, value: str) -> None:
        document = json.loads(self.read("datapackage.json"))
        self.write("datapackage.json", json.dumps({**document, name: value}, indent=2, ensure_ascii=False) + "\n")

    def release(self, version: str, previous: Path | None = None) -> Result:
        options = ["--previous", str(previous)] if previous else []
        result = CliRunner().invoke(main, ["--version", version, "--root", str(self.ledger.root), *options])
        assert isinstance(result.exception, SystemExit | None), result.exception
        return result

    def published(self, folder: Path) -> Path:
        """The release of the present state, as it would be published."""
        build(self.ledger.root, folder)
        return folder


@pytest.fixture
def repository(ledger: Ledger, identity: list[str]) -> Repository:
    return Repository(ledger, identity)


@pytest.fixture
def second(repository: Repository, tmp_path: Path) -> tuple[Repository, Path]:
    """A repository after its first release, and that release as it was published."""
    assert repository.release(FIRST).exit_code == 0
    repository.commit()
    return repository, repository.published(tmp_path / "published")


def refused(result: Result, *reasons: str) -> None:
    """The release was refused for these reasons and no others."""
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("refused: ")]
    assert len(lines) == len(reasons), lines
    for line, reason in zip(lines, reasons, strict=True):
        assert reason in line
    assert result.stderr.endswith("nothing was written\n")


def test_the_first_release_writes_version_changelog_and_ids(repository: Repository) -> None:
    result = repository.release(FIRST)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "prepared 2026.01.15: the first. Read the difference, then:",
        '  git commit --all --message "release: 2026.01.15"',
        '  git tag --annotate 2026.01.15 --message "2026.01.15"',
    ]
    assert repository.git("status", "--porcelain").split() == [
        "M", "CHANGELOG.md", "M", "CITATION.cff", "M", "datapackage.json", "M", "rules/published_ids.csv",
    ]  # fmt: skip
    assert json.loads(repository.read("datapackage.json"))["version"] == FIRST
    assert repository.read("CITATION.cff") == "cff-version: 1.2.0\nversion: 2026.01.15\ndate-released: 2026-01-15\n"
    written = notes(repository.read("CHANGELOG.md"), FIRST) or ""
    assert written.startswith("- A start.\n\n### Data\n")
    assert "As of 2026-01-15, the first release: 1 product, 2 tiers, 15 events, 1 misconception, 6 sources" in written
    ids = repository.read("rules/published_ids.csv").splitlines()
    assert ids[0] == "table,id"
    assert ids[1:] == sorted(ids[1:])
    some = {"products,parrot", "tiers,parrot-api", "sources,tattler-2025-06", "events,parrot-context-2025-05-02"}
    assert some < set(ids)
    assert check(repository.ledger.open()).clean


def test_the_next_release_tells_what_changed_since_the_last(second: tuple[Repository, Path]) -> None:
    repository, published = second
    repository.ledger.as_of("2027-01-15")
    said = repository.ledger.open().table("events").rows[-1].cells
    assert said["event_id"] == "parrot-free-training-2027-01"
    values = {"event_id": "parrot-free-opt-out-2027-01", "field": "opt_out", "value_before": "setting"}
    repository.ledger.add("events", **{**said, **values, "value": "not_needed"})
    repository.ledger.set("tiers", "parrot-free", "training", "opt_in")
    repository.ledger.set("tiers", "parrot-free", "opt_out", "not_needed")
    for tier in ("parrot-free", "parrot-api"):
        repository.ledger.set("tiers", tier, "verified_on", "2027-01-14")
    repository.commit()
    for previous in (published, published / DATABASE):
        repository.git("checkout", "-q", ".")
        result = repository.release("2027.01.15", previous)
        assert result.output.startswith("prepared 2027.01.15: 5 changes since 2026.01.15."), result.output
        written = notes(repository.read("CHANGELOG.md"), "2027.01.15") or ""
        assert written.count("\n- ") == 5
        assert "#### Changed by the vendor (2)" in written
        assert "As of 2027-01-15; since 2026.01.15, as of 2026-01-15:" in written
    assert notes(repository.read("CHANGELOG.md"), FIRST) is not None


def test_ids_once_published_stay_in_the_list(second: tuple[Repository, Path]) -> None:
    repository, published = second
    key = "parrot-context-2025-05-02"
    repository.ledger.remove("events", key)
    repository.commit()
    refused(repository.release("2026.01.15.1", published), "the check has 1 findings")  # KEY002
    repository.ledger.add(
        "redirects", old_id=key, table="events", kind="withdrawn", date="2026-01-15", reason="It was another Acme."
    )
    repository.commit()
    assert repository.release("2026.01.15.1", published).exit_code == 0
    assert f"events,{key}" in repository.read("rules/published_ids.csv").splitlines()


def test_without_a_citation_and_notes_it_is_prepared_too(repository: Repository) -> None:
    (repository.ledger.root / "CITATION.cff").unlink()
    repository.write("CHANGELOG.md", "## Unreleased\n")
    repository.commit()
    assert repository.release(FIRST).exit_code == 0
    assert (notes(repository.read("CHANGELOG.md"), FIRST) or "").startswith("### Data")


def test_every_reason_is_given_at_once(second: tuple[Repository, Path]) -> None:
    repository, _ = second
    repository.ledger.set("tiers", "parrot-free", "training", "no")
    repository.write("CHANGELOG.md", f"## {FIRST}\n")
    refused(
        repository.release(FIRST),
        "files differ from the last commit: CHANGELOG.md, data/tiers.csv",
        "the check has 2 findings",
        "2026.01.15 is not newer than 2026.01.15, the last release",
        "Name that release, as published, with --previous",
        'CHANGELOG.md has no heading "## Unreleased"',
        "CHANGELOG.md has a section 2026.01.15 already",
    )


def test_a_version_of_another_day_than_that_of_the_data_is_refused(repository: Repository) -> None:
    refused(repository.release("2026.01.16"), "the version begins with 2026.01.15. Or settle 2026-01-16 first")


def test_a_folder_without_git_is_refused(repository: Repository) -> None:
    shutil.rmtree(repository.ledger.root / ".git")
    refused(repository.release(FIRST), "the folder is in no Git repository")


def test_a_folder_without_a_changelog_is_refused(repository: Repository) -> None:
    (repository.ledger.root / "CHANGELOG.md").unlink()
    repository.commit()
    refused(repository.release(FIRST), 'has no heading "## Unreleased"')


def test_a_release_in_which_nothing_changed_is_refused(second: tuple[Repository, Path]) -> None:
    repository, published = second
    refused(repository.release("2026.01.15.1", published), "nothing changed since 2026.01.15")
    repository.note("Code.")
    repository.commit()
    assert repository.release("2026.01.15.1", published).exit_code == 0
    assert "Nothing changed in the data." in (notes(repository.read("CHANGELOG.md"), "2026.01.15.1") or "")


def test_another_release_than_the_last_is_refused(second: tuple[Repository, Path], tmp_path: Path) -> None:
    repository, _ = second
    repository.descriptor("version", "2025.12.01")
    other = repository.published(tmp_path / "other")
    repository.git("checkout", "-q", ".")
    repository.ledger.set("vendors", "acme", "name", "Acme Inc.")
    repository.commit()
    refused(repository.release("2026.01.15.1", other), "--previous is 2025.12.01, but of the last release")


def test_a_last_release_where_there_is_none_is_refused(repository: Repository, release: Path) -> None:
    repository.ledger.set("vendors", "acme", "name", "Acme Inc.")
    repository.commit()
    refused(
        repository.release(FIRST, release), "--previous is 0.1.0, but of the last release datapackage.json says: there"
    )


def test_a_schema_whose_version_was_not_raised_is_refused(second: tuple[Repository, Path]) -> None:
    repository, published = second
    repository.ledger.add(
        "vocabulary", field="sources.kind", value="treaty", label="Treaty", meaning="Between states.", rank="11"
    )
    path = "schema/sources.schema.json"
    repository.write(path, repository.read(path).replace('"third_party"\n', '"third_party",\n          "treaty"\n'))
    repository.commit()
    gained = "the schema gained sources.kind treaty: raise MINOR of schema_version, 1.0"
    refused(repository.release("2026.01.15.1", published), gained)
    repository.descriptor("schema_version", "1.1")
    repository.commit()
    refused(repository.release("2026.01.15.1", published), "the schema has a new version. Say under Unreleased")
    repository.note("Treaties.")
    repository.commit()
    assert repository.release("2026.01.15.1", published).exit_code == 0


def state(version: str, *columns: str) -> Snapshot:
    base = of_dataset_of_the_project()
    titles = {("tiers", column): column for column in columns}
    return replace(base, schema_version=version, titles=titles)


def of_dataset_of_the_project() -> Snapshot:
    return Snapshot("x", "1", "1.0", "2026-01-01", None, {}, {}, {"vocabulary": {}}, {})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (state("1.0", "a"), state("1.0", "a"), ""),
        (state("1.0", "a"), state("1.0", "a", "b"), "the schema gained tiers b: raise MINOR"),
        (state("1.0", "a"), state("1.1", "a", "b"), ""),
        (state("1.9", "a"), state("1.10", "a", "b"), ""),
        (state("1.0", "a"), state("1.1", "b"), "the schema lost tiers a: raise MAJOR"),
        (state("1.4", "a"), state("2.0", "b"), ""),
        (state("1.4", "a"), state("1.3", "a"), "the schema gained a version: raise MINOR"),
    ],
)
def test_the_schema_version_is_raised_as_far_as_the_schema_changed(old: Snapshot, new: Snapshot, said: str) -> None:
    assert schema_step(old, new).startswith(said)
    assert bool(schema_step(old, new)) == bool(said)


@pytest.mark.parametrize("version", ["2026.1.15", "1.0.0", "2026.01.15.0", "2026.01.15.01", "v2026.01.15", "latest"])
def test_what_is_no_version_is_refused(repository: Repository, version: str) -> None:
    result = repository.release(version)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no version of the data" in result.stderr


def test_versions_of_one_day_are_counted(second: tuple[Repository, Path], tmp_path: Path) -> None:
    repository, published = second
    for number, name in (("9", "Acme Inc."), ("10", "Acme Ltd.")):
        repository.ledger.set("vendors", "acme", "name", name)
        repository.commit()
        assert repository.release(f"2026.01.15.{number}", published).exit_code == 0
        repository.commit()
        published = repository.published(tmp_path / number)
    repository.ledger.set("vendors", "acme", "name", "Acme")
    repository.commit()
    refused(
        repository.release("2026.01.15.9", published), "is not newer than 2026.01.15.10", "has a section 2026.01.15.9"
    )


@pytest.mark.parametrize("what", ["tag", "folder"])
def test_only_what_was_published_is_a_baseline(repository: Repository, what: str) -> None:
    repository.git("tag", "v1")
    result = repository.release(FIRST, Path("v1") if what == "tag" else repository.ledger.root)
    assert result.exit_code == 2
    assert "cannot be read as a release" in result.stderr


def test_our_own_tree_could_be_released(real_release: Path) -> None:
    """The example of the docs: what is refused is only that the tests do not run on a clean tree."""
    assert schema_step(of_dataset(Ledger(PROJECT).open()), of_dataset(Ledger(PROJECT).open())) == ""
    assert json.loads((real_release / "manifest.json").read_text(encoding="utf-8"))["schema_version"] == "1.0"
