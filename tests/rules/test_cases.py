"""Every rule on edits of the small ledger, which is clean: what breaks the rule, and what only looks as if it did.

A file `cases/<ID>.toml` holds the cases of one rule, as tables `[pass.<name>]` and `[fail.<name>]`:

- `edits`, made one after the other: `{ set = [table, key, column, value] }`, `{ add = [table, { <column> = … }] }`,
  `{ remove = [table, key] }`, which leave the table canonical; `{ replace = [file, old, new] }` and
  `{ write = [file, text] }` for anything else;
- `as_of`, the day the check is made for, by default the day of the small ledger;
- `findings`, in a case that fails: all that the rule must find, as `[file, line, column, key, message]`. In files that
  are not of the small ledger the line is given by a text that stands on it alone.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rules import all_rules
from scripts.check import check
from scripts.engine import ENGINES
from tests.conftest import Ledger

CASES = Path(__file__).resolve().parent / "cases"
# Only these depend on the engine.
WRITTEN_IN_SQL = {rule.id for rule in all_rules() if rule.path.suffix == ".sql"}


@dataclass(frozen=True)
class Case:
    rule: str
    outcome: str
    name: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}-{self.outcome}-{self.name}"


def cases() -> list[Case]:
    return [
        Case(path.stem, outcome, name, content)
        for path in sorted(CASES.glob("*.toml"))
        for outcome, named in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for name, content in named.items()
    ]


def edit(ledger: Ledger, edits: list[dict[str, Any]]) -> None:
    for change in edits:
        ((how, what),) = change.items()
        if how == "set":
            ledger.set(*what)
        elif how == "add":
            table, cells = what
            ledger.add(table, **cells)
        elif how == "remove":
            ledger.remove(*what)
        elif how == "replace":
            file, old, new = what
            text = (ledger.root / file).read_bytes().decode()
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            (ledger.root / file).write_text(text.replace(old, new), encoding="utf-8", newline="")
        else:
            assert how == "write", how
            file, text = what
            (ledger.root / file).write_text(text, encoding="utf-8", newline="")


def line_with(text: str, ledger: Ledger, file: str) -> int:
    lines = (ledger.root / file).read_text(encoding="utf-8").split("\n")
    (number,) = (number for number, line in enumerate(lines, start=1) if text in line)
    return number


@pytest.mark.parametrize("case", cases(), ids=str)
def test_finds_exactly_what_breaks_the_rule(case: Case, ledger: Ledger) -> None:
    edit(ledger, case.content["edits"])
    expected = [
        [case.rule, file, line if isinstance(line, int) else line_with(line, ledger, file), *rest]
        for file, line, *rest in case.content.get("findings", [])
    ]
    assert bool(expected) == (case.outcome == "fail")
    for engine in ENGINES if case.rule in WRITTEN_IN_SQL else ("sqlite",):
        report = check(ledger.open(), rules=[case.rule], engine=engine, as_of=case.content.get("as_of", ""))
        found = [[it.rule, it.file, it.line, it.column, it.key, it.message] for it in report.findings]
        assert found == expected, engine
