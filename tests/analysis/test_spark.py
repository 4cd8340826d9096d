"""The analyses give in Spark what they give in DuckDB, from the same Parquet files. Run by the session `spark`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.questions import QUESTIONS, in_duckdb

# An environment of its own: Spark is large and needs Java.
sql = pytest.importorskip("pyspark.sql", reason="needs requirements/spark.txt; run by `nox -s spark`")


@pytest.fixture(scope="module")
def spark(real_parquet: Path) -> Iterator[Any]:
    """Spark on this machine, reachable from nowhere else, with the Parquet files as its tables."""
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    for path in real_parquet.glob("*.parquet"):
        session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
    yield session
    session.stop()


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_spark_and_duckdb_agree(spark: Any, real_parquet: Path, name: str) -> None:  # noqa: ANN401 pyspark may be missing
    rows = [tuple(row) for row in spark.sql(QUESTIONS[name]).collect()]
    assert len(rows) >= 20
    assert rows == in_duckdb(real_parquet, QUESTIONS[name])
