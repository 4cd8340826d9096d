"""The analyses of docs/analysis/, and DuckDB with the Parquet files of a release as its tables."""

from pathlib import Path
from typing import Any

import duckdb

from tests.conftest import PROJECT

QUESTIONS = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "docs" / "analysis").glob("*.sql")}
Rows = list[tuple[Any, ...]]


def in_duckdb(parquet: Path, sql: str) -> Rows:
    """The answer of DuckDB."""
    with duckdb.connect() as connection:
        for path in parquet.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
        return connection.execute(sql).fetchall()
