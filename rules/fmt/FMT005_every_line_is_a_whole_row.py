"""
title: every line has one cell per column
why: A comma too many or too few shifts all cells behind it.
fix: Count the commas; put text that contains a comma in double quotes.
bad: `zoom,Zoom, Inc.,https://zoom.us`
good: `zoom,"Zoom, Inc.",https://zoom.us`
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
    return faults(context, "FMT005")
