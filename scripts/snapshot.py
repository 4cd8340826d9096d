"""The dataset as it stood somewhere: a folder, a release, a database, a zip or a commit, read into memory whole."""

import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.build import DATABASE
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
        return {(row["field"], row["value"]): int(row["rank"]) for row in self.rows["vocabulary"].values()}

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
    try:
        if (path / DATABASE).is_file():
            return _of_release(path)
        if path.is_dir():
            return of_dataset(open_dataset(path))
        if path.is_file():
            return _of_file(path)
    except OSError as error:
        raise CannotRunError(f"{where}: cannot be read ({error.strerror}). Give leave to read it.") from None
    return _of_commit(where, root)


def of_dataset(dataset: Dataset, commit: str | None = None) -> Snapshot:
    """Return the dataset as it lies in its folder. Raises CannotRunError where that is not possible without loss."""
    rows: dict[str, dict[str, Cells]] = {}
    places: dict[str, dict[str, str]] = {}
    for name in TABLES:
        table = dataset.table(name)
        if table.obstacles or len(table.keys) < len(table.rows):
            what = table.obstacles[0].detail if table.obstacles else "an id stands twice"
            raise CannotRunError(f"{table.spec.path}: {what}. Run the check and mend what it finds.")
        rows[name] = {table.key(row): row.cells for row in table.rows}
        places[name] = {table.key(row): f"{table.spec.path}:{row.line}" for row in table.rows}
    titles = {(name, field.name): field.title for name in TABLES for field in dataset.specs[name].fields}
    about = dataset.descriptor
    return Snapshot(
        name=about["name"],
        version=about["version"],
        schema_version=about.get("schema_version", UNVERSIONED),
        as_of=dataset.as_of,
        commit=commit,
        keys={name: dataset.specs[name].primary_key for name in TABLES},
        titles=titles,
        rows=rows,
        places=places,
    )


def _of_release(folder: Path) -> Snapshot:
    manifest = folder / "manifest.json"
    commit = json.loads(manifest.read_text(encoding="utf-8"))["commit"] if manifest.is_file() else None
    return _of_database(folder / DATABASE, commit)


def _of_file(path: Path) -> Snapshot:
    with path.open("rb") as file:
        start = file.read(len(SQLITE))
    if start == SQLITE:
        return _of_database(path)
    if zipfile.is_zipfile(path):
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
            return of_dataset(open_dataset(_below(Path(folder), path)))
    raise CannotRunError(f"{path}: is neither a database of a release nor a zip of the data package. Name one.")


def _below(folder: Path, archive: Path) -> Path:
    """Return the folder of the data package in an archive: its top, or the only folder at its top."""
    for found in (folder, *folder.iterdir()):
        if (found / DESCRIPTOR).is_file():
            return found
    raise CannotRunError(f"{archive}: holds no {DESCRIPTOR}. Name the zip of the data package.")


def _of_database(path: Path, commit: str | None = None) -> Snapshot:
    connection = sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return _of_connection(connection, commit)
    except (sqlite3.DatabaseError, IndexError) as error:
        raise CannotRunError(
            f"{path}: is not the database of a release ({error}). Build or download it anew."
        ) from None
    finally:
        connection.close()


def _of_connection(connection: sqlite3.Connection, commit: str | None) -> Snapshot:
    about = connection.execute("select * from dataset").fetchone()
    keys: dict[str, tuple[str, ...]] = {}
    rows: dict[str, dict[str, Cells]] = {}
    places: dict[str, dict[str, str]] = {}
    for table in TABLES:
        info = connection.execute(f'pragma table_info("{table}")').fetchall()
        key = keys[table] = tuple(row["name"] for row in sorted(info, key=lambda row: row["pk"]) if row["pk"])
        typed = [row["name"] for row in info if not row["name"].endswith("_earliest") and row["name"] != "row_ref"]
        rows[table], places[table] = {}, {}
        for row in connection.execute(f'select * from "{table}"'):  # noqa: S608 names of this schema
            cells = {name: "" if row[name] is None else str(row[name]) for name in typed}
            name = ";".join(cells[column] for column in key)
            rows[table][name], places[table][name] = cells, row["row_ref"]
    titles = {(row["table"], row["column"]): row["title"] for row in connection.execute("select * from columns")}
    return Snapshot(
        name=about["name"],
        version=about["version"],
        schema_version=about["schema_version"] if "schema_version" in about.keys() else UNVERSIONED,  # noqa: SIM118 a row is no mapping
        as_of=about["as_of"],
        commit=commit,
        keys=keys,
        titles=titles,
        rows=rows,
        places=places,
    )


def _of_commit(name: str, root: Path) -> Snapshot:
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        raise CannotRunError(
            f"{name!r} is neither a path nor a commit of {root.resolve()}. "
            "Name a release folder, a database, a zip, a folder that holds datapackage.json, or a commit."
        )
    commit = found.decode().strip()
    prefix = (git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    packed = git(root, "archive", "--format=tar", f"{commit}:{prefix}", DESCRIPTOR, "data", "schema")
    if packed is None:
        raise CannotRunError(f"{name}: the commit {commit} holds no dataset in {prefix or 'its root'}. Name another.")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        return of_dataset(open_dataset(Path(folder)), commit)
