"""The dataset as it stood somewhere: a folder, a release, a database, a zip or a commit, read into memory whole."""

import csv
import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.database import DATABASE, opened
from scripts.dataset import DESCRIPTOR, TABLES, CannotRunError, Dataset, open_dataset
from scripts.git import git

Cells = Mapping[str, str]
SQLITE = b"SQLite format 3\0"
# Of what was made before schemas had versions.
UNVERSIONED = "0.0"


@dataclass(frozen=True)
class Snapshot:
    """All rows of a dataset on one day. An empty cell is ''.

    `rows` holds the cells by table and primary key (of several columns, joined by semicolons), `places` the file and
    line of each row, `titles` the headings of the columns by table and name, `keys` the columns of the primary keys.
    """

    name: str
    version: str
    schema_version: str
    as_of: str
    commit: str | None
    keys: Mapping[str, tuple[str, ...]]
    titles: Mapping[tuple[str, str], str]
    rows: Mapping[str, Mapping[str, Cells]]
    places: Mapping[str, Mapping[str, str]]

    @cached_property
    def labels(self) -> Mapping[tuple[str, str], str]:
        """Labels of the codes, by `table.column` and code."""
        return {(row["field"], row["value"]): row["label"] for row in self.rows["vocabulary"].values()}

    @cached_property
    def ranks(self) -> Mapping[tuple[str, str], int]:
        """Ranks of the codes, by `table.column` and code; of claims, worst for users first."""
        rows = self.rows["vocabulary"].values()
        return {(row["field"], row["value"]): int(row["rank"]) for row in rows if row["rank"].isdecimal()}

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """The claim fields, in the order of the vocabulary."""
        fields = [(rank, value) for (field, value), rank in self.ranks.items() if field == "events.field"]
        return tuple(value for _, value in sorted(fields))


def open_snapshot(where: str, root: Path) -> Snapshot:
    """Read the dataset at `where`: a path, or a commit (or branch or tag) of the repository that `root` lies in.

    A path that exists is taken before a commit of the same name. Raises CannotRunError where there is neither, or no
    dataset can be read from it.
    """
    path = Path(where)
    if path.is_dir() and not (path / DATABASE).is_file():
        return of_dataset(open_dataset(path))
    return open_release(path) if path.exists() else _of_commit(where, root)


def open_release(path: Path) -> Snapshot:
    """Read what was published: a release folder, its database or its zip. Raises CannotRunError for all else."""
    try:
        if (path / DATABASE).is_file():
            return _of_release(path)
        with path.open("rb") as file:
            start = file.read(len(SQLITE))
    except OSError as error:
        raise CannotRunError(
            f"{path}: cannot be read as a release ({error.strerror}). Name its folder or file."
        ) from None
    return _of_database(path) if start == SQLITE else _of_zip(path)


