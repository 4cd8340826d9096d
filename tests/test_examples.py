"""The examples of the documentation run: commands on the small ledger or at least by their options, SQL on the release.

A block that cannot run here says why in the line above it, `<!-- not run: … -->`.
"""

import contextlib
import re
import shlex
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scripts.build import DATABASE
from tests.conftest import PROJECT, SESSIONS, Ledger

PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")))
BLOCK = re.compile(r"(?:^<!-- (?P<mark>.+) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# Pages whose examples are run by a test of their own.
RUN_ELSEWHERE = {"docs/analysis.md": "analysis/test_duckdb.py", "docs/publishing.md": "web/test_deploy.py"}


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str
    mark: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    text = (PROJECT / page).read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, it.start()) + 1, it["language"], it["text"], it["mark"] or "")
        for it in BLOCK.finditer(text)
    ]


ALL = [block for page in PAGES for block in blocks(page) if block.language]


def of(language: str) -> list[Block]:
    """The blocks that are run here."""
    here = [block for block in ALL if block.page not in RUN_ELSEWHERE]
    return [block for block in here if block.language == language and not block.mark.startswith("not run: ")]


def commands(block: Block) -> Iterator[list[str]]:
    for line in block.text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


def session(words: list[str]) -> tuple[str, list[str]]:
    """The session or module that a command runs, with its arguments; plain `./nox` is ''."""
    if words[:2] == ["python", "-m"] and words[2].startswith("scripts."):
        return words[2].removeprefix("scripts."), words[3:]
    assert words[0] == "./nox", f"{' '.join(words)}: neither nox nor a module; say why it is not run"
    assert len(words) == 1 or words[1] == "-s", words
    if len(words) == 1:
        return "", []
    name, *rest = words[2:]
    assert not rest or rest[0] == "--", words
    return name, rest[1:]


def command(name: str) -> click.Command:
    found: click.Command = import_module(f"scripts.{name}").main
    return found


def test_every_block_is_closed_and_of_a_language_that_is_run_or_says_why_not() -> None:
    for page in PAGES:
        fences = (PROJECT / page).read_text(encoding="utf-8").count("```")
        assert fences == 2 * len(blocks(page)), page
    assert {block.language for block in ALL if not block.mark} <= {"sh", "sql", "python"}
    assert of("python") == [], "Python is run by a test of its own"
    for page, test in RUN_ELSEWHERE.items():
        assert f'"{Path(page).name}"' in (PROJECT / "tests" / test).read_text(encoding="utf-8")


@pytest.mark.parametrize("block", of("sh"), ids=str)
def test_a_command_names_a_session_and_options_that_there_are(block: Block) -> None:
    for words in commands(block):
        name, arguments = session(words)
        assert name in SESSIONS | {""}, words
        if (PROJECT / "scripts" / f"{name}.py").is_file():
            parse(command(name), name, arguments)


def parse(command: click.Command, name: str, arguments: list[str]) -> None:
    """Take the options of a command without running it; an unknown one is an error."""
    if isinstance(command, click.Group):
        chosen, found, rest = command.resolve_command(click.Context(command), list(arguments))
        assert found
        parse(found, str(chosen), rest)
    else:
        with contextlib.suppress(click.exceptions.Exit):  # --help
            command.make_context(name, list(arguments))


@pytest.mark.parametrize("block", of("sql"), ids=str)
def test_a_query_runs_on_the_release(block: Block, real_release: Path) -> None:
    connection = sqlite3.connect(f"file:{real_release / DATABASE}?mode=ro", uri=True)
    assert connection.execute(block.text).fetchall()
    connection.close()


@pytest.fixture
def small(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(ledger.root)
    return ledger


def test_who_follows_the_guide_for_contributors_ends_with_a_clean_check(small: Ledger) -> None:
    followed = []
    for block in blocks("CONTRIBUTING.md"):
        for words in commands(block):
            name, arguments = session(words)
            result = CliRunner().invoke(command(name), arguments)
            assert result.exit_code == 0, f"{' '.join(words)}\n{result.output}"
            followed.append(name)
    assert followed.count("new") == 7
    assert followed.count("check") == 2
    tiers = {row["tier_id"]: row for row in small.open().table("tiers").rows}
    assert tiers["parrot-free"]["retention"] == "P60D"
    assert tiers["owl-all-plans"]["training"] == "unspecified"
    events = {row["event_id"]: row for row in small.open().table("events").rows}
    assert events["parrot-free-retention-2026-01-12"]["value_before"] == "P30D", "offered, not typed"


def test_the_record_that_the_guide_explains_is_the_one_of_the_small_ledger(ledger: Ledger) -> None:
    shown = dict(
        pair
        for columns, values in re.findall(
            r"^\| (`[a-z_`, ]+`) \| (`.*?`) \| ",
            (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        for pair in zip(re.findall(r"`([^`]+)`", columns), re.findall(r"`([^`]+)`", values), strict=True)
    )
    row = next(row for row in ledger.open().table("events").rows if row["event_id"] == shown["event_id"])
    assert shown == row.cells
