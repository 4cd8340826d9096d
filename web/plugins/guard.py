"""What keeps the site safe and fast, put around Datasette; it lives in the package `guard` beside this folder."""

import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from asgi_gzip import GZipMiddleware
from datasette import Response, hookimpl
from datasette import handle_exception as datasette_exceptions
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from guard import limits
from guard.cache import Cache
from guard.database import GuardedDatabase
from guard.gate import App, Receive, Scope, Send, gate
from guard.headers import with_headers
from guard.turns import Turns

COMPRESSION = 4  # of 9; the pages of Datasette are compressed anew each time
FREE_THREADS = 1  # of those for SQL; they are for our own pages

# Where rich is installed Datasette prints all variables for every mistake of a reader, which takes half a second.
datasette_exceptions.rich = None


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def startup(datasette: Datasette) -> None:
    """Let the queries of the databases that are served run in processes of their own."""
    for name, database in list(datasette.databases.items()):
        if database.path and not database.is_mutable:
            datasette.remove_database(name)
            datasette.add_database(GuardedDatabase(datasette, Path(database.path)), name=name, route=database.route)


@hookimpl  # type: ignore[untyped-decorator] # likewise
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Bound also the connections on which Datasette itself reads the schema."""
    if isinstance(datasette.databases.get(database), GuardedDatabase):
        limits.bound(conn)


@hookimpl  # type: ignore[untyped-decorator] # likewise
def handle_exception(exception: Exception) -> Response | None:
    """Say nothing of what went wrong in the machine; the log does."""
    if isinstance(exception, Base400 | DatasetteError):
        return None
    if isinstance(exception, QueryInterrupted):
        return Response.text("The query took too long and was ended.\n", status=400)
    return Response.text("Something went wrong here. It is in the log.\n", status=500)


@hookimpl(trylast=True)  # type: ignore[untyped-decorator] # likewise; the outermost wrapper
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Put around Datasette, from the inside: turns, the gate, compression, headers, and what is kept."""
    base = datasette.setting("base_url").rstrip("/")
    databases = "|".join(re.escape(database.route) for database in datasette.databases.values())
    stock = re.compile(rf"{re.escape(base)}/(-|{databases})([/.]|$)")
    own = re.compile(rf"(?!{stock.pattern}|{re.escape(base)}/(alerts|healthz)(/|$))")
    file = re.compile(rf"{re.escape(base)}/[^/]+\.db$")
    unturned = re.compile(rf"{re.escape(base)}/(-/|static/|healthz$)|{file.pattern}")

    def wrapper(app: App) -> App:
        turns = Turns(app, max(1, datasette.setting("num_sql_threads") - FREE_THREADS))

        async def in_turn(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or unturned.match(scope["path"]):
                await app(scope, receive, send)
            else:
                await turns.answer(scope, receive, send, shared=stock.match(scope["path"]) is not None)

        gated = gate(in_turn, base)
        packed = GZipMiddleware(gated, compresslevel=COMPRESSION)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await (gated if file.match(scope.get("path", "")) else packed)(scope, receive, send)

        return Cache(with_headers(answer, stock), own)

    return wrapper