def of_dataset(dataset: Dataset, commit: str | None = None) -> Snapshot:
    """Return the dataset as it lies in its folder. Raises CannotRunError where that is not possible without loss."""
    tables: dict[str, _Table] = {}
    for name in TABLES:
        table = dataset.table(name)
        if table.obstacles or len(table.keys) < len(table.rows):
            what = table.obstacles[0].detail if table.obstacles else "an id stands twice"
            raise CannotRunError(f"{table.spec.path}: {what}. Run the check and mend what it finds.")
        titles = {field.name: field.title for field in table.spec.fields}
        rows = [(f"{table.spec.path}:{row.line}", row.cells) for row in table.rows]
        tables[name] = _Table(table.spec.primary_key, titles, rows)
    return _snapshot(dataset.descriptor, tables, commit)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as read: the columns of its key, the titles of all, and its rows with file and line."""

    key: tuple[str, ...]
    titles: Mapping[str, str]
    rows: Sequence[tuple[str, Cells]]


def _snapshot(about: Mapping[str, Any], tables: Mapping[str, _Table], commit: str | None = None) -> Snapshot:
    keyed = {
        name: {";".join(cells[column] for column in table.key): (place, cells) for place, cells in table.rows}
        for name, table in tables.items()
    }
    return Snapshot(
        name=about["name"],
        version=about["version"],
        schema_version=about.get("schema_version", UNVERSIONED),
        as_of=about["as_of"],
        commit=commit,
        keys={name: table.key for name, table in tables.items()},
        titles={(name, column): title for name, table in tables.items() for column, title in table.titles.items()},
        rows={name: {key: cells for key, (_, cells) in rows.items()} for name, rows in keyed.items()},
        places={name: {key: place for key, (place, _) in rows.items()} for name, rows in keyed.items()},
    )


def _of_release(folder: Path) -> Snapshot:
    manifest = folder / "manifest.json"
    about = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    # What was made from changed files was made from no commit.
    return _of_database(folder / DATABASE, None if about.get("modified", True) else about["commit"])


def _of_zip(path: Path) -> Snapshot:
    if not zipfile.is_zipfile(path):
        raise CannotRunError(f"{path}: is neither a database of a release nor a zip of the data package. Name one.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _of_package(archive)
    except (KeyError, ValueError, TypeError, csv.Error, zipfile.BadZipFile) as error:
        raise CannotRunError(f"{path}: is not the zip of a data package ({error}). Download it anew.") from None


def _of_package(archive: zipfile.ZipFile) -> Snapshot:
    """Read a data package whose descriptor holds the schemas, without unpacking it."""
    about = json.loads(archive.read(DESCRIPTOR))
    resources = {resource["name"]: resource for resource in about["resources"]}
    tables: dict[str, _Table] = {}
    for name in TABLES:
        resource, schema = resources[name], resources[name]["schema"]
        reader = csv.DictReader(io.StringIO(archive.read(resource["path"]).decode("utf-8"), newline=""), strict=True)
        titles = {field["name"]: field["title"] for field in schema["fields"]}
        rows = [(f"{resource['path']}:{reader.line_num}", cells) for cells in reader]
        tables[name] = _Table(tuple(schema["primaryKey"]), titles, rows)
    return _snapshot(about, tables)


def _of_database(path: Path, commit: str | None = None) -> Snapshot:
    try:
        with opened(path) as connection:
            connection.row_factory = sqlite3.Row
            return _of_connection(connection, commit)
    except (sqlite3.DatabaseError, IndexError, KeyError, TypeError) as error:
        raise CannotRunError(
            f"{path}: is not the database of a release ({error}). Build or download it anew."
        ) from None


def _of_connection(connection: sqlite3.Connection, commit: str | None) -> Snapshot:
    about = dict(connection.execute("select * from dataset").fetchone())
    tables: dict[str, _Table] = {}
    for name in TABLES:
        info = connection.execute(f'pragma table_info("{name}")').fetchall()
        key = tuple(row["name"] for row in sorted(info, key=lambda row: row["pk"]) if row["pk"])
        titles = dict(connection.execute('select "column", title from columns where "table" = ?', [name]).fetchall())
        # The build adds columns that no one types.
        typed = [row["name"] for row in info if not row["name"].endswith("_earliest") and row["name"] != "row_ref"]
        rows = [
            (row["row_ref"], {column: "" if row[column] is None else str(row[column]) for column in typed})
            for row in connection.execute(f'select * from "{name}"')  # noqa: S608 names of this schema
        ]
        tables[name] = _Table(key, {column: titles[column] for column in typed}, rows)
    return _snapshot(about, tables, commit)


def _of_commit(name: str, root: Path) -> Snapshot:
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        raise CannotRunError(
            f"{name!r} is neither a path nor a commit of {root.resolve()}. "
            "Name a release folder, a database, a zip, a folder that holds datapackage.json, or a commit."
        )
    commit = found.decode().strip()
    packed = git(root, "archive", "--format=tar", commit, DESCRIPTOR, "data", "schema")
    if packed is None:
        raise CannotRunError(f"{name}: the commit {commit} holds no dataset in {root.resolve()}. Name another.")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        return of_dataset(open_dataset(Path(folder)), commit)
