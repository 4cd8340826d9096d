"""What is not a page for readers: files of the release, badges, Markdown, and what machines ask of a site."""

import json
import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request

from pages.claims import headings
from pages.product import context
from pages.visit import CACHE, Visit, instance, page

# Of the files that the manifest does not list: itself, and the checksums.
UNLISTED = {"manifest.json": "application/json", "SHA256SUMS": "text/plain"}
# What is text is UTF-8.
TEXT = re.compile(r"text/.*|application/(.*\+)?(json|xml)")
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
    return _file(visit.datasette, BESIDE[ending].format(product_id))


def feed(ending: str) -> View:
    """Return the view of a feed of all products."""

    async def view(datasette: Datasette) -> Response:
        return _file(datasette, f"feeds/all.{ending.removeprefix('feed.')}")

    return view


async def release(datasette: Datasette, request: Request) -> Response:
    """Hand out a file of the release."""
    return _file(datasette, request.url_vars["path"])


async def schema(datasette: Datasette, request: Request) -> Response:
    """Hand out a JSON Schema where the document of a product, as it stands beside its page, looks for it."""
    return _file(datasette, f"json/{request.url_vars['path']}")


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
def listed(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the files of the release that an instance hands out, by path: media type, and size in bytes."""
    release = folder / "release"
    if not release.is_dir():
        return {}
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    files = {entry["path"]: (entry["media_type"], entry["bytes"]) for entry in manifest["files"]}
    return files | {name: (kind, (release / name).stat().st_size) for name, kind in UNLISTED.items()}


def _file(datasette: Datasette, path: str) -> Response:
    folder = instance(datasette)
    if path not in listed(folder):
        return Response.text(f"There is no file {path} in this release; /data lists them.\n", status=404)
    kind, _ = listed(folder)[path]
    charset = "; charset=utf-8" if TEXT.fullmatch(kind) else ""
    return Response((folder / "release" / path).read_bytes(), content_type=f"{kind}{charset}", headers=CACHE)


def _text(text: str, kind: str) -> Response:
    return Response(text, content_type=kind, headers=CACHE)


def _escaped(text: str | None) -> str:
    """Return a text as Markdown that shows it as it is."""
    return (text or "").translate(ESCAPED)
