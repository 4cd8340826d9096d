"""
title: what must be unique in a table is unique
why: Two rows for one thing (one document filed twice, two vendors of one name) split what belongs together;
  Frictionless does not check `uniqueKeys`.
fix: Merge the two rows, and let everything refer to the one that stays.
bad: one document as two sources
good: one source, cited by both events
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place


def find(context: Context) -> Iterator[Place]:
    """Yield the rows that repeat a unique key of their table."""
    for table in context.dataset.tables:
        for key in table.spec.unique_keys:
            first: dict[tuple[str, ...], int] = {}
            for row in table.rows:
                values = tuple(row[column] for column in key)
                if values in first:
                    detail = f"the same {', '.join(key)} as in line {first[values]}"
                    yield Place(table.spec.path, row.line, key[-1], table.key(row), detail)
                first.setdefault(values, row.line)
