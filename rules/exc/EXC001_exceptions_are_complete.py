"""
title: every exception names a rule, a reason and a day on which it expires
why: An exception without an end is a rule abolished in silence.
fix: Fill the row in rules/exceptions.csv, or delete it and mend the data.
bad: `SRC006,x,,`
good: `SRC006,claude-api-retention-2026-11-22,undated copy,2027-03-01`
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.exc import PATH, read_exceptions


def find(context: Context) -> Iterator[Place]:
    """Yield what keeps an exception from excusing anything."""
    for exception in read_exceptions(context.dataset.root):
        for column, detail in exception.faults(context.as_of):
            yield Place(PATH, exception.line, column, exception.key, detail)
