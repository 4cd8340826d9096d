"""
title: every table file equals its canonical rewrite
why: One way of writing a row keeps the difference between two versions down to the facts that changed; a
  spreadsheet that quotes every cell would change every line.
fix: Run `nox -s fix`; it writes the file anew, sorted by key and with the fewest quotes.
bad: `"claude","anthropic","Claude"`
good: `claude,anthropic,Claude`
severity: error
reads:
run: always
mends: yes
"""

from collections.abc import Iterator

from rules import Context, Place
from scripts.dataset import canonical


def find(context: Context) -> Iterator[Place]:
    """Yield, for each table that can be read, the first line that a canonical rewrite would change."""
    for table in context.dataset.tables:
        if table.faults:
            continue
        rewritten = canonical(table.spec, table.rows)
        if rewritten != table.text:
            line, detail = _first_difference(table.text.split("\n"), rewritten.split("\n"))
            yield Place(table.spec.path, line, "", "", detail)


def _first_difference(found: list[str], wanted: list[str]) -> tuple[int, str]:
    for line, (ours, theirs) in enumerate(zip(found, wanted, strict=False), start=1):
        if ours != theirs:
            if sorted(found) == sorted(wanted):
                return line, "the rows are not sorted by their key from this line on"
            return line, "this line is not written in the canonical way: quotes only where needed, rows sorted by key"
    return len(found), "the last line of the file does not end in a line feed"
