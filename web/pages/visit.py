"""A visit: one request to one of our pages, with what every page needs of it."""

import calendar
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request

DATABASE = "does-it-train"
WEB = Path(__file__).resolve().parent.parent
QUERIES = WEB / "queries" / "pages"
CACHE = {"Cache-Control": "public, max-age=300"}
NEAREST = 3  # names offered where an id is unknown

Row: TypeAlias = dict[str, Any]


class BadParameterError(Exception):
    """A parameter of the address has a value that is not legal; `legal` says which are."""

    def __init__(self, name: str, value: str, legal: str) -> None:
        super().__init__(f"{name}={value}: {legal}")
        self.name, self.value, self.legal = name, value, legal


class UnknownIdError(Exception):
    """No row of `table` has this id."""

    def __init__(self, table: str, row_id: str) -> None:
        super().__init__(f"{table}: {row_id}")
        self.table, self.row_id = table, row_id


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, the row of `dataset`, and the day (YYYY-MM-DD) the page is to be about."""

    datasette: Datasette
    request: Request
    dataset: Row
    as_of: str

    @property
    def past(self) -> bool:
        """Whether the page is about another day than that of the dataset."""
        return bool(self.as_of != self.dataset["as_of"])

    async def rows(self, query: str, **parameters: str) -> list[Row]:
        """Run a query of `queries/pages/`; `:as_of` is given to each."""
        return await rows(self.datasette, query, as_of=self.as_of, **parameters)

    async def find(self, table: str, query: str, **key: str) -> Row:
        """Return the row of `table` that a query finds by its id. Raises UnknownIdError where there is none."""
        found = await self.rows(query, **key)
        if not found:
            (row_id,) = key.values()
            raise UnknownIdError(table, row_id)
        return found[0]

    def argument(self, name: str, legal: Iterable[str] | None = None) -> str:
        """Return a parameter of the address, empty where it is not given.

        Raises BadParameterError where it is given and not among `legal`.
        """
        value = (self.request.args.get(name) or "").strip()
        if value and legal is not None and value not in (allowed := list(legal)):
            raise BadParameterError(name, value, f"one of {', '.join(allowed)}")
        return value

    def href(self, path: str, **parameters: str) -> str:
        """Return the address of a page of ours, about the same day as this one."""
        day = {"as_of": self.as_of} if self.past else {}
        query = urlencode({name: value for name, value in (parameters | day).items() if value})
        return f"{self.datasette.urls.path(path)}{'?' * bool(query)}{query}"

    async def html(self, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
        """Answer with a page made by a template of `templates/`."""
        return Response.html(await self.text(template, context), status=status, headers=CACHE)

    async def text(self, template: str, context: Mapping[str, Any]) -> str:
        """Return what a template makes of the context."""
        address = self.dataset["homepage"] + self.request.path
        known = {"visit": self, "dataset": self.dataset, "address": address, "row_address": self.row}
        known |= {"asset": asset, "small": small}
        text: str = await self.datasette.render_template(template, {**known, **context}, request=self.request)
        return text

    def row(self, row_ref: str, verb: str = "blob") -> str:
        """Return where a row (`data/events.csv:12`) stands in the repository; `verb` is `blob` or `edit`."""
        path, line = row_ref.rsplit(":", 1)
        return f"{self.dataset['repository']}/{verb}/main/{path}#L{line}"


Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]
View: TypeAlias = Callable[[Datasette, Request], Awaitable[Response]]


def page(handler: Handler) -> View:
    """Make a route of a function of a visit: works out the day, and answers what cannot be answered otherwise."""

    # Not functools.wraps: Datasette passes a view what its signature asks for, and would see that of the handler.
    async def view(datasette: Datasette, request: Request) -> Response:
        dataset = (await rows(datasette, "dataset"))[0]
        today = Visit(datasette, request, dataset, dataset["as_of"])
        try:
            return await handler(Visit(datasette, request, dataset, _day(request, dataset["as_of"])))
        except BadParameterError as error:
            return await today.html("bad_parameter.html", {"error": error}, status=400)
        except UnknownIdError as error:
            return await _elsewhere(today, error)

    view.__doc__ = handler.__doc__
    return view


async def rows(datasette: Datasette, query: str, **parameters: str) -> list[Row]:
    """Run a query of `queries/pages/` and return its rows."""
    result = await datasette.get_database(DATABASE).execute(_sql(query), parameters)
    return [dict(row) for row in result.rows]


def instance(datasette: Datasette) -> Path:
    """Return the folder that Datasette serves."""
    return Path(datasette.config_dir or ".")  # `datasette publish` serves the working folder


def grouped(items: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    """Return rows by the value of a column, or by the values of several."""
    groups: dict[Any, list[Row]] = {}
    for item in items:
        key = item[names[0]] if len(names) == 1 else tuple(item[name] for name in names)
        groups.setdefault(key, []).append(item)
    return groups


def small(text: str) -> str:
    """Return a label or sentence as it stands inside another; one that begins with an abbreviation stays as it is."""
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


@cache
def asset(name: str) -> str:
    """Return the path of a file of `static/`, changed whenever its content is."""
    digest = sha256((WEB / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _day(request: Request, default: str) -> str:
    day = (request.args.get("as_of") or "").strip()
    if not day:
        return default
    if re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])-\d\d", day):
        year, month, number = map(int, day.split("-"))
        if 1 <= number <= calendar.monthrange(year, month)[1]:
            return day
    raise BadParameterError("as_of", day, "a day from 1900-01-01 to 2099-12-31, written YYYY-MM-DD, such as 2025-08-01")


@cache
def _sql(query: str) -> str:
    return (QUERIES / f"{query}.sql").read_text(encoding="utf-8")


async def _elsewhere(visit: Visit, error: UnknownIdError) -> Response:
    """Lead from an old id to the new one; where there is none, offer the nearest."""
    moved = await visit.rows("redirect", table=error.table, old_id=error.row_id)
    if moved and moved[0]["new_ids"]:
        new_ids = moved[0]["new_ids"].split(";")
        several = error.table == "products" and len(new_ids) > 1
        ending = visit.request.path.rpartition("/")[2].removeprefix(error.row_id)  # of what stands beside the page
        path = f"/compare?products={','.join(new_ids)}" if several else f"/{error.table}/{new_ids[0]}{ending}"
        return Response.redirect(visit.datasette.urls.path(path), status=301)
    if moved:
        return await visit.html("gone.html", {"error": error, "redirect": moved[0]}, status=410)
    names = {row["id"]: row["name"] for row in await visit.rows("names", table=error.table)}
    by_name = {name.lower(): row_id for row_id, name in names.items()}
    near = get_close_matches(error.row_id.lower(), [*names, *by_name], n=2 * NEAREST, cutoff=0.6)
    ids = list(dict.fromkeys(by_name.get(word, word) for word in near))[:NEAREST]
    context = {"error": error, "near": [(row_id, names[row_id]) for row_id in ids]}
    return await visit.html("not_found.html", context, status=404)
