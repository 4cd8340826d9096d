"""The fold as the commands run it, on rows from memory."""

from collections.abc import Iterable, Sequence

from scripts.engine import DERIVED, RULES, Connection, _connect
from tests.fold.model import Interval, Key, Row

EVENT = ("event_id", "tier_id", "field", "kind", "value", "effective_on")
SOURCE = ("source_id", "url", "kind", "published_on", "captured_on", "accessed_on")
AS_OF = """
select a.tier_id, a.field, a.day, h.value
from asked a
left join history h
    on h.tier_id = a.tier_id and h.field = a.field
    and h.valid_from <= a.day and (h.valid_to is null or h.valid_to > a.day)
"""


def program() -> str:
    """The SQL files of the fold, in the order in which the engine runs them."""
    return "\n".join((RULES / file).read_text(encoding="utf-8") for file, _ in DERIVED.values())


def folded(engine: str, events: Sequence[Row], sources: Iterable[Row], sql: str = "") -> Connection:
    """Return a connection in which `sql` (by default the fold as it stands) has been run on these rows."""
    connection = _connect(engine)
    connection.create("events", EVENT, ([event[name] or None for name in EVENT] for event in events))
    connection.create("sources", SOURCE, ([source.get(name) or None for name in SOURCE] for source in sources))
    connection.create(
        "citations",
        ("event_id", "source_id"),
        ((event["event_id"], cited) for event in events for cited in event["source_ids"].split(";") if cited),
    )
    connection.execute_script(sql or program())
    return connection


def histories(connection: Connection) -> dict[Key, list[Interval]]:
    """The history of every field of every tier."""
    found: dict[Key, list[Interval]] = {}
    rows = connection.query("select * from history order by tier_id, field, valid_from", {})
    for row in rows:
        found.setdefault((row["tier_id"], row["field"]), []).append((row["valid_from"], row["valid_to"], row["value"]))
    return found


def values_on(connection: Connection, asked: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str | None]:
    """The value on each tier_id, field and day that is asked for."""
    connection.create("asked", ("tier_id", "field", "day"), asked)
    return {(row["tier_id"], row["field"], row["day"]): row["value"] for row in connection.query(AS_OF, {})}
