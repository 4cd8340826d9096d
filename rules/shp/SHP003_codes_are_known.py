"""
title: cells of a coded column hold one of its codes
why: Readers filter by code; a new spelling would be left out without a word.
fix: Use one of the codes that docs/vocabulary.md lists for this column.
bad: `enterprise` as audience
good: `business`
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
    return places(context.dataset, "SHP003")
