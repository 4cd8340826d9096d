"""
title: files have no byte order mark, and lines end in LF
why: Both are invisible, and change every line or the name of the first column for other programs.
fix: Run `nox -s fix`; it writes the file anew.
bad: a file saved by a spreadsheet with CRLF line ends
good: line feeds only
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
    return faults(context, "FMT007")
