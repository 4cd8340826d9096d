"""The SQL of the fold gives what the model gives, on random ledgers."""

import datetime
import os
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.engine import ENGINES
from tests.fold.model import Row, by_key, day_of, history_of, value_on
from tests.fold.sql import folded, histories, values_on

# FOLD_EXAMPLES=1000 pytest tests/fold looks further than a merge waits for, and elsewhere each time.
EXAMPLES = int(os.environ.get("FOLD_EXAMPLES", "0"))
FIELDS = ("training", "retention", "zdr")
FAR = ("0001-01-01", "9999-12-31")

SOURCES: dict[str, Row] = {
    name: {"source_id": name, "url": f"https://{url}.example", "kind": kind}
    for name, url, kind in (
        ("terms", "terms", "contract"),
        ("terms-later", "terms", "contract"),
        ("help", "help", "help"),
        ("ruling", "ruling", "court"),
        ("press", "press", "press"),
        ("blog", "blog", "third_party"),
        ("terms-retold", "terms", "third_party"),
    )
}
CITED = (
    *("terms", "help", "terms-later", "press", "blog", "terms-retold", "ruling", "unheard-of", ""),
    *("terms;help", "help;press", "press;blog", "press;terms-later", "ruling;blog"),
)
DAYS = ("2025-03-01", "2025-03-02", "2025-03", "2025", "2025-01-01", "2025-02", "2025-06-30", "2026", "2999-01")
VALUES = ("no", "yes", "opt_out", "unspecified", "unclear", "")
KINDS = ("observation", "change", "observation", "change", "context")
# One draw per event: hypothesis shrinks towards the first entry of each tuple.
SAID = [
    {"effective_on": day, "kind": kind, "value": value, "source_ids": cited}
    for cited, day, kind, value in product(CITED, DAYS, KINDS, VALUES)
]
# Many fields in one ledger: one run of the SQL folds them all.
ledgers = st.lists(st.lists(st.sampled_from(SAID), min_size=1, max_size=9), min_size=50, max_size=100)


def days_that_matter(events: list[Row]) -> set[str]:
    """Each day on which something is said, the days around it, and days far from all."""
    said = {datetime.date.fromisoformat(day_of(event)) for event in events}
    near = {(day + datetime.timedelta(days=days)).isoformat() for day in said for days in (-1, 0, 1)}
    return near | set(FAR)


def as_events(ledger: list[list[Row]]) -> list[Row]:
    """The rows of a ledger in which each list speaks of a field of its own."""
    return [
        {
            **said,
            "event_id": f"e{key}-{number}",
            "tier_id": f"t{key // len(FIELDS)}",
            "field": FIELDS[key % len(FIELDS)],
        }
        for key, group in enumerate(ledger)
        for number, said in enumerate(group)
    ]


@settings(max_examples=EXAMPLES or 40, derandomize=not EXAMPLES, deadline=None, database=None)
@given(ledgers)
def test_the_sql_gives_what_the_model_gives(ledger: list[list[Row]]) -> None:
    events = as_events(ledger)
    groups = by_key(events)
    values = {
        (*key, day): value_on(day, group, SOURCES) for key, group in groups.items() for day in days_that_matter(group)
    }
    spans = {key: history_of(group, SOURCES) for key, group in groups.items()}
    for engine in ENGINES:
        connection = folded(engine, events, SOURCES.values())
        assert values_on(connection, values) == values
        assert histories(connection) == spans
