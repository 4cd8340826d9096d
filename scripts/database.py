"""The release database: the tables of the dataset, what follows from them, views and full-text search.

Written with the standard library so that its bytes depend on the data and the SQLite version alone: rows in key order,
one transaction, one page size, and at the end `VACUUM INTO`, which leaves no trace of how it came about.
"""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path

from rules import all_rules
from scripts.dataset import CannotRunError, Dataset, Field, Table, TableSpec, earliest, list_cell
from scripts.engine import RULES
from scripts.published import published_sql
from scripts.verdict import TierClaims, label, verdict

# Name of the release database in a release and in the instance that serves it.
DATABASE = "does-it-train.sqlite"
SHAPE = Path(__file__).resolve().parent.parent / "schema" / "release"
# STRICT tables came with 3.37, `is distinct from` and full joins with 3.39.
OLDEST_SQLITE = (3, 39, 0)
# Columns that full-text search covers.
SEARCHED = {
    "products": ("name", "former_names"),
    "tiers": ("name", "note"),
    "events": ("summary", "locator"),
    "sources": ("title", "publisher"),
    "misconceptions": ("belief", "correction"),
}


def write_database(dataset: Dataset, path: Path, found: Mapping[str, int | None]) -> None:
    """Write the release database of `dataset` to `path`, which must not exist.

    `found` says for each rule how many findings the check had, None where it did not run.

    Raises CannotRunError where the data break a constraint of the database (only possible for data that do not pass
    the check), or SQLite is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise CannotRunError(f"SQLite {sqlite3.sqlite_version} is too old; Python must come with {wanted} or newer.")
    draft = path.with_suffix(".draft")
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute("pragma page_size = 4096")
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.execute("begin")
        _fill(connection, dataset)
        _rule(connection, dataset, found)
        connection.execute("commit")
        connection.execute("analyze")
        connection.execute("vacuum into ?", [str(path)])
    except sqlite3.IntegrityError as error:
        raise CannotRunError(f"the data cannot be built: {error}. Run the check and mend what it finds.") from None
    finally:
        connection.close()
        draft.unlink()


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a release database to read it: nothing is written, neither to it nor beside it."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def content_digest(connection: sqlite3.Connection) -> str:
    """Return a SHA-256 of all rows of all tables in key order: the same for any SQLite version."""
    digest = hashlib.sha256()
    tables = connection.execute(
        "select name from sqlite_schema where type = 'table' and sql like '%strict%' order by name"
    ).fetchall()
    for (table,) in tables:
        keys = [row[1] for row in connection.execute(f'pragma table_info("{table}")') if row[5]]
        rows = connection.execute(f'select * from "{table}" order by {_names(keys)}')  # noqa: S608 names of this schema
        for row in rows:
            digest.update(json.dumps([table, *row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def table_sql(spec: TableSpec) -> str:
    """Return the statement that makes the table of `spec`, with every constraint SQLite can hold."""
    parts = [definition for field in spec.fields for definition in _column_sql(field)]
    parts.append("row_ref text not null")
    parts.append(f"primary key ({_names(spec.primary_key)})")
    parts += [f"unique ({_names(key)})" for key in spec.unique_keys]
    parts += [
        f'foreign key ("{key.field}") references "{key.resource}" ("{key.reference}")' for key in spec.foreign_keys
    ]
    lines = ",\n    ".join(parts)
    return f'create table "{spec.name}" (\n    {lines}\n) strict'


def write_tables(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Write the tables of `dataset` and what their lists name, with all keys and indexes."""
    for table in dataset.tables:
        connection.execute(table_sql(table.spec))
        _insert(connection, table.spec.name, _rows(table))
        for key in table.spec.foreign_keys:
            name = f"{table.spec.name}_{key.field}"
            connection.execute(f'create index "{name}" on "{table.spec.name}" ("{key.field}")')
    _run(connection, SHAPE / "derived.sql")
    _describe(connection, dataset)
    for table in dataset.tables:
        for field in table.spec.fields:
            if field.list_of and field.list_of.resource:
                _insert(connection, field.list_of.relation, _listed(table, field))


