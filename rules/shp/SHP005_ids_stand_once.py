"""
title: no two rows of a table have the same id
why: An id names one thing; two rows under one id cannot both be meant.
fix: Delete one of the rows, or give the newer one its own id.
bad: two rows with the tier id `claude-consumer`
good: one row per id
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
    return places(context.dataset, "SHP005")
