"""The chart of a product page: the values of `training` by tier over time. Only geometry; the template draws."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pages.visit import Row

WIDTH = 760
ROW = 46  # height of a tier: its name above its bar
BAR = 20
TOP = 8
GLYPH = 7.2  # average width of a character of a label
FEWEST_YEARS = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval in which a value held; lengths in units of the drawing."""

    value: str
    label: str
    x: float
    width: float
    text: str  # what fits into the bar: the label, or nothing
    title: str
    observed: bool
    coming: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A tier and its bars."""

    tier: str
    y: float
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes, ticks (x, year) and the x of the day the chart is made for."""

    width: int
    height: float
    lanes: list[Lane]
    ticks: list[tuple[float, str]]
    today: float


def chart(history: Sequence[Row], as_of: str) -> Chart | None:
    """Lay out intervals (`tier_id, tier, value, label, valid_from, valid_to, date_basis`), sorted by tier and day.

    Returns None where there are none.
    """
    if not history:
        return None
    starts = [_day(row["valid_from"]) for row in history]
    today = _day(as_of)
    first = datetime.date(min(starts).year, 1, 1)
    last = datetime.date(max(today, *starts).year + 1, 1, 1)
    first = min(first, datetime.date(last.year - FEWEST_YEARS, 1, 1))

    def x(day: datetime.date) -> float:
        return round(WIDTH * (day - first).days / (last - first).days, 1)

    lanes = []
    for number, (_, rows) in enumerate(groupby(history, key=lambda row: row["tier_id"])):
        spans = list(rows)
        lanes.append(Lane(spans[0]["tier"], TOP + number * ROW, [_bar(row, x, today, last) for row in spans]))
    years = range(first.year, last.year + 1)
    step = max(1, len(years) // 8)
    ticks = [(x(datetime.date(year, 1, 1)), str(year)) for year in years[:-1:step]]
    return Chart(WIDTH, TOP + len(lanes) * ROW + 22, lanes, ticks, x(today))


def _bar(row: Row, x: Callable[[datetime.date], float], today: datetime.date, last: datetime.date) -> Bar:
    start = _day(row["valid_from"])
    end = _day(row["valid_to"]) if row["valid_to"] else max(today, start) if start <= today else last
    width = max(round(x(end) - x(start), 1), 2)
    fits = len(row["label"]) * GLYPH + 12 <= width
    until = row["valid_to"] or "now"
    basis = "stated" if row["date_basis"] == "stated" else "first seen"
    title = f"{row['tier']}: {row['label']}, {row['valid_from']} ({basis}) to {until}"
    return Bar(
        row["value"],
        row["label"],
        x(start),
        width,
        row["label"] if fits else "",
        title,
        row["date_basis"] == "observed",
        start > today,
    )


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
