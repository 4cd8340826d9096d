"""Bounds on what a reader of the site may use; see the package `guard`."""

import sqlite3
import sys
from pathlib import Path

from datasette import hookimpl
from datasette.app import Datasette

HERE = str(Path(__file__).resolve().parent.parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from guard import limits  # noqa: E402 found by the line above
from guard.database import GuardedDatabase  # noqa: E402 likewise


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def startup(datasette: Datasette) -> None:
    """Let queries of the databases that are served run in processes of their own."""
    for name, database in list(datasette.databases.items()):
        if database.path and not database.is_mutable:
            datasette.remove_database(name)
            datasette.add_database(GuardedDatabase(datasette, Path(database.path)), name=name, route=database.route)


@hookimpl  # type: ignore[untyped-decorator] # likewise
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Bound also the connections on which Datasette itself reads the schema."""
    if isinstance(datasette.databases.get(database), GuardedDatabase):
        limits.bound(conn)
