"""Rules on values and their combinations, and how spreadsheets of other countries write a day."""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

# A day in figures as spreadsheets write it, midnight included: 28.08.2025, 8/28/25, 2025/08/28, 2025-8-28 00:00:00.
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?(?:[ T]00:00(?::00)?)?", re.ASCII)
_MONTH = re.compile(r"(?P<before>\d{1,2})[./-](?P<year>\d{4})|(?P<year_first>\d{4})[./-](?P<after>\d{1,2})", re.ASCII)
# Where day, month and year stand, by what separates them and which part is a whole year. With points the day comes
# first everywhere; with strokes it depends on the country, and of three short numbers any may be the year.
_ORDERS: Mapping[tuple[bool, str], tuple[str, ...]] = {
    (True, "first"): ("ymd",),
    (True, "last"): ("dmy",),
    (True, "none"): ("dmy",),
    (False, "first"): ("ymd",),
    (False, "last"): ("dmy", "mdy"),
    (False, "none"): ("dmy", "mdy", "ymd"),
}


class Form(NamedTuple):
    """The way a day is written: what separates the parts, and which one is a year of four digits."""

    separator: str
    year: str


def day_readings(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return what each text written as a day in figures can mean, as YYYY-MM-DD, sorted; other texts are left out.

    The texts are those of one file, saved by one program: an order of day and month that is impossible for one of
    them is ruled out for all that are written in the same form.
    """
    meanings = {text: _meanings(*parts) for text in set(texts) if (parts := _parts(text))}
    possible: dict[Form, set[str]] = {}
    for form, days in meanings.values():
        if days:
            possible[form] = possible.get(form, set(days)) & days.keys()
    found: dict[str, list[str]] = {}
    for text, (form, days) in meanings.items():
        agreed = {day for order, day in days.items() if order in possible[form]} or set(days.values())
        found[text] = sorted(agreed)
    return found


def month_reading(text: str) -> str:
    """Return a month written in figures, as in 08/2025 or 2025/8, as YYYY-MM; '' where `text` is none."""
    match = _MONTH.fullmatch(text)
    if not match:
        return ""
    year, month = match["year"] or match["year_first"], int(match["before"] or match["after"])
    return f"{year}-{month:02}" if 1 <= month <= 12 else ""  # noqa: PLR2004 months of a year


def _parts(text: str) -> tuple[Form, tuple[str, str, str]] | None:
    match = _DAY.fullmatch(text)
    if not match:
        return None
    first, separator, second, third = match.groups()
    whole = [len(part) == 4 for part in (first, third)]  # noqa: PLR2004 digits of a whole year
    year = "first" if whole[0] else "last" if whole[1] else "none"
    return Form(separator, year), (first, second, third)


def _meanings(form: Form, parts: tuple[str, str, str]) -> tuple[Form, dict[str, str]]:
    orders = _ORDERS[form.separator == ".", form.year]
    days = {order: _day(dict(zip(order, parts, strict=True))) for order in orders}
    return form, {order: day for order, day in days.items() if day}


def _day(parts: Mapping[str, str]) -> str:
    """Return the day as YYYY-MM-DD, or '' where there is none; a short year is one of this century."""
    year = {2: f"20{parts['y']}", 4: parts["y"]}.get(len(parts["y"]), "")
    if not year or max(len(parts["m"]), len(parts["d"])) > 2:  # noqa: PLR2004 digits of a month or day
        return ""
    try:
        return datetime.date(int(year), int(parts["m"]), int(parts["d"])).isoformat()
    except ValueError:
        return ""