def index_text(connection: sqlite3.Connection) -> None:
    """Make the full-text indexes of tables that are written."""
    for table, columns in SEARCHED.items():
        connection.execute(
            f"create virtual table {table}_fts using fts5 ({', '.join(columns)}, content='{table}', tokenize='porter')"
        )
        connection.execute(f"insert into {table}_fts ({table}_fts) values ('rebuild')")  # noqa: S608 names of this schema


def _fill(connection: sqlite3.Connection, dataset: Dataset) -> None:
    write_tables(connection, dataset)
    _fold(connection, dataset)
    _run(connection, SHAPE / "views.sql")
    _judge(connection, dataset)
    index_text(connection)
    broken = connection.execute("pragma foreign_key_check").fetchone()
    if broken:
        raise sqlite3.IntegrityError(f"row {broken[1]} of {broken[0]} refers to a row of {broken[2]} that is not there")


def _rule(connection: sqlite3.Connection, dataset: Dataset, found: Mapping[str, int | None]) -> None:
    _insert(
        connection,
        "rules",
        (
            [rule.id, rule.title, rule.why, rule.fix, rule.severity, found.get(rule.id), published_sql(rule, dataset)]
            for rule in all_rules()
        ),
    )


def _column_sql(field: Field) -> Iterator[str]:
    kind = "integer" if field.type == "integer" else "text"
    checks = " not null" if field.required else ""
    if field.enum:
        # Not `in (…)`: SQLite would build the list anew for every row that it inserts.
        codes = " or ".join(f"\"{field.name}\" = '{code}'" for code in field.enum)
        checks += f" check ({codes})"
    if field.date == "day":
        # The modifier makes SQLite compute the date, so that 30 February is refused too.
        checks += f""" check ("{field.name}" is date("{field.name}", '+0 days'))"""
    yield f'"{field.name}" {kind}{checks}'
    if field.date == "partial":
        name = f"{field.name}_earliest"
        yield f"""\"{name}" text check ("{name}" is date("{name}", '+0 days'))"""


def _rows(table: Table) -> Iterator[list[str | None]]:
    columns = [(field.name, field.date == "partial") for field in table.spec.fields]
    for row in table.rows:
        values: list[str | None] = []
        for name, partial in columns:
            cell = row.cells[name]
            values.append(cell or None)
            if partial:
                values.append(earliest(cell) or None)
        yield [*values, f"{table.spec.path}:{row.line}"]


def _listed(table: Table, field: Field) -> Iterator[list[str]]:
    for row in table.rows:
        for item in sorted(set(list_cell(row[field.name]))):
            yield [row[table.spec.primary_key[0]], item]


def _describe(connection: sqlite3.Connection, dataset: Dataset) -> None:
    names = ("name", "id", "title", "description", "version", "schema_version", "as_of")
    license_ = dataset.descriptor["licenses"][0]["name"]
    addresses = [dataset.descriptor[name] for name in ("homepage", "repository")]
    _insert(connection, "dataset", [[*(dataset.descriptor[name] for name in names), license_, *addresses]])
    relations: list[tuple[str, str, str]] = [
        (spec.name, spec.title, spec.description) for spec in dataset.specs.values()
    ]
    columns: list[tuple[str, str, int, str, str]] = [
        (spec.name, name, position, title, description)
        for spec in dataset.specs.values()
        for position, (name, title, description) in enumerate(_described(spec), start=1)
    ]
    with (SHAPE / "relations.csv").open(encoding="utf-8", newline="") as file:
        for relation, group in groupby(csv.DictReader(file), key=lambda row: row["relation"]):
            for position, row in enumerate(group):
                if row["column"]:
                    columns.append((relation, row["column"], position, row["title"], row["description"]))
                else:
                    relations.append((relation, row["title"], row["description"]))
    _insert(connection, "relations", sorted(relations))
    _insert(connection, "columns", sorted(columns))


def _described(spec: TableSpec) -> Iterator[tuple[str, str, str]]:
    """Yield name, title and description of each column of the table in the release."""
    for field in spec.fields:
        yield field.name, field.title, field.description
        if field.date == "partial":
            title = f"{field.title} (earliest)"
            yield f"{field.name}_earliest", title, f"The first day that {field.name} can mean; for sorting and SQL."
    yield "row_ref", "Row", "File and line of the row in the repository."


