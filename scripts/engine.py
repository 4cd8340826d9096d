"""The two SQL engines that run the rules and the fold: SQLite for every day, DuckDB for millions of rows.

Both hold the same relations, loaded on demand:

- each table of the dataset, all columns as text, an empty cell as NULL, and `line`, the line in its file;
- one relation per list column (`citations`, …): primary key of the row, the id listed, and `line`;
- `claims`: the tiers, one row per claim field that has a value (`tier_id`, `field`, `value`, `line`);
- whatever the SQL files of `DERIVED` make of these.

SQL is written in the subset that both understand; parameters are written `$name`.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from scripts.dataset import CannotRunError, Dataset, TableSpec, list_cell
from scripts.reader import not_a_plain_file

if TYPE_CHECKING:
    import duckdb

RULES = Path(__file__).resolve().parent.parent / "rules"

# Relations that SQL files make of others: name -> (file, relations it reads). Order is dependency order.
DERIVED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "standing": ("standing.sql", ("events", "sources", "citations")),
    "history": ("fold.sql", ("events", "standing")),
    "readings": ("readings.sql", ("history",)),
}
ENGINES = ("sqlite", "duckdb")
# In bytes; DuckDB leaves a file with a longer one to Python's reader. It reads with one thread per 16 times as much.
LONGEST_LINE = 20_000_000
CREATE_INDEX = re.compile(r"^create index [^;]*;", re.MULTILINE)


Value: TypeAlias = str | int | None


class Connection(Protocol):
    """What the rules need of an engine."""

    def execute_script(self, sql: str) -> None:
        """Run several statements."""

    def query(self, sql: str, parameters: Mapping[str, Value]) -> Iterator[dict[str, Any]]:
        """Run one statement and yield its rows as dictionaries."""

    def load_table(self, dataset: Dataset, spec: TableSpec) -> None:
        """Make the relation of a table."""

    def unroll(self, relation: str, spec: TableSpec, column: str, target: str) -> None:
        """Make the relation of a list column of a loaded table, the ids listed in a column called `target`."""


class Engine:
    """A connection and the relations made in it so far."""

    def __init__(self, dataset: Dataset, name: str = "sqlite") -> None:
        """Connect to an engine in memory. Raises CannotRunError where it is not installed or not known."""
        self.dataset = dataset
        self.connection = _connect(name)
        self._made: set[str] = set()

    def need(self, relations: Iterable[str]) -> None:
        """Make the relations named, and those they rest on, if they are not there yet.

        Raises UnreadableTableError where the file of a table cannot be read.
        """
        for relation in relations:
            if relation not in self._made:
                self._make(relation)
                self._made.add(relation)

    def _make(self, relation: str) -> None:
        if relation in self.dataset.specs:
            self.connection.load_table(self.dataset, self.dataset.specs[relation])
        elif relation in DERIVED:
            file, reads = DERIVED[relation]
            self.need(reads)
            self.connection.execute_script((RULES / file).read_text(encoding="utf-8"))
        elif relation == "claims":
            self.need(["tiers"])
            self.connection.execute_script(claims_sql(self.dataset.specs["tiers"]))
        else:
            self._make_list(relation)

    def query(self, sql: str, **parameters: Value) -> Iterator[dict[str, Any]]:
        """Run one statement and yield its rows."""
        return self.connection.query(sql, parameters)

    def _make_list(self, relation: str) -> None:
        for spec in self.dataset.specs.values():
            for column in spec.fields:
                if column.list_of and column.list_of.relation == relation:
                    target = column.list_of.field or column.name
                    self.need([spec.name])
                    self.connection.unroll(relation, spec, column.name, target)
                    return
        raise KeyError(relation)


def claims_sql(tiers: TableSpec) -> str:
    """Return the statement that makes `claims` of `tiers`: one row per claim field that has a value."""
    selects = [
        f"select tier_id, '{name}' as field, {name} as value, line from tiers where {name} is not null"  # noqa: S608 names come from the schema
        for name in tiers.claims
    ]
    return "create table claims as " + " union all ".join(selects)


class SqliteConnection:
    """SQLite in memory."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        """Wrap `connection`, or a new one in memory."""
        self.raw = connection or sqlite3.connect(":memory:", isolation_level=None)

    def execute_script(self, sql: str) -> None:
        """Run several statements."""
        self.raw.executescript(sql)

    def query(self, sql: str, parameters: Mapping[str, Value]) -> Iterator[dict[str, Any]]:
        """Run one statement and yield its rows as dictionaries."""
        cursor = self.raw.execute(sql, dict(parameters))
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def load_table(self, dataset: Dataset, spec: TableSpec) -> None:
        """Make the relation of a table from the rows read in Python."""
        self.create(spec.name, [*spec.columns, "line"], _rows(dataset, spec))
        self._index(spec.name, spec.primary_key)

    def unroll(self, relation: str, spec: TableSpec, column: str, target: str) -> None:
        """Make the relation of a list column, with an index from either side."""
        cells = self.raw.execute(
            f'select {_quoted(spec.primary_key)}, line, "{column}" from "{spec.name}" where "{column}" is not null'  # noqa: S608 names come from the schema
        )
        rows = ([*key, item, line] for *key, line, cell in cells for item in dict.fromkeys(list_cell(cell)))
        self.create(relation, [*spec.primary_key, target, "line"], rows)
        self._index(relation, spec.primary_key)
        self._index(relation, [target])

    def create(self, relation: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Make a relation of rows; the column `line` is an integer, all others are text."""
        self.raw.execute("begin")
        self.raw.execute(f'create table "{relation}" ({_column_list(columns, "integer")})')
        marks = ", ".join("?" * len(columns))
        self.raw.executemany(f'insert into "{relation}" values ({marks})', rows)  # noqa: S608 names come from the schema
        self.raw.execute("commit")

    def _index(self, relation: str, columns: Sequence[str]) -> None:
        self.raw.execute(f'create index "{relation}_{"_".join(columns)}" on "{relation}" ({_quoted(columns)})')


