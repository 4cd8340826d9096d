"""What `fix` would write, as suggestions on the lines of a pull request that each can be taken alone."""

import csv
import difflib
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scripts.dataset import TableSpec

MOST_LINES = 20  # a longer one nobody reads; the whole file is mended by `fix`


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines of a file, first to last, and the text without the last line end that should stand in their place."""

    path: str
    start_line: int
    line: int
    text: str


class Block(NamedTuple):
    """Lines `first:last` of the old text, and the lines of the new text that take their place."""

    first: int
    last: int
    lines: list[str]


def suggestions(spec: TableSpec, before: str, after: str, shown: Container[int]) -> tuple[list[Suggestion], bool]:
    """Return the suggestions that lead from `before` to `after`, and whether they are all that is needed.

    `shown` are the lines of `before` (from 1) that the pull request shows; GitHub takes suggestions on no others. None
    loses or doubles a row if it is taken alone: a row that moves is in one suggestion with the place it moves to.
    Where the file as a whole is written otherwise there are none.
    """
    old, new = _split(before), _split(after)
    if old[0] != new[0] or len(list(csv.reader(old))) != len(old):
        return [], False
    found = []
    whole = before.endswith("\n")
    for block in _blocks(spec, old, new):
        lines = range(block.first + 1, block.last + 1)
        if block.lines and 0 < len(lines) <= MOST_LINES and all(line in shown for line in lines):
            found.append(Suggestion(spec.path, block.first + 1, block.last, "\n".join(block.lines)))
        else:
            whole = False
    return found, whole


def shown_lines(diff: str) -> set[int]:
    """Return the lines of the new file that a unified diff of one file shows."""
    hunks = re.finditer(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", diff, re.MULTILINE)
    return {line for start, count in (hunk.groups() for hunk in hunks) for line in _lines(int(start), count)}


def _split(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _lines(start: int, count: str | None) -> range:
    return range(start, start + (1 if count is None else int(count)))


def _blocks(spec: TableSpec, old: list[str], new: list[str]) -> Iterator[Block]:
    """Yield the smallest stretches that differ and stand on their own; what is left over is in the last one."""
    old_keys, new_keys = _keys(spec, old), _keys(spec, new)
    every_old, every_new = set(old_keys), set(new_keys)
    start: tuple[int, int] | None = None
    for first, last, new_first, new_last in _differences(old, new):
        start = start or (first, new_first)
        ours, theirs = Counter(old_keys[start[0] : last]), Counter(new_keys[start[1] : new_last])
        moves = (ours - theirs).keys() & every_new or (theirs - ours).keys() & every_old
        if not moves and last - start[0] == new_last - start[1]:
            yield Block(start[0], last, new[start[1] : new_last])
            start = None
    if start:
        yield Block(start[0], len(old), new[start[1] :])


def _differences(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches that differ, `old[first:last]` and `new[first:last]`; line by line where as many change."""
    for tag, first, last, new_first, new_last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace" and last - first == new_last - new_first:
            for step in range(last - first):
                yield first + step, first + step + 1, new_first + step, new_first + step + 1
        elif tag != "equal":
            yield first, last, new_first, new_last


def _keys(spec: TableSpec, lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the key of the row on each line; of a blank line and of a row without an id, empty texts."""
    cells = (dict(zip(spec.columns, row, strict=False)) for row in csv.reader(lines))
    return [tuple(row.get(column, "").strip() for column in spec.primary_key) for row in cells]
