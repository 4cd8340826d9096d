"""The only reader and writer of the tables: rows know the file and the line they stand on.

A table is read leniently and whole, so that one run can report everything that is wrong with it. What the reader finds
wrong with a file as a file is kept in `Table.faults`; the rules of the family FMT turn it into findings.
"""

import csv
import datetime
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scripts.locate import line_of
from scripts.reader import Fault, read

DESCRIPTOR = "datapackage.json"
# What the code is written for; a dataset without one of them cannot be checked or built.
TABLES = ("vendors", "products", "tiers", "events", "sources", "misconceptions", "redirects", "vocabulary")


class CannotRunError(Exception):
    """A user's mistake that leaves nothing to check or build; its text says where and how to mend it."""


class UnreadableTableError(Exception):
    """A table whose file cannot be read; the faults of the table say why."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """What the ids in a list column refer to.

    `relation` is the name of the table that the list is unrolled into; `resource` and `field` are empty where the
    target depends on another column (redirects).
    """

    relation: str
    resource: str
    field: str


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table, as its Table Schema describes it."""

    name: str
    title: str
    type: str
    description: str
    required: bool
    enum: tuple[str, ...]
    pattern: str
    max_length: int | None
    minimum: int | None
    maximum: int | None
    examples: tuple[str, ...]
    claim: bool
    date: Literal["", "partial", "day"]
    list_of: ListOf | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column whose cells are keys of another table."""

    field: str
    resource: str
    reference: str


@dataclass(frozen=True)
class TableSpec:
    """The shape of a table: where it lies (POSIX path relative to the root) and what its rows may look like."""

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    may_be_empty: bool

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in file order."""
        return tuple(column.name for column in self.fields)

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """Names of the claim fields among the columns."""
        return tuple(column.name for column in self.fields if column.claim)

    def field(self, name: str) -> Field:
        """Return the column called `name`; KeyError if there is none."""
        return self.fields[self.columns.index(name)] if name in self.columns else _no_column(self.name, name)


@dataclass(slots=True)
class Row:
    """One row: the line it starts on (the header is line 1) and its cells by column."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass
class Table:
    """A table as read from its file."""

    spec: TableSpec
    text: str
    rows: list[Row]
    faults: list[Fault]

    @property
    def readable(self) -> bool:
        """Whether its rows mean anything: the file could be decoded and its header is the one in the schema."""
        return not any(fault.kind in {"FMT003", "FMT004"} for fault in self.faults)

    @property
    def plain(self) -> bool:
        """Whether commas separate its cells, and no columns follow the last one."""
        return not any(fault.kind == "FMT009" for fault in self.faults)

    @property
    def obstacles(self) -> list[Fault]:
        """The faults after which the rows do not hold for certain all that the file holds: it must not be written."""
        return [fault for fault in self.faults if fault.kind in {"FMT003", "FMT004", "FMT005"}]

    def key(self, row: Row) -> str:
        """Primary key of `row` as one text."""
        return ";".join(row[column] for column in self.spec.primary_key)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The primary keys of all rows."""
        return frozenset(self.key(row) for row in self.rows)


@dataclass
class Dataset:
    """The descriptor and its tables, each read on first use."""

    root: Path
    descriptor: dict[str, Any]
    descriptor_text: str
    specs: dict[str, TableSpec]
    _tables: dict[str, Table] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """The day (YYYY-MM-DD) the balance is taken on."""
        return str(self.descriptor["as_of"])

    def table(self, name: str) -> Table:
        """Return the table called `name`, reading it on the first call."""
        if name not in self._tables:
            self._tables[name] = read_table(self.root, self.specs[name])
        return self._tables[name]

    def readable_table(self, name: str) -> Table:
        """Return the table called `name`. Raises UnreadableTableError where its rows mean nothing."""
        table = self.table(name)
        if not table.readable:
            raise UnreadableTableError(name)
        return table

    @property
    def read_so_far(self) -> tuple[Table, ...]:
        """The tables that have been read."""
        return tuple(self._tables.values())

    @property
    def tables(self) -> Iterator[Table]:
        """All tables in the order of the descriptor."""
        return (self.table(name) for name in self.specs)

    @cached_property
    def labels(self) -> Mapping[tuple[str, str], str]:
        """Labels of the codes, by `table.column` and code."""
        return {(row["field"], row["value"]): row["label"] for row in self.table("vocabulary").rows}


def open_dataset(root: Path) -> Dataset:
    """Read the descriptor and the Table Schemas below `root`; the tables themselves are read on first use.

    Raises CannotRunError, with the file and line, where they are missing or cannot be understood.
    """
    if not root.is_dir():
        raise CannotRunError(f"{root}: is not a folder. Name the folder that holds {DESCRIPTOR} with --root.")
    text, descriptor = _read_json(root, DESCRIPTOR)
    resources = descriptor.get("resources")
    if not isinstance(resources, list) or not resources:
        raise CannotRunError(f'{DESCRIPTOR}:1: has no list of "resources". Restore the file from the last commit.')
    if not is_day(descriptor.get("as_of")):
        line = line_of(text, ["as_of"])
        raise CannotRunError(f'{DESCRIPTOR}:{line}: "as_of" is not a day. Write it as "YYYY-MM-DD".')
    specs: dict[str, TableSpec] = {}
    for number, resource in enumerate(resources):
        spec = _table_spec(root, text, number, resource)
        if spec.name in specs:
            line = line_of(text, ["resources", number, "name"])
            raise CannotRunError(
                f'{DESCRIPTOR}:{line}: the resource "{spec.name}" stands twice. Delete one of the two.'
            )
        specs[spec.name] = spec
    missing = [name for name in TABLES if name not in specs]
    if missing:
        line = line_of(text, ["resources"])
        raise CannotRunError(
            f"{DESCRIPTOR}:{line}: the resource {missing[0]} is missing. Restore it from the last commit."
        )
    return Dataset(root, descriptor, text, specs)


