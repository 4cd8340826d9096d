"""The fold of any set of events, by the same SQL as the check: what a claim was on a day, and by which events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.dataset import list_cell
from scripts.engine import DERIVED, RULES, SqliteConnection

Cells = Mapping[str, str]

_EVENT = ("event_id", "tier_id", "field", "kind", "value", "effective_on")
_SOURCE = ("source_id", "url", "kind", "published_on", "captured_on", "accessed_on")
# The events an interval began with: those dated last first, a change before an observation.
_INTERVALS = """
    select h.tier_id, h.field, h.value, h.valid_from, h.valid_to, r.event_id
    from history h
    join readings r on r.tier_id = h.tier_id and r.field = h.field and r.day = h.valid_from
    where r.value = h.value or h.value = 'conflicting'
    order by h.tier_id, h.field, h.valid_from, r.said_on desc, r.kind, r.event_id
"""


@dataclass(slots=True)
class Interval:
    """The days (YYYY-MM-DD) on which a claim has one value, `valid_to` excluded, and the events it began with."""

    value: str
    valid_from: str
    valid_to: str | None
    event_ids: list[str]


class Fold:
    """The history of every claim, by the events and sources given as rows of their tables."""

    def __init__(self, events: Iterable[Cells], sources: Iterable[Cells]) -> None:
        events = list(events)
        connection = SqliteConnection()
        connection.create("events", _EVENT, _cells(events, _EVENT))
        connection.create("sources", _SOURCE, _cells(sources, _SOURCE))
        cited = ((event["event_id"], source) for event in events for source in list_cell(event["source_ids"]))
        connection.create("citations", ("event_id", "source_id"), cited)
        for file, _ in DERIVED.values():
            connection.execute_script((RULES / file).read_text(encoding="utf-8"))
        self._intervals: dict[tuple[str, str], list[Interval]] = {}
        for row in connection.query(_INTERVALS, {}):
            self._add(row)
        connection.raw.close()

    def _add(self, row: Mapping[str, Any]) -> None:
        history = self._intervals.setdefault((row["tier_id"], row["field"]), [])
        if not history or history[-1].valid_from != row["valid_from"]:
            history.append(Interval(row["value"], row["valid_from"], row["valid_to"], []))
        history[-1].event_ids.append(row["event_id"])

    def on(self, tier_id: str, field: str, day: str) -> Interval | None:
        """Return the interval of a claim that a day (YYYY-MM-DD) lies in; None where nothing was known."""
        found = None
        for interval in self._intervals.get((tier_id, field), []):
            if interval.valid_from <= day:
                found = interval
        return found

    def value(self, tier_id: str, field: str, day: str) -> str:
        """Return the value of a claim on a day; '' where nothing was known."""
        interval = self.on(tier_id, field, day)
        return interval.value if interval else ""


def _cells(rows: Iterable[Cells], columns: tuple[str, ...]) -> Iterable[list[str | None]]:
    return ([row[name] or None for name in columns] for row in rows)
