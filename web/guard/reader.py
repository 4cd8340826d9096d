"""A process that runs one query at a time on the database, within bounds: ``python -m guard.reader FD DATABASE``.

SQL of strangers runs here and not in the server, since a single call of a function can take any time and much memory,
and SQLite cannot be interrupted inside it. A process can: `guard.database` ends one that overruns its time.

A request is (sql, parameters, seconds, most rows or None); an answer is (columns, rows, truncated) or (name of the
class of the error, message). Both are written with `marshal`.
"""

import contextlib
import marshal
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any, Final

from guard import limits

OPERATIONS: Final = 1000  # of SQLite's virtual machine, between two looks at the clock
# On top of SQLite's heap: the interpreter, and the rows as objects of Python and as bytes.
ADDRESS_SPACE: Final = 100 * limits.MEGABYTE
TOO_MUCH: Final = ("OperationalError", f"the query needs more than {limits.HEAP // limits.MEGABYTE} MB of memory")
FILE_SIZE: Final = 50 * limits.MEGABYTE  # of what a query that sorts puts aside on the disk

Row = tuple[Any, ...]
Request = tuple[str, dict[str, Any] | list[Any], float, int | None]
Answer = tuple[list[str], list[Row], bool] | tuple[str, str]


class TooLargeError(sqlite3.OperationalError):
    """The rows of a result take more than `limits.RESULT`."""


def main(descriptor: int, path: str) -> None:
    """Answer requests until the server hangs up."""
    connection = _open(path)
    for limit, size in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not every system has each
            resource.setrlimit(limit, (size, size))
    with Connection(descriptor) as server:
        server.send_bytes(b"ready")
        while True:
            try:
                request: Request = marshal.loads(server.recv_bytes())  # noqa: S302 of the server that started us
            except EOFError:
                return
            try:
                reply = marshal.dumps(answer(connection, *request))
            except MemoryError:
                reply = marshal.dumps(TOO_MUCH)
            server.send_bytes(reply)


def answer(
    connection: sqlite3.Connection,
    sql: str,
    parameters: dict[str, Any] | list[Any],
    seconds: float,
    most: int | None,
) -> Answer:
    """Run a query for at most `seconds` and return its columns, its first `most` rows, and whether there are more."""
    with contextlib.closing(connection.cursor()) as cursor:
        try:
            _until(connection, time.perf_counter() + seconds)
            cursor.execute(sql, parameters)
            rows = list(_bounded(cursor, None if most is None else most + 1))
            columns = [column[0] for column in cursor.description or ()]
        except TooLargeError as error:
            return "OperationalError", str(error)
        except (sqlite3.Error, sqlite3.Warning) as error:
            return type(error).__name__, str(error)
        finally:
            connection.set_progress_handler(None, OPERATIONS)
    return columns, rows[:most], most is not None and len(rows) > most


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.execute(f"pragma hard_heap_limit = {limits.HEAP}")
    connection.text_factory = _text
    connection.create_function("escape_fts", 1, limits.escape_fts, deterministic=True)
    limits.bound(connection)
    return connection


def _text(value: bytes) -> str:
    return str(value, "utf-8", "replace")


def _until(connection: sqlite3.Connection, deadline: float) -> None:
    handler: Callable[[], bool] = lambda: time.perf_counter() >= deadline  # noqa: E731 it closes over the deadline
    connection.set_progress_handler(handler, OPERATIONS)


def _bounded(cursor: Iterable[Row], most: int | None) -> Iterable[Row]:
    """Yield rows, at most `most`; raises TooLargeError when they take more than `limits.RESULT` in all."""
    left = limits.RESULT
    for count, row in enumerate(cursor):
        if count == most:
            return
        left -= sum(
            len(cell) + limits.CELL_OVERHEAD if isinstance(cell, str | bytes) else limits.CELL_OVERHEAD for cell in row
        )
        if left < 0:
            raise TooLargeError(
                f"the result takes more than {limits.RESULT / limits.MEGABYTE} MB. Ask for fewer rows or columns."
            )
        yield row


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
