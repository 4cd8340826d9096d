"""Queries in readers: answered as Datasette answers them, ended when they overrun, gone with the server."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted

from guard.database import DEADLINE, GuardedDatabase
from tests.web.server import serving

pytestmark = pytest.mark.xdist_group("pages")

T = TypeVar("T")

FOREVER = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
NEVER_INTERRUPTED = "select printf('%.*c', 900000000, 'x')"


def with_database(folder: Path, use: Callable[[GuardedDatabase], Awaitable[T]]) -> T:
    """What a function makes of the guarded database of an instance."""

    async def run() -> T:
        datasette = Datasette(files=[], config_dir=folder)
        await datasette.invoke_startup()
        database = datasette.get_database("does-it-train")
        assert isinstance(database, GuardedDatabase)
        try:
            return await use(database)
        finally:
            for each in datasette.databases.values():
                each.close()
            datasette.executor.shutdown()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("select product_id, name as Name from products order by name", None),
        ("select ? as a, ? as b", [1, "x"]),
        ("select :a as 'a \"quoted\" name', :b as b", {"a": 1.5, "b": b"\0\xff"}),
        ("select null as a, 1 as a", {}),
        ("select * from events", None),
        ("select * from events where 0", None),
    ],
)
@pytest.mark.parametrize(
    "options", [{"truncate": True}, {"truncate": True, "page_size": 1000}, {"truncate": False}], ids=str
)
def test_answers_what_datasette_answers(instance: Path, sql: str, params: object, options: dict[str, Any]) -> None:
    async def both(database: GuardedDatabase) -> None:
        ours = await database.execute(sql, params, **options)
        stock = await Database.execute(database, sql, params, **options)
        assert ours.rows == stock.rows
        assert [type(row) for row in ours.rows] == [type(row) for row in stock.rows]
        assert (ours.columns, ours.truncated) == (stock.columns, stock.truncated)

    with_database(instance, both)


@pytest.mark.parametrize("query", ["a", '"opt out"', 'opt "out', "a* OR b", "NEAR(a b)", "c-d"])
def test_searches_as_datasette_searches(instance: Path, query: str) -> None:
    sql = "select rowid from events_fts where events_fts match escape_fts(:search)"

    async def both(database: GuardedDatabase) -> None:
        ours = await database.execute(sql, {"search": query})
        stock = await Database.execute(database, sql, {"search": query})
        assert ours.rows == stock.rows

    with_database(instance, both)


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("select nothing", sqlite3.OperationalError),
        ("select 1; select 2", (sqlite3.Warning, sqlite3.ProgrammingError)),
        ("select :unbound", sqlite3.ProgrammingError),
        ("select load_extension('x')", sqlite3.DatabaseError),
        (FOREVER, QueryInterrupted),
        (NEVER_INTERRUPTED, QueryInterrupted),
    ],
)
def test_errors_are_those_of_datasette(instance: Path, sql: str, error: type[Exception]) -> None:
    async def ask(database: GuardedDatabase) -> None:
        with pytest.raises(error):
            await database.execute(sql, custom_time_limit=50)
        assert (await database.execute("select 1")).single_value() == 1

    with_database(instance, ask)


def test_a_request_has_one_deadline_for_all_its_queries(instance: Path) -> None:
    async def ask(database: GuardedDatabase) -> None:
        DEADLINE.set(time.monotonic() + 0.1)
        with pytest.raises(QueryInterrupted):
            await database.execute(FOREVER)
        with pytest.raises(QueryInterrupted):
            await database.execute("select 1")

    with_database(instance, ask)


def test_a_reader_that_died_is_replaced_and_none_is_left(instance: Path) -> None:
    async def ask(database: GuardedDatabase) -> int:
        await database.execute("select 1")
        (reader,) = database._idle
        os.kill(reader._process.pid, signal.SIGKILL)
        reader._process.wait()
        with pytest.raises(QueryInterrupted):
            await database.execute("select 1")
        assert (await database.execute("select 1")).single_value() == 1
        return database._idle[0]._process.pid

    pid = with_database(instance, ask)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are read from /proc")
def test_readers_end_with_a_server_that_is_killed(instance: Path) -> None:
    with serving(instance) as site:
        assert site.get("/does-it-train.json?sql=select+1").status == 200
        tasks = Path(f"/proc/{site.process}/task").glob("*/children")
        readers = [int(child) for task in tasks for child in task.read_text().split()]
        assert readers
        os.kill(site.process, signal.SIGKILL)
    until = time.monotonic() + 10
    while any(Path(f"/proc/{reader}/fd").exists() and _alive(reader) for reader in readers):
        assert time.monotonic() < until
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        return "guard.reader" in Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
