"""
title: tables that carry the dataset have rows
why: An empty table is well-formed, and everything that rests on it would vanish without an error.
fix: Restore the rows from the last commit.
bad: `events.csv` with nothing but its header
good: at least one row
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place


def find(context: Context) -> Iterator[Place]:
    """Yield the tables that may not be empty and are."""
    for table in context.dataset.tables:
        if table.readable and not table.rows and not table.spec.may_be_empty:
            yield Place(table.spec.path, 1, "", "", "the file has a header and no rows")
