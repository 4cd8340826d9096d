"""
title: cells hold plain visible text
why: Characters that nobody sees make two ids look alike, turn text around, or break a line in two; a cell that
  starts like a formula is run by a spreadsheet.
fix: Type the cell again by hand, in one line, without formatting characters; if it must start with = + - or @, put
  a word before it.
bad: `=HYPERLINK(…)`, or a name with a zero-width space in it
good: `Free, Pro and Max`
severity: error
reads:
run: always
mends: yes
"""

import re
from collections.abc import Iterator

from rules import Context, Place

LONGEST = 5_000

# What must not stand in a cell: (pattern, what the cell does). A formula is anything a spreadsheet would compute.
FORBIDDEN = (
    (re.compile(r"[\r\n]"), "holds a line break"),
    (re.compile(r"\t"), "holds a tab"),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"), "holds a control character"),
    (re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]"), "holds a bidirectional control character"),
    (
        re.compile(r"[\u00ad\u034f\u180e\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"),
        "holds an invisible (zero-width) character",
    ),
    (re.compile(r"[\u2028\u2029]"), "holds a line or paragraph separator"),
    (re.compile(r"\A[=+@-]"), "starts like a spreadsheet formula"),
)
ANY = re.compile("|".join(pattern.pattern for pattern, _ in FORBIDDEN) + r"|\A\s|\s\Z")


def find(context: Context) -> Iterator[Place]:
    """Yield every cell with something in it that a reader cannot see or a program would not take as text."""
    for table in context.dataset.tables:
        path = table.spec.path
        for row in table.rows:
            for column, cell in row.cells.items():
                if len(cell) > LONGEST:
                    detail = f"the cell has {len(cell):,} characters; the limit is {LONGEST:,}"
                    yield Place(path, row.line, column, table.key(row)[:100], detail)
                elif ANY.search(cell):
                    yield _place(path, row.line, column, table.key(row), cell)


def _place(path: str, line: int, column: str, key: str, cell: str) -> Place:
    for pattern, name in FORBIDDEN:
        match = pattern.search(cell)
        if match:
            return Place(path, line, column, key, f"the cell {name} ({_shown(match[0])})")
    return Place(path, line, column, key, "the cell has space at its edge", expected=cell.strip())


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"
