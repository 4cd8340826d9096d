"""What is not a page for readers: files of the release, badges, Markdown, and what machines ask of a site."""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request

from pages.claims import headings
from pages.product import context
from pages.visit import CACHE, Visit, instance, page

TYPES = {
    ".json": "application/json; charset=utf-8",
    ".feed.json": "application/feed+json; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".jsonld": "application/ld+json; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    "": "text/plain; charset=utf-8",
}
# What stands beside a page of a product, by ending: the file of the release that it is.
BESIDE = {
    "json": "json/products/{}.json",
    "atom": "feeds/products/{}.atom",
    "ics": "feeds/products/{}.ics",
    "feed.json": "feeds/products/{}.json",
}
CHARACTER = 6.6  # average width of one in a badge, in pixels
ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"})

View = Callable[[Datasette], Awaitable[Response]]


@page
async def beside(visit: Visit) -> Response:
    """Hand out the document or feed of a product."""
    product_id, ending = visit.request.url_vars["product_id"], visit.request.url_vars["ending"]
    await headings(visit, [product_id])
    return _file(visit.datasette, BESIDE[ending].format(product_id), f".{ending}")


def feed(ending: str) -> View:
    """Return the view of a feed of all products."""

    async def view(datasette: Datasette) -> Response:
        return _file(datasette, f"feeds/all.{ending.removeprefix('feed.')}", f".{ending}")

    return view


async def release(datasette: Datasette, request: Request) -> Response:
    """Hand out a file of the release."""
    path = request.url_vars["path"]
    return _file(datasette, path, Path(path).suffix)


async def schema(datasette: Datasette, request: Request) -> Response:
    """Hand out a JSON Schema where the document of a product, as it stands beside its page, looks for it."""
    return _file(datasette, f"json/{request.url_vars['path']}", ".json")


@page
async def badge(visit: Visit) -> Response:
    """Draw the verdict on a product as a small picture to be shown elsewhere."""
    (head,) = await headings(visit, [visit.request.url_vars["product_id"]])
    title, said = f"Does {head['name']} train on your data?", head["label"] or "Not looked at yet"
    widths = [round(len(text) * CHARACTER) + 12 for text in (title, said)]
    drawn = {
        "title": title,
        "said": said,
        "verdict": head["verdict"] or "unknown",
        "left": widths[0],
        "right": widths[1],
    }
    return _text(await visit.text("badge.svg", drawn), "image/svg+xml")


@page
async def markdown(visit: Visit) -> Response:
    """Say what the page of a product says, as Markdown."""
    known = await context(visit, visit.request.url_vars["product_id"])
    return _text(await visit.text("product.md", {**known, "md": _escaped}), "text/markdown; charset=utf-8")


@page
async def llms(visit: Visit) -> Response:
    """Say in plain text what the site holds and where."""
    known = {"products": await visit.rows("answers"), "md": _escaped}
    return _text(await visit.text("llms.txt", known), "text/plain; charset=utf-8")


@page
async def sitemap(visit: Visit) -> Response:
    """List the addresses of the site."""
    return _text(
        await visit.text("sitemap.xml", {"pages": await visit.rows("addresses")}), "application/xml; charset=utf-8"
    )


@page
async def robots(visit: Visit) -> Response:
    """Welcome robots to the pages, and keep them from SQL and endless tables."""
    return _text(await visit.text("robots.txt", {}), "text/plain; charset=utf-8")


@page
async def opensearch(visit: Visit) -> Response:
    """Describe the search of the site to browsers."""
    return _text(await visit.text("opensearch.xml", {}), "application/opensearchdescription+xml; charset=utf-8")


@cache
def listed(folder: Path) -> dict[str, int]:
    """Return the files of the release that an instance hands out, by path, with their sizes in bytes."""
    release = folder / "release"
    files = (path for path in release.rglob("*") if path.is_file())
    return {path.relative_to(release).as_posix(): path.stat().st_size for path in sorted(files)}


def _file(datasette: Datasette, path: str, ending: str) -> Response:
    folder = instance(datasette)
    if path not in listed(folder):
        return Response.text(f"There is no file {path} in this release; /data lists them.\n", status=404)
    kind = TYPES.get(ending, TYPES[""])
    return Response((folder / "release" / path).read_bytes(), content_type=kind, headers=CACHE)


def _text(text: str, kind: str) -> Response:
    return Response(text, content_type=kind, headers=CACHE)


def _escaped(text: str | None) -> str:
    """Return a text as Markdown that shows it as it is."""
    return (text or "").translate(ESCAPED)
