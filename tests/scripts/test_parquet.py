"""Parquet says what the database says, in types that programs can count with."""

import datetime
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.database import DATABASE

pytestmark = pytest.mark.xdist_group("published")


def plain(value: object) -> object:
    """A typed value as the database writes it."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return ";".join(value) or None
    return value


def test_every_row_and_column_of_the_database_is_there_in_key_order(published: Path) -> None:
    connection = sqlite3.connect(published / DATABASE)
    paths = sorted((published / "parquet").iterdir())
    assert len(paths) == 11
    for path in paths:
        table = pq.read_table(path)
        order = {"history": "1, 2, 5", "vocabulary": "1, 2", "redirects": "1, 2"}.get(path.stem, "1")
        cursor = connection.execute(f'select * from "{path.stem}" order by {order}')
        assert table.column_names == [column[0] for column in cursor.description]
        rows = [tuple(map(plain, row.values())) for row in table.to_pylist()]
        if path.stem == "verdicts":
            rows = [(*row[:7], row[7] and '["' + '", "'.join(row[7].split(";")) + '"]', *row[8:]) for row in rows]
        assert rows == cursor.fetchall(), path.stem


def test_columns_have_the_types_of_their_schemas(published: Path) -> None:
    events = pq.read_schema(published / "parquet" / "events.parquet")
    assert events.field("effective_on").type == pa.string()  # its precision varies
    assert events.field("effective_on_earliest").type == pa.date32()
    assert events.field("source_ids").type == pa.list_(pa.string())
    assert not events.field("product_id").nullable
    assert events.field("tier_id").nullable
    tiers = pq.read_schema(published / "parquet" / "tiers.parquet")
    assert tiers.field("verified_on").type == pa.date32()
    assert tiers.field("review_days").type == pa.int64()
    history = pq.read_schema(published / "parquet" / "history.parquet")
    assert [history.field(name).type for name in ("valid_from", "valid_to")] == [pa.date32(), pa.date32()]
    assert pq.read_schema(published / "parquet" / "verdicts.parquet").field("badges").type == pa.list_(pa.string())
    products = pq.read_table(published / "parquet" / "products.parquet")
    assert products["former_names"].to_pylist() == [["Polly"]]


def test_files_describe_themselves_and_are_compressed(published: Path) -> None:
    for path in (published / "parquet").iterdir():
        schema = pq.read_schema(path)
        assert {b"title", b"description"} <= schema.metadata.keys()
        assert all(field.metadata[b"description"] for field in schema)
        about = pq.read_metadata(path)
        assert about.created_by == f"parquet-cpp-arrow version {pa.__version__}"
        assert about.row_group(0).column(0).compression == "ZSTD"
