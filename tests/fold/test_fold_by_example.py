"""The cases of cases.toml: what the fold is, and that every step of it is needed."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts.engine import ENGINES
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


def expected(name: str) -> list[Interval]:
    """The history a case promises."""
    begun = list(CASES[name]["history"].items())
    return [(day, end, value) for (day, value), (end, _) in zip(begun, [*begun[1:], (None, "")], strict=True)]


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
