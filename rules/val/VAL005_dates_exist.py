"""
title: dates are days, months or years of the calendar
why: Frictionless takes `2026-1-3` for a date, SQLite `2026-02-30`; both sort and compare wrongly.
fix: Write the date as YYYY-MM-DD, or only as much of it as is known: YYYY-MM or YYYY. `nox -s fix` does it for a
  date of a spreadsheet (`28.08.2025`, `8/28/25`) that can mean one day only.
bad: `2026-1-3`, `2026-02-30`, `2026-13`, `03/04/2026`
good: `2026-01-03`, `2026-01`, `2026`
severity: error
reads:
run: always
mends: yes
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules import Context, Place
from rules.val import day_readings, month_reading
from scripts.dataset import earliest

if TYPE_CHECKING:
    from scripts.dataset import Field

SHAPE = {"partial": re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII), "day": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)}
WANTED = {"partial": "YYYY-MM-DD, YYYY-MM or YYYY", "day": "YYYY-MM-DD"}


def find(context: Context) -> Iterator[Place]:
    """Yield the dates that are not written as dates, or are not in the calendar."""
    for table in context.dataset.tables:
        columns = [field for field in table.spec.fields if field.date]
        wrong = [(row, field) for row in table.rows for field in columns if not _well_written(row[field.name], field)]
        readings = day_readings(row[field.name] for row, field in wrong)
        for row, field in wrong:
            detail, expected = _judged(row[field.name], field, readings)
            yield Place(table.spec.path, row.line, field.name, table.key(row), detail, expected)


def _well_written(text: str, field: "Field") -> bool:
    if not text:
        return True
    try:
        return bool(SHAPE[field.date].fullmatch(text) and datetime.date.fromisoformat(earliest(text)))
    except ValueError:
        return False


def _judged(text: str, field: "Field", readings: Mapping[str, list[str]]) -> tuple[str, str | None]:
    """Return what is wrong with a date, and the date it must be where it can be one only."""
    if SHAPE[field.date].fullmatch(text):
        return f'"{text}" is not a day of the calendar', None
    meant = readings.get(text, [])
    if not meant and field.date == "partial":
        meant = [month for month in [month_reading(text)] if month]
    if len(meant) > 1:
        return f'"{text}" can be {" or ".join(meant)}; write {WANTED[field.date]}', None
    detail = f'"{text}" is not a date; write {WANTED[field.date]}'
    return detail, meant[0] if meant else None
