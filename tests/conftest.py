"""Fixtures: copies of a small ledger that is legal in every respect, to be changed at will."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.build import DATABASE, build
from scripts.dataset import Dataset, Row, Table, canonical, open_dataset
from scripts.instance import write_instance

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
AS_OF = "2026-01-15"
LIVE = "https://live.example"  # a running instance, for what is published
NOXFILE = (PROJECT / "noxfile.py").read_text(encoding="utf-8")
# A function without the decorator is not a session, whatever it is called.
SESSIONS = frozenset(re.findall(r"^@nox\.session.*\ndef (\w+)\(session: nox\.Session\)", NOXFILE, re.MULTILINE))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--looks", action="store_true", help="Run the tests marked `looks`, and no others.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked `looks` to `nox -s looks`; begin with those that stay together."""
    wanted = config.getoption("--looks")
    others = [item for item in items if (item.get_closest_marker("looks") is not None) != wanted]
    config.hook.pytest_deselected(items=others)
    left = set(items) - set(others)
    items[:] = sorted((it for it in items if it in left), key=lambda it: it.get_closest_marker("xdist_group") is None)


@dataclass
class Ledger:
    """A dataset in a folder of its own; every edit leaves the edited table canonical."""

    root: Path

    def open(self) -> Dataset:
        return open_dataset(self.root)

    def path(self, table: str) -> Path:
        return self.root / self.open().specs[table].path

    def text(self, table: str) -> str:
        return self.path(table).read_text(encoding="utf-8")

    def write(self, table: str, content: str | bytes) -> None:
        self.path(table).write_bytes(content.encode() if isinstance(content, str) else content)

    def set(self, table: str, key: str, column: str, value: str) -> None:
        read = self.open().table(table)
        found = [row for row in read.rows if read.key(row) == key]
        assert found, f"{table} has no row {key}"
        for row in found:
            assert column in row.cells, f"{table} has no column {column}"
            row.cells[column] = value
        self._put(read, read.rows)

    def add(self, table: str, /, **cells: str) -> None:
        read = self.open().table(table)
        columns = read.spec.columns
        assert cells.keys() <= set(columns), cells.keys() - set(columns)
        self._put(read, [*read.rows, Row(0, {column: cells.get(column, "") for column in columns})])

    def remove(self, table: str, key: str) -> None:
        read = self.open().table(table)
        left = [row for row in read.rows if read.key(row) != key]
        assert len(left) < len(read.rows), f"{table} has no row {key}"
        self._put(read, left)

    def as_of(self, day: str) -> None:
        """Move the day of the dataset, and nothing else."""
        path = self.root / "datapackage.json"
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**descriptor, "as_of": day}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def line(self, table: str, key: str) -> int:
        """The line on which the row with this key stands."""
        read = self.open().table(table)
        return next(row.line for row in read.rows if read.key(row) == key)

    def _put(self, table: Table, rows: list[Row]) -> None:
        (self.root / table.spec.path).write_bytes(canonical(table.spec, rows).encode())


def copy_ledger(root: Path) -> Ledger:
    """Put a copy of the small ledger into `root`."""
    shutil.copytree(HERE / "ledger" / "data", root / "data")
    shutil.copytree(PROJECT / "schema", root / "schema", ignore=shutil.ignore_patterns("release"))
    (root / "rules").mkdir()
    (root / "rules" / "exceptions.csv").write_text("rule,key,reason,expires_on\n", encoding="utf-8")
    (root / "rules" / "published_ids.csv").write_text("table,id\n", encoding="utf-8")
    descriptor = json.loads((PROJECT / "datapackage.json").read_text(encoding="utf-8"))
    text = json.dumps({**descriptor, "as_of": AS_OF}, indent=2, ensure_ascii=False) + "\n"
    (root / "datapackage.json").write_text(text, encoding="utf-8")
    return Ledger(root)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A fresh copy of the small ledger."""
    root = tmp_path / "ledger"
    root.mkdir()
    return copy_ledger(root)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the small ledger."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "ledger").mkdir()
    report = build(copy_ledger(folder / "ledger").root, folder / "dist")
    assert report.clean, report.findings
    return folder / "dist"


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """All that is published of the small ledger, and the dead links of its site."""
    from scripts.publish import publish  # noqa: PLC0415 needs pyarrow, which the environment `next` lacks

    folder = tmp_path_factory.mktemp("published")
    (folder / "ledger").mkdir()
    report, dead = publish(copy_ledger(folder / "ledger").root, folder / "dist", live=LIVE)
    assert report.clean, report.findings
    return folder / "dist", dead


@pytest.fixture(scope="session")
def published(publication: tuple[Path, list[str]]) -> Path:
    """All that is published of the small ledger."""
    return publication[0]


@pytest.fixture(scope="session")
def real_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the real data."""
    folder = tmp_path_factory.mktemp("real")
    report = build(PROJECT, folder / "dist")
    assert report.clean, report.findings
    return folder / "dist"


@pytest.fixture(scope="session")
def real_parquet(real_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Parquet files of the real data."""
    from scripts.parquet import write_parquet  # noqa: PLC0415 needs pyarrow, which the environment `next` lacks

    folder = tmp_path_factory.mktemp("parquet")
    (folder / DATABASE).symlink_to(real_release / DATABASE)
    write_parquet(open_dataset(PROJECT), folder)
    return folder / "parquet"


@pytest.fixture(scope="session")
def instance(real_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Datasette instance of the real data."""
    folder = tmp_path_factory.mktemp("instance")
    write_instance(real_release / DATABASE, folder)
    return folder
