"""The cases of cases.toml, which say what the fold is and that every step of it is needed, and those of the page."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts.engine import ENGINES
from tests.conftest import PROJECT
from tests.fold.model import Interval, Row, by_key, history_of
from tests.fold.sql import folded, histories, program

BOOK = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in BOOK["case"]}
CHANGES: dict[str, dict[str, str]] = BOOK["changes"]
SOURCES: dict[str, Row] = {
    name: {"source_id": name, "url": f"https://{document}.example", "kind": kind}
    for name, (document, kind) in BOOK["sources"].items()
}


def rows_of(name: str) -> list[Row]:
    """The events of a case; each case has a tier of its own, called as the case."""
    return [
        {
            "event_id": f"{name}-{number}",
            "tier_id": name + event.get("tier", ""),
            "field": event.get("field", "training"),
            "kind": event.get("as", "observation"),
            "value": event["says"],
            "effective_on": event["on"],
            "source_ids": event["cites"],
        }
        for number, event in enumerate(CASES[name]["events"])
    ]


def intervals(begun: list[tuple[str, str]]) -> list[Interval]:
    """The intervals of values that each hold until the next begins."""
    return [(day, end, value) for (day, value), (end, _) in zip(begun, [*begun[1:], (None, "")], strict=True)]


def expected(name: str) -> list[Interval]:
    """The history a case promises."""
    return intervals(list(CASES[name]["history"].items()))


def outcome(engine: str, sql: str) -> dict[str, list[Interval]]:
    """The history that `sql` gives each case."""
    events = [event for name in CASES for event in rows_of(name)]
    found = histories(folded(engine, events, SOURCES.values(), sql))
    return {name: found.get((name, "training"), []) for name in CASES}


@pytest.fixture(scope="module", params=ENGINES)
def found(request: pytest.FixtureRequest) -> dict[str, list[Interval]]:
    return outcome(request.param, program())


@pytest.mark.parametrize("name", CASES)
def test_the_sql_gives_the_history_of_the_case(found: dict[str, list[Interval]], name: str) -> None:
    assert found[name] == expected(name)


@pytest.mark.parametrize("name", CASES)
def test_the_model_gives_the_history_of_the_case(name: str) -> None:
    events = by_key(rows_of(name))[name, "training"]
    assert history_of(events, SOURCES) == expected(name)


@pytest.mark.parametrize("change", CHANGES)
def test_every_clause_is_needed(change: str) -> None:
    find, put = CHANGES[change]["find"], CHANGES[change]["put"]
    assert program().count(find) == 1
    changed = outcome("sqlite", program().replace(find, put))
    broken = {name for name in CASES if changed[name] != expected(name)}
    promised = {name for name, case in CASES.items() if change in case["fails_with"]}
    assert promised
    assert promised <= broken


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_been_seen_to_fail(name: str) -> None:
    assert CASES[name]["fails_with"]
    assert set(CASES[name]["fails_with"]) <= CHANGES.keys()


EXAMPLES = (PROJECT / "docs/fold.md").read_text(encoding="utf-8").split("## Examples")[1].split("\n## ")[0]


@pytest.mark.parametrize("example", EXAMPLES.split("\n**")[1:], ids=lambda text: text.split(".**")[0])
def test_the_page_gives_the_history_of_its_examples(example: str) -> None:
    events = [
        {
            "event_id": str(number),
            "tier_id": "tier",
            "field": "training",
            "kind": kind,
            "value": value,
            "effective_on": day,
            "source_ids": cites.replace("; ", ";"),
        }
        for number, (day, kind, value, cites) in enumerate(
            re.findall(r"^\| (2\S+) \| (\w+) \| `(\w+)` \| (.+) \|$", example, re.MULTILINE)
        )
    ]
    names = {name for event in events for name in event["source_ids"].split(";")}
    sources: dict[str, Row] = {
        name: {"source_id": name, "url": name, "kind": "press" if name == "news article" else "policy"}
        for name in names
    }
    promised = [(day, value) for value, day in re.findall(r"`(\w+)` from (2\d{3}-\d\d-\d\d)", example)]
    assert len(events) > 1
    assert histories(folded("sqlite", events, sources.values())) == {("tier", "training"): intervals(promised)}
