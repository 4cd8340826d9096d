"""The release as Parquet: one typed file per table, and what analyses ask for most, `history` and `verdicts`.

Days are `date32`; a date whose precision varies stays text, with its first day beside it in `<column>_earliest`; lists
are lists of text; everything else is text or a 64-bit integer. Files hold the rows of the release database in key
order, compressed with zstd, so that the same rows give the same bytes for one version of pyarrow.
"""

import datetime
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.database import DATABASE, opened
from scripts.dataset import Dataset, Field, TableSpec, list_cell

TEXTS = pa.list_(pa.string())
# Lists of names; the lists of ids are marked in the schemas.
NAMES = ("former_names",)


@dataclass(frozen=True)
class Column:
    """How a column is written: its type, how a cell of the database becomes a value, whether it is always filled."""

    type: pa.DataType
    value: Callable[[Any], Any]
    required: bool = False


@dataclass(frozen=True)
class Relation:
    """A table or view of the release database, the order of its rows, and the columns that are more than text."""

    order: tuple[str, ...]
    columns: Mapping[str, Column]


def _same(cell: Any) -> Any:  # noqa: ANN401 the cells of a database
    return cell


def _day(cell: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(cell) if cell else None


def _items(cell: str | None) -> list[str]:
    return list_cell(cell or "")


def _json(cell: str | None) -> list[str]:
    items: list[str] = json.loads(cell or "[]")
    return items


TEXT = Column(pa.string(), _same)
DAY = Column(pa.date32(), _day)
DERIVED: Mapping[str, Relation] = {
    "dataset": Relation(("name",), {"as_of": DAY}),
    "history": Relation(("tier_id", "field", "valid_from"), {"valid_from": DAY, "valid_to": DAY}),
    "verdicts": Relation(("product_id",), {"badges": Column(TEXTS, _json), "since": DAY}),
}


def write_parquet(dataset: Dataset, folder: Path) -> None:
    """Write `parquet/<relation>.parquet` into `folder`, which holds the release database."""
    relations = {spec.name: _relation(spec) for spec in dataset.specs.values()} | dict(DERIVED)
    (folder / "parquet").mkdir()
    with opened(folder / DATABASE) as connection:
        for name, relation in relations.items():
            pq.write_table(
                _table(connection, name, relation),
                folder / "parquet" / f"{name}.parquet",
                compression="zstd",
                version="2.6",
            )


def _relation(spec: TableSpec) -> Relation:
    columns: dict[str, Column] = {}
    for field in spec.fields:
        columns[field.name] = _column(field)
        if field.date == "partial":
            columns[f"{field.name}_earliest"] = Column(pa.date32(), _day, field.required)
    return Relation(spec.primary_key, columns)


def _column(field: Field) -> Column:
    if field.type == "integer":
        return Column(pa.int64(), _same, field.required)
    if field.date == "day":
        return Column(pa.date32(), _day, field.required)
    if field.list_of or field.name in NAMES:
        return Column(TEXTS, _items, required=True)
    return Column(pa.string(), _same, field.required)


def _table(connection: sqlite3.Connection, name: str, relation: Relation) -> pa.Table:
    title, description = connection.execute(
        "select title, description from relations where name = ?", [name]
    ).fetchone()
    about = dict(
        connection.execute('select "column", description from columns where "table" = ? order by position', [name])
    )
    order = ", ".join(f'"{column}"' for column in relation.order)
    cursor = connection.execute(f'select * from "{name}" order by {order}')  # noqa: S608 names of this schema
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    fields, arrays = [], []
    for place, column in enumerate(names):
        kind = relation.columns.get(column, TEXT)
        nullable = not (kind.required or column in relation.order)
        fields.append(pa.field(column, kind.type, nullable=nullable, metadata={"description": about[column]}))
        arrays.append(pa.array([kind.value(row[place]) for row in rows], kind.type))
    schema = pa.schema(fields, metadata={"title": title, "description": description})
    return pa.Table.from_arrays(arrays, schema=schema)
