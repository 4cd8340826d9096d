"""
title: cells of a number column hold whole numbers
why: Anything else cannot be sorted or computed with.
fix: Write digits only.
bad: `quarterly`
good: `90`
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
    return places(context.dataset, "SHP001")
