"""The database: opening it, copying it, putting a copy back."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alerts.settings import SettingsError

SCHEMA = Path(__file__).with_name("schema.sql")
APPLICATION_ID, VERSION = 0x64697461, 1  # as in schema.sql
PATIENCE = 60  # seconds to wait for another process that writes


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, making it where there is none, for its owner alone to read.

    Raises SettingsError where it cannot be made, or the file is something else.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SettingsError(f"cannot open the database of the alerts, {path} ({error.strerror}).") from None
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        _make(connection, path)
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")  # what is deleted is overwritten
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of the block or nothing of it, and let nobody else write meanwhile."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def tidy(connection: sqlite3.Connection) -> None:
    """Carry the log into the database and empty it, so that nothing deleted is left there."""
    connection.execute("pragma wal_checkpoint(truncate)").fetchall()


def backup(path: Path, copy: Path) -> None:
    """Write a copy of the database, whole and of one moment, while others use it; `copy` must not exist yet."""
    if copy.exists():
        raise SettingsError(f"{copy} is there already. Name another file.")
    with opened(path) as connection:
        os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
        connection.execute("vacuum into ?", [str(copy)])


def restore(copy: Path, path: Path) -> None:
    """Put a copy in the place of the database, which must not be there. Raises SettingsError where it is damaged."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists():
            raise SettingsError(f"{file} is there already. Stop the site, move it away, and try again.")
    if not copy.is_file():
        raise SettingsError(f"there is no file {copy}.")
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            _recognise(connection, copy)
            faults = connection.execute("pragma integrity_check").fetchone()[0]
            if faults != "ok" or connection.execute("pragma foreign_key_check").fetchone():
                raise SettingsError(f"{copy} is damaged. Take another backup.")
            fresh = path.with_name(f"{path.name}.new")
            fresh.unlink(missing_ok=True)
            os.close(os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600))
            connection.execute("vacuum into ?", [str(fresh)])
    except sqlite3.DatabaseError:
        raise SettingsError(f"{copy} is damaged, or no backup. Take another one.") from None
    fresh.replace(path)


def _make(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.execute("pragma journal_mode = wal")
        if connection.execute("pragma user_version").fetchone()[0] != VERSION:
            if connection.execute("select count(*) from sqlite_schema").fetchone()[0]:
                _recognise(connection, path)
            connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        _recognise(connection, path)
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"{path} is not a database of the alerts ({error}). Name another file.") from None


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    found = tuple(connection.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if found != (APPLICATION_ID, VERSION):
        raise SettingsError(f"{path} is not a database of the alerts, version {VERSION}. Name another file.")
