"""
title: dates are days, months or years of the calendar
why: Frictionless takes `2026-1-3` for a date, SQLite `2026-02-30`; both sort and compare wrongly.
fix: Write the date as YYYY-MM-DD, or only as much of it as is known: YYYY-MM or YYYY.
bad: `2026-1-3`, `2026-02-30`, `2026-13`
good: `2026-01-03`, `2026-01`, `2026`
severity: error
reads:
run: always
mends: no
"""

import datetime
import re
from collections.abc import Iterator

from rules import Context, Place
from scripts.dataset import earliest

SHAPE = {"partial": re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII), "day": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)}
WANTED = {"partial": "YYYY-MM-DD, YYYY-MM or YYYY", "day": "YYYY-MM-DD"}


def find(context: Context) -> Iterator[Place]:
    """Yield the dates that are not written as dates, or are not in the calendar."""
    for table in context.dataset.tables:
        columns = [field for field in table.spec.fields if field.date]
        for row in table.rows:
            for field in columns:
                detail = _fault(row[field.name], field.date)
                if detail:
                    yield Place(table.spec.path, row.line, field.name, table.key(row), detail)


def _fault(text: str, date: str) -> str:
    if not text:
        return ""
    if not SHAPE[date].fullmatch(text):
        return f'"{text}" is not a date; write {WANTED[date]}'
    try:
        datetime.date.fromisoformat(earliest(text))
    except ValueError:
        return f'"{text}" is not a day of the calendar'
    return ""
