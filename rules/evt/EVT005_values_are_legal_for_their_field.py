"""
title: the value of an event is one its field can have
why: A retention of `opt_out` or a field that does not exist would never reach a reader.
fix: Use a code of that field (docs/vocabulary.md) or a duration such as P30D; leave field and value empty for a
  `context`.
bad: field `retention`, value `setting`
good: field `retention`, value `P30D`
severity: error
reads: events
run: always
mends: no
"""

import re
from collections.abc import Iterator

from rules import Context, Place
from scripts.dataset import Field, Row


def find(context: Context) -> Iterator[Place]:
    """Yield the events whose value is not one that the column of that name in `tiers` may hold."""
    tiers = context.dataset.specs["tiers"]
    table = context.dataset.table("events")
    for row in table.rows:
        for column, detail in _faults(row, tiers.claims, {field.name: field for field in tiers.fields}):
            yield Place(table.spec.path, row.line, column, table.key(row), detail)


def _faults(row: Row, claims: tuple[str, ...], fields: dict[str, Field]) -> Iterator[tuple[str, str]]:
    kind, name = row["kind"], row["field"]
    if kind == "context":
        for column in ("field", "value_before", "value"):
            if row[column]:
                yield column, f'a context sets no field, but {column} is "{row[column]}"'
        return
    for column in ("tier_id", "field", "value"):
        if not row[column]:
            yield column, f"an event of kind {kind} needs a {column}"
    if name in claims:
        yield from _values(row, fields[name])
    elif name:
        yield "field", f'there is no claim field "{name}"; there are {", ".join(claims)}'


def _values(row: Row, field: Field) -> Iterator[tuple[str, str]]:
    for column in ("value_before", "value"):
        if row[column] and not _legal(row[column], field):
            codes = ", ".join(field.enum) or f"a duration or code such as {', '.join(field.examples)}"
            yield column, f'"{row[column]}" is not a value of {field.name}; it takes {codes}'
    if row["value"] == "conflicting":
        yield "value", 'no document says "conflicting"; enter each reading as an event of its own'


def _legal(value: str, field: Field) -> bool:
    return value in field.enum if field.enum else re.fullmatch(field.pattern, value) is not None
