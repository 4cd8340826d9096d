"""
title: Frictionless finds nothing else
why: Consumers check the dataset with Frictionless; what it refuses they cannot use.
fix: See the message; `frictionless validate datapackage.json` shows it in full.
bad: a descriptor that Frictionless cannot open
good: `frictionless validate datapackage.json` says VALID
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
    return places(context.dataset, "SHP007")