def _fold(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Fold the ledger with the same SQL as the check, keep the outcome and drop the steps."""
    before = _tables(connection)
    connection.execute("alter table history rename to history_of_release")
    connection.execute("alter table readings rename to readings_of_release")
    _run(connection, RULES / "standing.sql")
    _run(connection, RULES / "fold.sql")
    _run(connection, RULES / "readings.sql")
    labels = dataset.labels
    used = connection.execute(
        "select field, value from history union select field, value from events where value is not null "
        "union select field, value_before from events where value_before is not null order by 1, 2"
    )
    _insert(connection, "labels", [[field, value, label(labels, field, value)] for field, value in used])
    # The event an interval began with: of the readings of that day the one dated by it, a change before an observation.
    spans = connection.execute(
        """
        select h.tier_id, h.field, h.value, h.valid_from, h.valid_to, r.event_id
        from history h
        join (
            select tier_id, field, day, event_id,
                   row_number() over (
                       partition by tier_id, field, day order by said_on desc, kind, event_id
                   ) as place
            from readings
        ) r on r.tier_id = h.tier_id and r.field = h.field and r.day = h.valid_from and r.place = 1
        order by h.tier_id, h.field, h.valid_from
        """
    )
    _insert(
        connection,
        "history_of_release",
        (
            [tier, field, value, label(labels, field, value), start, end, event]
            for tier, field, value, start, end, event in spans
        ),
    )
    connection.execute(
        "insert into readings_of_release select tier_id, field, day, event_id from readings order by 1, 2, 3, 4"
    )
    for name in _tables(connection) - before - {"history_of_release", "readings_of_release"}:
        connection.execute(f'drop table "{name}"')
    connection.execute("drop table history")
    connection.execute("drop table readings")
    connection.execute("alter table history_of_release rename to history")
    connection.execute("alter table readings_of_release rename to readings")


def _judge(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Write the verdict on each product for every interval in which none of its claims changes."""
    codes = [row for row in dataset.table("vocabulary").rows if row["field"] == "tiers.training"]
    order = [row["value"] for row in sorted(codes, key=lambda row: int(row["rank"]))]
    tiers: dict[str, list[tuple[str, str]]] = {}
    for row in dataset.table("tiers").rows:
        tiers.setdefault(row["product_id"], []).append((row["tier_id"], row["name"]))
    spans: dict[str, list[tuple[str, str, str, str | None]]] = {}
    for tier_id, *span in connection.execute("select tier_id, field, value, valid_from, valid_to from history"):
        spans.setdefault(tier_id, []).append((span[0], span[1], span[2], span[3]))
    for product in dataset.table("products").rows:
        mine = tiers.get(product["product_id"], [])
        days = sorted({span[2] for tier_id, _ in mine for span in spans.get(tier_id, [])})
        judged: list[list[str | None]] = []
        for day in days:
            claims = [TierClaims(name, _claims_on(spans.get(tier_id, []), day)) for tier_id, name in mine]
            found = verdict(product["name"], claims, dataset.labels, order)
            said = [found.verdict, found.label, found.answer, json.dumps(found.badges, ensure_ascii=False)]
            if judged and judged[-1][3:] == said:
                continue
            if judged:
                judged[-1][2] = day
            judged.append([product["product_id"], day, None, *said])
        _insert(connection, "verdict_history", judged)


def _claims_on(spans: Sequence[tuple[str, str, str, str | None]], day: str) -> dict[str, str]:
    return {field: value for field, value, start, end in spans if start <= day and (end is None or day < end)}


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[str | int | None]]) -> None:
    width = len(connection.execute(f'pragma table_info("{table}")').fetchall())
    connection.executemany(f'insert into "{table}" values ({", ".join("?" * width)})', rows)  # noqa: S608 names of this schema


def _run(connection: sqlite3.Connection, file: Path) -> None:
    """Run the statements of a file inside the open transaction."""
    statement = ""
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")}


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
