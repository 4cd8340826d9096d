"""The fold, written a second time: from docs/fold.md and not from rules/fold.sql, plainly and without care for speed.

Events and sources are rows of the tables, cells by column.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Row = Mapping[str, str]
Key = tuple[str, str]  # tier_id, field
Interval = tuple[str, str | None, str]  # valid_from, valid_to (None: still holds), value

UNOFFICIAL = {"press", "third_party"}


def by_key(events: Iterable[Row]) -> dict[Key, list[Row]]:
    """The statements: events that give a field of a tier a value, by the tier and the field they speak of."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for event in events:
        if event["kind"] != "context" and event["tier_id"] and event["field"] and event["value"]:
            groups[event["tier_id"], event["field"]].append(event)
    return groups


def value_on(day: str, events: Sequence[Row], sources: Mapping[str, Row]) -> str | None:
    """The value of one field of one tier on `day`, from all its events; None where nothing was said by then."""
    said = [event for event in events if day_of(event) <= day]
    changes = [event for event in said if event["kind"] == "change"]
    observations = [event for event in said if event["kind"] != "change"]

    # 1. What the latest change says, what other changes of its day say, and what was observed from that day on.
    latest = max((day_of(change) for change in changes), default="")
    candidates = [change for change in changes if day_of(change) == latest]
    candidates += [observation for observation in observations if day_of(observation) >= latest]

    # 2. An official document silences those who merely report.
    if any(is_official(candidate, sources) for candidate in candidates):
        candidates = [candidate for candidate in candidates if is_official(candidate, sources)]

    # 3. A document seen again later speaks for itself as it is then.
    candidates = [
        candidate
        for candidate in candidates
        if not any(
            day_of(other) > day_of(candidate) and urls(other, sources) & urls(candidate, sources)
            for other in candidates
        )
    ]

    # 4. They agree, or one change has the last word, or they conflict.
    values = {candidate["value"] for candidate in candidates}
    if len(values) <= 1:
        return next(iter(values), None)
    last = max(day_of(candidate) for candidate in candidates)
    final = [event for event in candidates if event["kind"] == "change" and day_of(event) == last]
    return final[0]["value"] if len(final) == 1 else "conflicting"


def history_of(events: Sequence[Row], sources: Mapping[str, Row]) -> list[Interval]:
    """The values one field of one tier had, each with the day it began and the day the next one began."""
    begun: list[tuple[str, str]] = []
    for day in sorted({day_of(event) for event in events}):
        value = value_on(day, events, sources)
        if value is not None and (not begun or begun[-1][1] != value):
            begun.append((day, value))
    ends = [day for day, _ in begun[1:]] + [None]
    return [(day, end, value) for (day, value), end in zip(begun, ends, strict=True)]


def day_of(event: Row) -> str:
    """The earliest day an event can mean."""
    return (event["effective_on"] + "-01-01")[: len("2025-08-28")]


def documents(event: Row, sources: Mapping[str, Row]) -> list[Row]:
    """The sources an event cites, as far as they are known."""
    return [sources[source_id] for source_id in event["source_ids"].split(";") if source_id in sources]


def is_official(event: Row, sources: Mapping[str, Row]) -> bool:
    """Whether an event rests on a document of the vendor, a regulator or a court."""
    return any(source["kind"] not in UNOFFICIAL for source in documents(event, sources))


def urls(event: Row, sources: Mapping[str, Row]) -> set[str]:
    """The addresses an event rests on."""
    return {source["url"] for source in documents(event, sources)}
