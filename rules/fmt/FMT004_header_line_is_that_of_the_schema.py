"""
title: the header line names exactly the columns of the schema, in their order
why: A column that moved or was renamed puts every value under the wrong name.
fix: Copy the header line from the last commit, and put each cell back under its column.
bad: `vendor_id,title,website`, or `vendor_id, name,website`
good: `vendor_id,name,website`
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.fmt import faults


def find(context: Context) -> Iterator[Place]:
    """Yield the faults of this kind that the reader met."""
    return faults(context, "FMT004")
