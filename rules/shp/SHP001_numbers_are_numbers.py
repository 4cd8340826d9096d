"""
title: cells of a number column hold whole numbers
why: Anything else cannot be sorted or computed with.
fix: Write digits only, without a sign, space or leading zero.
bad: `quarterly`
good: `90`
severity: error
reads:
run: always
mends: no
"""

import re
from collections.abc import Iterator

from rules import Context, Place

NUMBER = re.compile(r"0|[1-9][0-9]*")


def find(context: Context) -> Iterator[Place]:
    """Yield the cells of number columns that are not plain digits; Frictionless takes 9_0 and other scripts too."""
    for table in context.dataset.tables:
        columns = [field.name for field in table.spec.fields if field.type == "integer"]
        for row in table.rows:
            for column in columns:
                if row[column] and not NUMBER.fullmatch(row[column]):
                    detail = f'"{row[column]}" is not a whole number written in digits'
                    yield Place(table.spec.path, row.line, column, table.key(row), detail)
