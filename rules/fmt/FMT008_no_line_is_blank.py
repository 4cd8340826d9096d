"""
title: no line is blank
why: A blank line is a row without an id to some programs and the end of the file to others.
fix: Run `nox -s fix`; it writes the file anew without it.
bad: an empty line at the end, or a line of commas
good: one row per line
severity: error
reads:
run: always
mends: yes
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.fmt import faults


def find(context: Context) -> Iterator[Place]:
    """Yield the faults of this kind that the reader met."""
    return faults(context, "FMT008")
