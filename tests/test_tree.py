"""The tree as a newcomer meets it: documented, self-contained, nothing that belongs elsewhere."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT, SESSIONS

COMMANDS = sorted(
    path.stem
    for path in (PROJECT / "scripts").glob("*.py")
    if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
)


def text(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


def test_commands_sessions_and_headings_have_one_name() -> None:
    headings = set(re.findall(r"^## (\w+)$", text("docs/commands.md"), re.MULTILINE))
    assert set(COMMANDS) <= headings
    assert set(COMMANDS) <= SESSIONS
    assert headings <= SESSIONS


def test_what_ci_runs_are_sessions() -> None:
    called = re.findall(r"^\./nox -s ([\w ]+?)(?: -- .*)?$", text(".ci/run"), re.MULTILINE)
    assert called
    assert {name for names in called for name in names.split()} <= SESSIONS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    run = [sys.executable, "-m", f"scripts.{command}", "--help"]
    said = subprocess.run(run, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    assert f"python -m scripts.{command}" in said.split("Example")[1]
    assert not re.search(r"^  -\w [A-Z]", said, re.MULTILINE), "options have long names"


def test_the_index_of_the_docs_leads_to_every_page_in_alphabetical_order() -> None:
    index = text("docs/README.md")
    pages = {path.name for path in (PROJECT / "docs").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page}" not in index} == set()
    entries = re.findall(r"^\| ([^|]+) \| \[", index, re.MULTILINE)
    assert entries == sorted(entries)


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md"))]
)
def test_links_of_the_docs_lead_to_files(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text(page))
    missing = [
        target for target in targets if "://" not in target and not (PROJECT / page).parent.joinpath(target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/README.md", "docs/commands.md"])
def test_links_into_a_page_lead_to_a_heading(page: str) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]+\.md)#([\w-]+)\)", text(page)):
        path = (PROJECT / page).parent / target
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}, target


def test_the_row_that_the_readme_explains_is_in_the_ledger() -> None:
    shown = dict(
        pair
        for columns, values in re.findall(r"^\| (`[a-z_`, ]+`) \| (`.*`) \| ", text("README.md"), re.MULTILINE)
        for pair in zip(re.findall(r"`([^`]+)`", columns), re.findall(r"`([^`]+)`", values), strict=True)
    )
    assert len(shown) == 11
    with (PROJECT / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["event_id"] == "claude-consumer-training-2025-08-28")
    for column, value in shown.items():
        assert all(part in row[column] for part in value.split("…")), column
        assert "…" in value or row[column] == value, column


def test_every_direct_dependency_has_a_reason() -> None:
    groups = re.search(r"\[dependency-groups\]\n(.*?)\n\n", text("pyproject.toml"), re.DOTALL)
    assert groups
    names = set(re.findall(r'"([a-z0-9-]+)[<>=]', groups[1]))
    page = text("docs/decisions/0003-dependencies.md")
    reasons = {name for cell in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for name in cell.split(", ")}
    assert names <= reasons


def test_every_lock_file_pins_hashes_and_names_no_index() -> None:
    for path in (PROJECT / "requirements").glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if "==" in line]
        assert pins, path.name
        assert all(line.endswith("\\") for line in pins), path.name
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_nothing_in_the_tree_belongs_to_a_machine() -> None:
    foreign = re.compile(r"(?<![\w.-])/(home|root|Users|work)/\w|/simple/|files\.pythonhosted")
    assert [
        path.name
        for path in tracked()
        if path.name != "test_tree.py" and foreign.search(path.read_text(encoding="utf-8", errors="replace"))
    ] == []
