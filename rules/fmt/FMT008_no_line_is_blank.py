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


def find(context: Context) -> Iterator[Place]:
    """Yield the faults of this kind that the reader met."""
    for table in context.dataset.tables:
        for fault in table.faults:
            if fault.kind == "FMT008":
                yield Place(table.spec.path, fault.line, fault.column, "", fault.detail)
