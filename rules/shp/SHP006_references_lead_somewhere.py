"""
title: ids that refer to another table are found there
why: A row that refers to nothing is shown nowhere.
fix: Correct the id, or add the row it refers to.
bad: a tier of the product `clade`
good: a tier of the product `claude`
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
    return places(context.dataset, "SHP006")
