"""What changed in the data, written into the changelog, and nothing else touched."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.changelog import END, START, main, notes, released, with_data
from scripts.changes import markdown
from scripts.dataset import CannotRunError
from tests.conftest import PROJECT, Ledger
from tests.scripts.test_changes import example

TEXT = """# Changelog

About it.

## Unreleased

- A column more.

## 2026.10.01

- An old note.
"""


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def section(data: str) -> str:
    return f"### Data\n\n{START}\n\n{data}\n\n{END}\n"


def test_notes_are_what_stands_under_a_heading() -> None:
    assert notes(TEXT, "Unreleased") == "- A column more."
    assert notes(TEXT, "2026.10.01") == "- An old note."
    assert notes(TEXT, "2026.10.0") is None
    assert notes("## Unreleased [minor]", "Unreleased") == ""


def test_what_was_unreleased_is_moved_under_the_version() -> None:
    text = released(TEXT, "2026.11.22")
    assert notes(text, "Unreleased") == ""
    assert notes(text, "2026.11.22") == "- A column more."
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Unreleased", "## 2026.11.22", "## 2026.10.01",
    ]  # fmt: skip
    assert notes(released("## Unreleased\n", "2026.11.22"), "2026.11.22") == ""


def test_data_stand_below_the_notes_of_their_version_and_are_made_anew() -> None:
    once = with_data(TEXT, "2026.10.01", "- One.")
    assert once == TEXT.replace("- An old note.\n", f"- An old note.\n\n{section('- One.')}")
    assert with_data(once, "2026.10.01", "- One.") == once
    assert with_data(once, "2026.10.01", "- Two.") == once.replace("- One.", "- Two.")


def test_a_version_without_a_section_gets_one_before_all_others() -> None:
    data = r"- A \g<0> sign."
    text = with_data(TEXT, "2026.11.22", data)
    assert text == TEXT.replace("## 2026.10.01", f"## 2026.11.22\n\n{section(data)}\n## 2026.10.01")
    assert with_data(text, "2026.11.22", data) == text


def test_a_changelog_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(CannotRunError, match='has no heading "## Unreleased"'):
        with_data("# Changelog\n", "2026.11.22", "- One.")


def test_our_own_changelog_has_a_place_for_what_comes() -> None:
    assert notes((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), "Unreleased") is not None


def test_the_command_writes_as_many_lines_as_there_are_changes(ledger: Ledger, tmp_path: Path) -> None:
    document = example(ledger)
    (tmp_path / "changes.json").write_text(json.dumps(document), encoding="utf-8")
    (ledger.root / "CHANGELOG.md").write_text(TEXT, encoding="utf-8")
    arguments = (str(tmp_path / "changes.json"), "--root", str(ledger.root))
    assert run(*arguments).output == "CHANGELOG.md: 3 changes under 0.1.0\n"
    text = (ledger.root / "CHANGELOG.md").read_text(encoding="utf-8")
    written = notes(text, "0.1.0")
    assert written is not None
    assert markdown(document) in written
    assert sum(line.startswith("- ") for line in written.splitlines()) == 3
    assert run(*arguments).exit_code == 0
    assert (ledger.root / "CHANGELOG.md").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "cannot be read as JSON"), ("{}", "is a required property"), (None, "cannot be read as JSON")],
)
def test_what_is_no_document_of_changes_is_refused(
    ledger: Ledger, tmp_path: Path, content: str | None, reason: str
) -> None:
    path = tmp_path / "changes.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = run(str(path), "--root", str(ledger.root))
    assert result.exit_code == 2
    assert reason in result.stderr


def test_a_folder_without_a_changelog_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "changes.json").write_text(json.dumps(example(ledger)), encoding="utf-8")
    result = run(str(tmp_path / "changes.json"), "--root", str(ledger.root))
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr
