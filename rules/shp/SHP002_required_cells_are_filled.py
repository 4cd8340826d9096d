"""
title: cells of a required column are filled
why: An empty cell means that nobody has looked; some things must be known before a row can stand.
fix: Fill the cell; its column is described in docs/columns.md.
bad: a source without an address
good: `https://www.anthropic.com/legal/consumer-terms`
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
    return places(context.dataset, "SHP002")
