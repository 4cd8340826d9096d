"""The lists kept beside the rules: `exceptions.csv` and `published_ids.csv`."""

import csv
from collections.abc import Sequence
from pathlib import Path

from scripts.dataset import CannotRunError


def read_list(root: Path, path: str, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return line and cells of the rows of the file at `path` below `root`; none where there is no such file.

    Raises CannotRunError, with the line, where the file cannot be understood.
    """
    file = root / path
    if not file.exists():
        return []
    rows: list[tuple[int, list[str]]] = []
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            rows += [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotRunError(f"{path}:1: cannot be read as CSV in UTF-8 ({error}). Restore the file.") from None
    if not rows or rows[0][1] != list(columns):
        raise CannotRunError(f"{path}:1: the header line must be {','.join(columns)}. Correct it.")
    for line, cells in rows:
        if len(cells) != len(columns):
            found = f"{len(cells)} cells instead of {len(columns)}"
            raise CannotRunError(f"{path}:{line}: the row has {found}. Count the commas; delete blank lines.")
    return rows[1:]
