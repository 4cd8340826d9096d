"""
title: every table is a plain file that can be read as CSV in UTF-8
why: What cannot be read cannot be checked, and a guess at the encoding changes letters silently.
fix: Save the file as "CSV UTF-8" with commas; close every quote; put a plain file in the place of a folder or
  link.
bad: a file saved as Latin-1 or UTF-16, a quote that is never closed, a missing file
good: UTF-8 text, one header line, one line per row
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
    return faults(context, "FMT003")
