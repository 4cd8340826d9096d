"""What SQL may do on a connection: read, by the functions named here, within these sizes."""

import re
import sqlite3
from typing import Final

MEGABYTE: Final = 1_000_000
CELL: Final = MEGABYTE  # bytes of a text, a blob or a row inside SQLite
HEAP: Final = 40 * MEGABYTE  # bytes that SQLite may hold for one query
RESULT: Final = 2_500_000  # bytes of all rows of a result, with CELL_OVERHEAD for each cell
CELL_OVERHEAD: Final = 50  # bytes that a cell takes beside its text
SIZES: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: CELL,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 2_000,  # labels of foreign keys ask with one per row
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
FAMILIES: Final = {
    "texts and numbers": "abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like "
    "likelihood likely lower ltrim max min nullif octet_length printf quote random replace round rtrim sign soundex "
    "substr substring trim typeof unhex unicode unistr unlikely upper",
    "mathematics": "acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 "
    "mod pi pow power radians sin sinh sqrt tan tanh trunc",
    "dates": "current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch",
    "aggregates": "avg count group_concat median percentile percentile_cont percentile_disc string_agg sum total",
    "windows": "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number",
    "JSON": "-> ->> json json_array json_array_length json_each json_error_position json_extract json_group_array "
    "json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set "
    "json_tree json_type json_valid subtype",
    "full text": "bm25 escape_fts highlight match snippet",
}
FUNCTIONS: Final = frozenset(" ".join(FAMILIES.values()).split())
# What Datasette asks of a schema, and what the full-text index asks of itself. Not `database_list`: it names the file.
PRAGMAS: Final = frozenset(
    {
        "data_version",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "recursive_triggers",  # set by a library of Datasette 1.0
        "schema_version",
        "table_info",
        "table_list",
        "table_xinfo",
    }
)
READING: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}


def bound(connection: sqlite3.Connection) -> None:
    """Let a connection read, and no more, within `SIZES`; what else is asked of it fails as "not authorized"."""
    for limit, size in SIZES.items():
        connection.setlimit(limit, size)
    connection.set_authorizer(_allowed)


def escape_fts(query: str) -> str:
    """Return a search of the full-text index for words and "quoted phrases", without any operator of its language."""
    found = re.findall(r'"([^"]*)"?|([^\s"]+)', query)
    return " ".join(f'"{phrase or word}"' for phrase, word in found if phrase or word)


def _allowed(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if (
        action in READING
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS)
        # A virtual table that is opened declares its columns so; a true update of that table is refused in any case.
        or (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")
        or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in PRAGMAS)
    ):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