def read_table(root: Path, spec: TableSpec) -> Table:
    """Read a table, keeping every fault of the file instead of stopping at the first."""
    content = read(root, root / spec.path, spec.columns)
    rows = [Row(line, dict(zip(spec.columns, cells, strict=True))) for line, cells in content.rows]
    return Table(spec, content.text, rows, content.faults)


def canonical(spec: TableSpec, rows: list[Row]) -> str:
    """Return the one text that stands for these rows: sorted by key, minimal quotes, LF."""
    out = _LineFeeds()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(spec.columns)
    ordered = sorted(rows, key=lambda row: tuple(row[column] for column in spec.primary_key))
    writer.writerows([row[column] for column in spec.columns] for row in ordered)
    return out.getvalue()


def list_cell(cell: str) -> list[str]:
    """Return the ids in a list cell."""
    return cell.split(";") if cell else []


def earliest(date: str) -> str:
    """Return the first day (YYYY-MM-DD) that a date of any precision can mean; '' stays ''."""
    return date + {len("2025"): "-01-01", len("2025-08"): "-01"}.get(len(date), "")


def is_day(text: object) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    try:
        return isinstance(text, str) and datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class _LineFeeds(io.StringIO):
    """Takes rows that end in CRLF and ends them in LF: a CR in a cell is quoted only where CR ends the rows."""

    def write(self, row: str) -> int:
        return super().write(row[:-2] + "\n")


def _no_column(table: str, name: str) -> Field:
    raise KeyError(f"{table} has no column {name}")


def _read_json(root: Path, path: str) -> tuple[str, dict[str, Any]]:
    try:
        text = (root / path).read_text(encoding="utf-8")
        document = json.loads(text)
    except FileNotFoundError:
        raise CannotRunError(
            f"{path}:1: there is no such file in {root}. Restore it, or name another --root."
        ) from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise CannotRunError(f"{path}:1: cannot be read ({error}). Restore it from the last commit.") from None
    except json.JSONDecodeError as error:
        raise CannotRunError(f"{path}:{error.lineno}: is not valid JSON ({error.msg}). Mend that line.") from None
    if not isinstance(document, dict):
        raise CannotRunError(f"{path}:1: is not a JSON object. Restore it from the last commit.")
    return text, document


def _table_spec(root: Path, text: str, number: int, resource: object) -> TableSpec:
    names = ("name", "path", "schema")
    if not isinstance(resource, dict) or not all(isinstance(resource.get(key), str) for key in names):
        line = line_of(text, ["resources", number])
        raise CannotRunError(f'{DESCRIPTOR}:{line}: a resource needs a "name", a "path" and a "schema", each a text.')
    for key in ("path", "schema"):
        if not _inside(resource[key]):
            line = line_of(text, ["resources", number, key])
            raise CannotRunError(
                f"{DESCRIPTOR}:{line}: {json.dumps(resource[key])} is not a file inside the project. "
                "Give a path relative to this file, without '..'."
            )
    schema_path = resource["schema"]
    _, schema = _read_json(root, schema_path)
    try:
        return TableSpec(
            name=resource["name"],
            path=resource["path"],
            title=schema["title"],
            description=schema["description"],
            fields=tuple(_field(column) for column in schema["fields"]),
            primary_key=tuple(schema["primaryKey"]),
            unique_keys=tuple(tuple(key) for key in schema.get("uniqueKeys", [])),
            foreign_keys=tuple(
                ForeignKey(key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0])
                for key in schema.get("foreignKeys", [])
            ),
            may_be_empty=schema.get("mayBeEmpty", False),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise CannotRunError(
            f"{schema_path}:1: is not a Table Schema of this project ({type(error).__name__}: {error}). "
            "Compare it with the other files in its folder."
        ) from None


def _field(column: dict[str, Any]) -> Field:
    constraints = column.get("constraints", {})
    target = column.get("listOf")
    return Field(
        name=column["name"],
        title=column["title"],
        type=column["type"],
        description=column["description"],
        required=constraints.get("required", False),
        enum=tuple(constraints.get("enum", ())),
        pattern=constraints.get("pattern", ""),
        max_length=constraints.get("maxLength"),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        examples=tuple(column.get("examples", ())),
        claim=column.get("claim", False),
        date=column.get("date", ""),
        list_of=ListOf(target["relation"], target.get("resource", ""), target.get("field", "")) if target else None,
    )


def _inside(path: str) -> bool:
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and not any(sign in path for sign in "\\:\0")
