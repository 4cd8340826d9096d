"""
title: commas separate the cells, and no empty columns follow the last one
why: A spreadsheet of another country saves semicolons, and adds the columns that were only touched; other programs
  then see one column, or one without a name.
fix: Run `nox -s fix`; it writes the file anew.
bad: `vendor_id;name;website`, or `vendor_id,name,website,,`
good: `vendor_id,name,website`
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
    return faults(context, "FMT009")
