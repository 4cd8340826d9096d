"""The SQL of the fold gives what the model gives, on the ledger as it is and on that of the tests."""

import csv
import shutil
from pathlib import Path

import pytest

from scripts.dataset import open_dataset
from scripts.engine import ENGINES, Engine
from tests.fold.model import Row, by_key, history_of
from tests.fold.sql import histories

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["data", "tests/ledger/data"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project with one of the ledgers."""
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    shutil.copytree(ROOT / request.param, tmp_path / "data")
    shutil.copy(ROOT / "datapackage.json", tmp_path)
    return tmp_path


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_sql_gives_what_the_model_gives_on_data(root: Path, engine: str) -> None:
    groups = by_key(rows_of(root / "data/events.csv"))
    sources = {source["source_id"]: source for source in rows_of(root / "data/sources.csv")}
    base = Engine(open_dataset(root), engine)
    base.need(["history"])
    assert groups
    assert histories(base.connection) == {key: history_of(group, sources) for key, group in groups.items()}
