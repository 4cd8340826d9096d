"""
title: ids are lower-case letters and digits, joined by single hyphens
why: An id is part of an address and of other people's data; a capital or a look-alike letter makes two of one.
fix: Write the id with a-z, 0-9 and single hyphens; leave an event's id empty and run `nox -s fix` to have it
  filled.
bad: `Claude_Pro`, or `claude` with a Cyrillic `a` in it
good: `claude-pro`
severity: error
reads:
run: always
mends: yes
"""

import re
from collections.abc import Iterator

from rules import Context, Place

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def find(context: Context) -> Iterator[Place]:
    """Yield the ids that are not slugs, and the events that have none yet."""
    for table in context.dataset.tables:
        column = table.spec.primary_key[0]
        if not column.endswith("_id"):
            continue
        for row in table.rows:
            if table.spec.name == "events" and not row[column]:
                yield _unnamed(table.spec.path, row.line, column, _event_id(row.cells))
            elif not SLUG.fullmatch(row[column]):
                detail = f'"{row[column]}" is not an id: {_what(row[column])}' if row[column] else "the id is empty"
                yield Place(table.spec.path, row.line, column, row[column], detail)


def _unnamed(path: str, line: int, column: str, event_id: str) -> Place:
    if SLUG.fullmatch(event_id):
        return Place(path, line, column, "", "the event has no id yet", expected=event_id)
    detail = f'the event has no id yet, and "{event_id}" cannot be one'
    remedy = "Correct the tier, field and date the id is made of, then run `nox -s fix`."
    return Place(path, line, column, "", detail, remedy=remedy)


def _event_id(event: dict[str, str]) -> str:
    """Return the id of an event: its tier, field and day; of a context, its product and day."""
    if not event["field"]:
        return f"{event['product_id']}-context-{event['effective_on']}"
    return f"{event['tier_id']}-{event['field'].replace('_', '-')}-{event['effective_on']}"


def _what(text: str) -> str:
    for character in text:
        if not character.isascii():
            return f'"{character}" (U+{ord(character):04X}) is not one of a-z, 0-9 and hyphen'
        if character.isupper():
            return f'"{character}" is a capital letter'
        if not character.isalnum() and character != "-":
            return f'"{character}" is not one of a-z, 0-9 and hyphen'
    return "hyphens stand singly and only between letters or digits"
