"""Reads the file of a table leniently and whole: every fault is kept, and the reading goes on as far as it can."""

import csv
import io
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

# A cell larger than this is not a fact; the limit itself is checked by FMT002, here the reader must only survive it.
csv.field_size_limit(sys.maxsize)

# What may separate the cells of a file that a spreadsheet saved; commas are what we write.
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a file as a file. `kind` is the id of the rule that speaks of it."""

    kind: str
    line: int
    column: str
    detail: str


@dataclass(slots=True)
class Content:
    """What a file holds: its text, the line and the cells of each row, one per column, and what is wrong with it."""

    text: str = ""
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(root: Path, path: Path, columns: tuple[str, ...]) -> Content:
    """Read the file at `path` below `root`, whose header must name `columns`. Lines count from 1, the header's."""
    content = Content()
    problem = not_a_plain_file(root, path)
    if problem:
        content.faults.append(Fault("FMT003", 1, "", problem))
        return content
    try:
        data = path.read_bytes()
    except OSError as error:
        content.faults.append(Fault("FMT003", 1, "", f"the file cannot be opened ({error.strerror})"))
        return content
    text = _decode(data, content.faults)
    if text is not None:
        content.text = text
        _parse(content, columns)
    return content


def not_a_plain_file(root: Path, path: Path) -> str:
    """Say why `path` is not a plain file below `root`, or return ''."""
    try:
        if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
            return "this is a symbolic link, not a file"
        if path.is_dir():
            return "this is a folder, not a file"
        return "" if path.is_file() else "there is no such file"
    except (OSError, RuntimeError) as error:  # a name too long, links in a circle
        return f"the file cannot be opened ({error})"


def _decode(data: bytes, faults: list[Fault]) -> str | None:
    """Return the text, without a byte order mark; None where there is none, or it is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        faults.append(Fault("FMT003", 1, "", "the file is saved as UTF-16"))
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        faults.append(Fault("FMT007", 1, "", "the file starts with an invisible byte order mark"))
        data = data[3:]
    if not data:
        faults.append(Fault("FMT003", 1, "", "the file is empty"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault("FMT003", line, "", f"byte 0x{data[error.start]:02x} is not UTF-8 text"))
        return None
    # A carriage return inside quotes ends no line; it is part of a cell, and FMT002 speaks of it.
    unquoted = re.sub(r'"[^"]*"', lambda quoted: "_" * len(quoted[0]), text) if "\r" in text else ""
    if "\r" in unquoted:
        line = text.count("\n", 0, unquoted.index("\r")) + 1
        faults.append(Fault("FMT007", line, "", "the line ends as on Windows or an old Mac (CR), not in LF"))
    return text


def _parse(content: Content, columns: tuple[str, ...]) -> None:
    delimiter, width = _dialect(content.text, columns)
    reader = csv.reader(io.StringIO(content.text, newline=""), strict=True, delimiter=delimiter)
    start = 1
    try:
        header = tuple(next(reader))
        if header[: len(columns)] != columns or len(header) != width:
            content.faults.append(Fault("FMT004", 1, "", _header_fault(header, columns)))
            return
        if delimiter != ",":
            detail = f"the cells are separated by {DELIMITERS[delimiter]}, not by commas"
            content.faults.append(Fault("FMT009", 1, "", detail))
        elif width > len(columns):
            content.faults.append(Fault("FMT009", 1, "", f"empty columns follow the last one, {columns[-1]}"))
        start = reader.line_num + 1
        for cells in reader:
            blank = not any(map(str.strip, cells))
            whole = len(cells) == width and not any(map(str.strip, cells[len(columns) :]))
            if blank or not whole:
                content.faults.append(_row_fault(start, cells, columns, width))
            if not blank:
                content.rows.append((start, (cells + [""] * len(columns))[: len(columns)]))
            start = reader.line_num + 1
    except csv.Error as error:
        never_closed = "unexpected end of data" in str(error)
        detail = 'a quote (") opens here and is never closed' if never_closed else "text follows a closing quote"
        content.faults.append(Fault("FMT003", start, "", detail))


def _dialect(text: str, columns: tuple[str, ...]) -> tuple[str, int]:
    """Return what separates the cells, and the number of columns with those that a spreadsheet added, without a name.

    Only a header that names all columns in their order tells it for certain; otherwise cells are held to the schema.
    """
    first = text.splitlines()[0]
    for delimiter in DELIMITERS:
        header = next(csv.reader([first], delimiter=delimiter), [])
        if tuple(header[: len(columns)]) == columns and not any(header[len(columns) :]):
            return delimiter, len(header)
    return ",", len(columns)


def _header_fault(header: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """Say what is wrong with a header, the most telling thing first."""
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        return "the columns are separated by semicolons or tabs, not by commas"
    padded = [name for name in header if name != name.strip()]
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    for names, what in (
        (padded, "space around the column name"),
        (twice, "a column stands twice"),
        (missing, "a column is missing"),
        (unknown, "there is an unknown column"),
    ):
        if names:
            return f"{what}: {', '.join(repr(name) for name in names)}"
    return "the columns are not in the order of the schema"


def _row_fault(line: int, cells: list[str], columns: tuple[str, ...], width: int) -> Fault:
    if not any(map(str.strip, cells)):
        return Fault("FMT008", line, "", "the line is blank")
    column = columns[min(len(cells), len(columns) - 1)]
    wanted = width if len(cells) != width else len(columns)
    return Fault("FMT005", line, column, f"the row has {len(cells)} cells instead of {wanted}")
