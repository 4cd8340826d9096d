"""
title: cells are written as their column wants it
why: Ids, dates, addresses and durations are read by programs.
fix: Write it as the examples of the column in docs/columns.md show.
bad: `2026-1-3`, `30 days`
good: `2026-01-03`, `P30D`
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.shp import places


def find(context: Context) -> Iterator[Place]:
    """Yield what Frictionless reports of this kind."""
    return places(context.dataset, "SHP004")
