"""What is measured of this project alone, each in a process of its own: ``python -m benchmarks.tasks NAME …``."""

import sqlite3
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.database import index_text, write_database, write_tables
from scripts.dataset import open_dataset
from scripts.engine import Engine


def fold(root: str, engine: str) -> None:
    """Load what the fold reads and fold the whole ledger."""
    Engine(open_dataset(Path(root)), engine).need(["history"])


def fold_on(root: str, engine: str, day: str) -> None:
    """Fold the ledger anew and fetch the state of every claim on `day`."""
    fresh = Engine(open_dataset(Path(root)), engine)
    fresh.need(["history"])
    sys.stdout.write(f"{len(list(fresh.query(STATE, day=day)))}\n")


def state_on(database: str, day: str) -> None:
    """Fetch the state of every claim on `day` from a built database."""
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    sys.stdout.write(f"{len(connection.execute(STATE, {'day': day}).fetchall())}\n")
    connection.close()


def tables(root: str, out: str) -> None:
    """Write the tables with all keys, indexes and full-text search: the part of the build that other tools do too."""
    Path(out).unlink(missing_ok=True)
    connection = sqlite3.connect(out, isolation_level=None)
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    write_tables(connection, open_dataset(Path(root)))
    index_text(connection)
    connection.execute("commit")
    connection.execute("analyze")
    connection.execute("pragma foreign_key_check").fetchall()
    connection.close()


def database(root: str, out: str) -> None:
    """Write the whole release database, without the check before it."""
    Path(out).unlink(missing_ok=True)
    write_database(open_dataset(Path(root)), Path(out), {})


STATE = "select tier_id, field, value from history where valid_from <= $day and (valid_to is null or valid_to > $day)"
TASKS: Mapping[str, Callable[..., None]] = {task.__name__: task for task in (fold, fold_on, state_on, tables, database)}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
