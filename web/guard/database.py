"""The database as Datasette sees it: every query runs in a process of its own kind, which is ended if it overruns."""

import asyncio
import marshal
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results

HERE: Final = Path(__file__).resolve().parent.parent
GRACE: Final = 0.2  # seconds after its time limit in which a query may still end by itself
START: Final = 5.0  # seconds within which a new process is ready, on a machine that is very busy
INHERITED: Final = ("LD_LIBRARY_PATH", "PATH", "TMPDIR")  # of the environment; the rest is none of a reader's business

# When the queries of the request that is being answered must have ended, on the clock of time.monotonic().
DEADLINE: Final[ContextVar[float]] = ContextVar("DEADLINE", default=float("inf"))

Parameters = dict[str, Any] | list[Any]


class OverrunError(Exception):
    """A query went on after its time, and its process was ended."""


class Reader:
    """A process of `guard.reader`."""

    def __init__(self, path: Path) -> None:
        """Start a process that reads the database at `path`."""
        self._server, theirs = multiprocessing.Pipe()
        command = [sys.executable, "-s", "-m", "guard.reader", str(theirs.fileno()), str(path)]
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 this very package
                command, cwd=HERE, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self._ready = False
        self.end = weakref.finalize(self, _end, self._process, self._server)

    def ask(self, sql: str, parameters: Parameters, seconds: float, most: int | None) -> Any:  # noqa: ANN401 an `Answer`, or what a broken process sent
        """Return the answer to a query; raises OverrunError when it does not come in time."""
        request = marshal.dumps((sql, parameters, seconds, most))
        try:
            self._await_start()
            self._server.send_bytes(request)
            if self._server.poll(seconds + GRACE):
                return marshal.loads(self._server.recv_bytes())  # noqa: S302 of the process started above
        except (EOFError, ConnectionError):  # it has died, for example of the memory that it may not have
            pass
        raise OverrunError

    def _await_start(self) -> None:
        if not self._ready and self._server.poll(START):
            self._server.recv_bytes()
            self._ready = True


class GuardedDatabase(Database):  # type: ignore[misc] # Datasette ships no types
    """An immutable database whose queries run in readers, as many as there are threads for SQL."""

    def __init__(self, datasette: Datasette, path: Path) -> None:
        """Serve the file at `path`."""
        super().__init__(datasette, str(path), is_mutable=False)
        self._idle: list[Reader] = []

    async def execute(  # noqa: PLR0913, PLR0917 the signature of Datasette
        self,
        sql: str,
        params: Any = None,  # noqa: ANN401 a mapping or a sequence
        truncate: bool = False,  # noqa: FBT001, FBT002 likewise
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,  # noqa: ARG002, FBT001, FBT002 errors of strangers' SQL are no news
    ) -> Results:
        """Run a query as `Database.execute` does, in a reader."""
        limit = min(
            (custom_time_limit or self.ds.sql_time_limit_ms) / 1000,
            self.ds.sql_time_limit_ms / 1000,
            DEADLINE.get() - time.monotonic(),
        )
        if limit <= 0:
            raise _interrupted(sql, params)
        most = self.ds.max_returned_rows
        if most == (page_size or self.ds.page_size):
            most += 1
        arguments = (sql, _plain(params), limit, most if truncate else None)
        found = await asyncio.get_running_loop().run_in_executor(self.ds.executor, self._ask, *arguments)
        match found:
            case [list() as columns, list() as rows, bool() as truncated]:
                return Results(_as_rows(columns, rows), truncated, [(column, *[None] * 6) for column in columns])
            case ["OperationalError", "interrupted"] | None:
                raise _interrupted(sql, params)
            case [str() as name, str() as message]:
                raise getattr(sqlite3, name, sqlite3.DatabaseError)(message)
        raise sqlite3.DatabaseError("the query gave no answer")

    async def attached_databases(self) -> list[Any]:
        """Return none: nothing can be attached, and asking SQLite would name the file."""
        return []

    def close(self) -> None:
        """End the readers, and close what Datasette opened."""
        while self._idle:
            self._idle.pop().end()
        super().close()

    def _ask(self, sql: str, parameters: Parameters, seconds: float, most: int | None) -> Any:  # noqa: ANN401 an `Answer`
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = Reader(Path(self.path).resolve())
        try:
            found = reader.ask(sql, parameters, seconds, most)
        except OverrunError:
            reader.end()
            self._idle.append(Reader(Path(self.path).resolve()))  # it starts while nobody waits for it
            return None
        self._idle.append(reader)
        return found


def _as_rows(columns: list[str], rows: list[tuple[Any, ...]]) -> list[sqlite3.Row]:
    """Return rows of the kind that Datasette tells from other things."""
    names = ", ".join('null as "{}"'.format(column.replace('"', '""')) for column in columns)
    connection = sqlite3.connect(":memory:")
    try:
        cursor = connection.execute(f"select {names}")
        return [sqlite3.Row(cursor, row) for row in rows]
    finally:
        connection.close()


def _interrupted(sql: str, params: Any) -> QueryInterrupted:  # noqa: ANN401 what Datasette gave
    return QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, params)


def _plain(params: Any) -> Parameters:  # noqa: ANN401 what Datasette gives
    """Return parameters as they can be sent; those that Datasette makes up when asked for them are left out."""
    if isinstance(params, Mapping):
        return {name: _exact(value) for name, value in params.items()}
    return [_exact(value) for value in params or ()]


def _exact(value: Any) -> Any:  # noqa: ANN401 what Datasette gives
    return str(value) if isinstance(value, str) else value


def _end(process: subprocess.Popen[bytes], server: Any) -> None:  # noqa: ANN401 a connection
    server.close()
    process.kill()
    process.wait()
