"""The pages of the site: `/` and `/products/<product_id>`.

All that they show comes from the release database by the queries of `queries/pages/`; this file only arranges rows
for the templates. A page is a function of the database, so it may be cached until the next release.
"""

import difflib
import json
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request

DATABASE = "does-it-train"
QUERIES = Path(__file__).resolve().parent.parent / "queries" / "pages"
CACHE = {"Cache-Control": "public, max-age=300"}

Row = dict[str, Any]
Page = Callable[[Datasette, Request], Awaitable[Response]]


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def register_routes() -> list[tuple[str, Page | Callable[[], Response]]]:
    """Give Datasette the addresses of the site."""
    return [
        (r"^/$", home),
        (r"^/products/(?P<product_id>[^/.]+)/?$", product),
        (r"^/healthz$", lambda: Response.text("ok")),
    ]


async def home(datasette: Datasette, request: Request) -> Response:
    """Show every product's verdict by audience, the latest changes and what is to come."""
    cells = {
        key: list(group)
        for key, group in groupby(
            sorted(await rows(datasette, "trainings"), key=lambda row: (row["product_id"], row["audience"])),
            key=lambda row: (row["product_id"], row["audience"]),
        )
    }
    context = {
        "dataset": (await rows(datasette, "dataset"))[0],
        "audiences": await rows(datasette, "audiences"),
        "products": await rows(datasette, "products"),
        "cells": cells,
        "changes": await rows(datasette, "latest_changes"),
        "upcoming": await rows(datasette, "upcoming"),
    }
    return await _page(datasette, request, "home.html", context)


async def product(datasette: Datasette, request: Request) -> Response:
    """Answer for one product: in a sentence, by tier, with sources and history.

    An id that moved is redirected; an id nobody knows is answered with the nearest names.
    """
    product_id = request.url_vars["product_id"]
    found = await rows(datasette, "product", product_id=product_id)
    if not found:
        return await _moved(datasette, request, product_id)
    claims = await rows(datasette, "product_claims", product_id=product_id)
    context = {
        "dataset": (await rows(datasette, "dataset"))[0],
        "product": {**found[0], "badges": json.loads(found[0]["badges"] or "[]")},
        "tiers": await rows(datasette, "product_tiers", product_id=product_id),
        "claims": arrange_claims(claims),
        "citations": _grouped(await rows(datasette, "product_citations", product_id=product_id), "event_id"),
        "timeline": await rows(datasette, "product_timeline", product_id=product_id),
        "misconceptions": await rows(datasette, "product_misconceptions", product_id=product_id),
        "sources": await rows(datasette, "product_sources", product_id=product_id),
    }
    return await _page(datasette, request, "product.html", context)


def arrange_claims(claims: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the claims by tier, each with `grounds`, the events it rests on; rows come one per claim and event."""
    tiers: dict[str, list[Row]] = {}
    for (tier_id, _), group in groupby(claims, key=lambda row: (row["tier_id"], row["field"])):
        grounds = list(group)
        tiers.setdefault(tier_id, []).append({**grounds[0], "grounds": grounds})
    return tiers


async def rows(datasette: Datasette, query: str, **parameters: str) -> list[Row]:
    """Run a query of `queries/pages/` and return its rows."""
    result = await datasette.get_database(DATABASE).execute(_sql(query), parameters)
    return [dict(row) for row in result.rows]


@cache
def _sql(query: str) -> str:
    return (QUERIES / f"{query}.sql").read_text(encoding="utf-8")


def _grouped(items: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for item in items:
        groups.setdefault(item[key], []).append(item)
    return groups


async def _moved(datasette: Datasette, request: Request, product_id: str) -> Response:
    target = await rows(datasette, "redirect", table="products", old_id=product_id)
    if target and target[0]["new_ids"]:
        return Response.redirect(f"/products/{target[0]['new_ids'].split(';')[0]}", status=301)
    names = {row["product_id"]: row["name"] for row in await rows(datasette, "product_names")}
    near = difflib.get_close_matches(product_id, names, n=3, cutoff=0.5)
    context = {
        "dataset": (await rows(datasette, "dataset"))[0],
        "product_id": product_id,
        "near": [(name, names[name]) for name in near],
    }
    return await _page(datasette, request, "not_found.html", context, status=404)


async def _page(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any], status: int = 200
) -> Response:
    html = await datasette.render_template(template, context, request=request)
    return Response.html(html, status=status, headers=CACHE)