class DuckdbConnection:
    """DuckDB in memory; reads well-formed files by itself."""

    def __init__(self, raw: "duckdb.DuckDBPyConnection") -> None:
        """Wrap a connection."""
        self.raw = raw

    def execute_script(self, sql: str) -> None:
        """Run several statements, without those that make indexes: hash joins do not use them."""
        self.raw.execute(CREATE_INDEX.sub("", sql))

    def query(self, sql: str, parameters: Mapping[str, Value]) -> Iterator[dict[str, Any]]:
        """Run one statement and yield its rows as dictionaries."""
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        cursor = self.raw.cursor().execute(sql, used)
        names = [column[0] for column in cursor.description or []]
        return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())

    def load_table(self, dataset: Dataset, spec: TableSpec) -> None:
        """Make the relation of a table; from Python's rows where the file is not plain enough to count lines."""
        path = dataset.root / spec.path
        if not_a_plain_file(dataset.root, path) or not self._read_csv(path, spec):
            self.create(spec.name, [*spec.columns, "line"], _rows(dataset, spec))

    def unroll(self, relation: str, spec: TableSpec, column: str, target: str) -> None:
        """Make the relation of a list column."""
        self.raw.execute(
            f'create table "{relation}" as select {_quoted(spec.primary_key)}, '  # noqa: S608 names come from the schema
            f"""unnest(list_distinct(string_split("{column}", ';'))) as "{target}", line """
            f'from "{spec.name}" where "{column}" is not null'
        )

    def create(self, relation: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Make a relation of rows; the column `line` is an integer, all others are text."""
        self.raw.execute(f'create table "{relation}" ({_column_list(columns, "bigint")})')
        held = [list(row) for row in rows]
        if held:
            chosen = ", ".join(f"unnest(${number})" for number in range(1, len(columns) + 1))
            self.raw.execute(
                f'insert into "{relation}" select {chosen}', [list(column) for column in zip(*held, strict=True)]
            )

    def _read_csv(self, path: Path, spec: TableSpec) -> bool:
        with ThreadPoolExecutor(1) as beside:
            counted = beside.submit(_count, path, spec)
            found = self._read_rows(path, spec)
            if found is not None and found == counted.result():
                # Rows stand in the order of the file, however many threads read it; row_number() would allow but one.
                self.raw.execute(f'alter table "{spec.name}" add column line bigint')
                self.raw.execute(f'update "{spec.name}" set line = rowid + 2')  # noqa: S608 names come from the schema
                return True
        if found is not None:
            # A blank line was skipped, a row has no id and may be blank, a cell holds a newline, or empty cells beyond
            # the last column were forgiven: what is a row and on which line it stands is for Python's reader to say.
            self.raw.execute(f'drop table "{spec.name}"')
        return False

    def _read_rows(self, path: Path, spec: TableSpec) -> tuple[int, int] | None:
        """Make a table of a file; return how many rows with an id and how many commas it stands for, None on errors."""
        import duckdb  # noqa: PLC0415 this environment may lack it

        types = ", ".join(f"'{name}': 'VARCHAR'" for name in spec.columns)
        key = _quoted(spec.primary_key[:1])
        # Codes, dates and lists hold no comma; where one does, the counts differ as well.
        free = [field.name for field in spec.fields if not (field.enum or field.date or field.list_of)]
        cells = f"concat_ws('', {_quoted(free)})"
        try:
            self.raw.execute(
                f'create table "{spec.name}" as select * from read_csv($path, columns={{{types}}}, header=true, '  # noqa: S608 names come from the schema
                "auto_detect=false, delim=',', quote='\"', escape='\"', nullstr='', strict_mode=true, "
                f"null_padding=false, max_line_size={LONGEST_LINE})",
                {"path": str(path)},
            )
            found = self.raw.execute(
                f"select count(*) filter (regexp_matches({key}, '[!-~]')), "  # noqa: S608 names come from the schema
                f"count(*) * {len(spec.columns) - 1} "
                f"+ coalesce(sum(strlen({cells}) - strlen(replace({cells}, ',', ''))), 0) from \"{spec.name}\""
            ).fetchone()
        except duckdb.Error:
            return None
        return found and (found[0], found[1])


def _count(path: Path, spec: TableSpec) -> tuple[int, int] | None:
    """Return how many lines and commas follow the header; None where the file is not plain enough for DuckDB."""
    lines = commas = 0
    chunk = b"\n"
    with path.open("rb") as file:
        if file.readline() != ",".join(spec.columns).encode() + b"\n":
            return None
        while following := file.read(1 << 20):
            chunk = following
            if b"\0" in chunk or b"\r" in chunk:
                return None
            lines += chunk.count(b"\n")
            commas += chunk.count(b",")
    return lines + (not chunk.endswith(b"\n")), commas


def _connect(name: str) -> Connection:
    if name == "sqlite":
        return SqliteConnection()
    if name != "duckdb":
        raise CannotRunError(f"there is no engine {name!r}. Choose one of: {', '.join(ENGINES)}.")
    try:
        import duckdb  # noqa: PLC0415 only this engine needs it
    except ImportError:
        raise CannotRunError(
            "DuckDB is not installed. Install it with: pip install -r requirements/release.txt"
        ) from None
    # A checkpoint would rewrite the tables, and what is in memory alone needs none.
    return DuckdbConnection(duckdb.connect(":memory:", config={"checkpoint_threshold": "1TB"}))


def _rows(dataset: Dataset, spec: TableSpec) -> Iterable[list[Value]]:
    table = dataset.readable_table(spec.name)
    return ([*(row[name] or None for name in spec.columns), row.line] for row in table.rows)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _column_list(columns: Sequence[str], integer: str) -> str:
    return ", ".join(f'"{name}" {integer if name == "line" else "text"}' for name in columns)
