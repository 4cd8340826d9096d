"""`/`: every product's verdict by audience, to be searched, filtered and sorted; what changed and what is to come."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from datasette import Response

from pages.visit import Row, Visit, grouped, page

FILTERS = {
    "category": "products.category",
    "verdict": "tiers.training",
    "audience": "tiers.audience",
    "region": "tiers.region",
}
SORTS = {"name": "name", "vendor": "vendor", "verdict": "worst first", "changed": "changed last"}
LATEST = 8


@page
async def home(visit: Visit) -> Response:
    """Show the matrix of products and audiences, the latest changes, and what lies ahead."""
    codes = {name: await visit.rows("codes", field=field) for name, field in FILTERS.items()}
    codes["verdict"].append({"value": "depends", "label": "Depends on your plan"})
    asked = {name: visit.argument(name, [row["value"] for row in codes[name]]) for name in FILTERS}
    sort = visit.argument("sort", SORTS) or "name"
    q = visit.argument("q")[:80]
    matrix = products(await visit.rows("matrix"))
    shown = order([item | {"found": matches(item, q)} for item in matrix if wanted(item, asked)], sort)
    audiences = {audience for item in shown for audience in item["cells"]}
    context = {
        "audiences": [code for code in codes["audience"] if code["value"] in audiences],
        "verdicts": Counter(item["verdict"] for item in matrix),
        "codes": codes,
        "asked": asked,
        "q": q,
        "sort": sort,
        "sorts": SORTS,
        "products": shown,
        "total": len(matrix),
        "changes": together(await visit.rows("latest_changes"))[:LATEST],
        "upcoming": together(await visit.rows("upcoming")),
        "linked": [linked(visit)] if not visit.request.query_string else [],
    }
    return await visit.html("home.html", context)


def products(rows: Iterable[Row]) -> list[Row]:
    """Return products, each with its `tiers`, and with `cells`: by audience, the values of training and their tiers."""
    found = []
    for _, group in groupby(rows, key=lambda row: row["product_id"]):
        tiers = list(group)
        head = {**tiers[0], "tiers": [tier for tier in tiers if tier["tier_id"]]}
        known = [tier for tier in head["tiers"] if tier["training"]]
        cells = {
            audience: list(grouped(those, "training").values())
            for audience, those in grouped(known, "audience").items()
        }
        words = (head["name"], head["vendor"], head["product_id"], head["former_names"], head["old_ids"])
        found.append({**head, "cells": cells, "search": " ".join(filter(None, words)).lower()})
    return found


def matches(product: Row, q: str) -> bool:
    """Whether the names of a product hold all words of `q`."""
    return all(word in product["search"] for word in q.lower().split())


def wanted(product: Row, asked: Mapping[str, str]) -> bool:
    """Whether a product passes the filters.

    With an audience or a region, some tier for them must have the verdict; otherwise the product must.
    """
    if asked["category"] not in {"", product["category"]}:
        return False
    if not asked["audience"] and not asked["region"]:
        return asked["verdict"] in {"", product["verdict"]}
    return any(
        asked["audience"] in {"", tier["audience"]}
        and asked["region"] in {"", tier["region"]}
        and asked["verdict"] in {"", tier["training"]}
        for tier in product["tiers"]
    )


def order(found: Sequence[Row], sort: str) -> list[Row]:
    """Return products sorted; they come sorted by name."""
    if sort == "vendor":
        return sorted(found, key=lambda item: item["vendor"].lower())
    if sort == "verdict":
        return sorted(found, key=lambda item: min((tier["rank"] or 99 for tier in item["tiers"]), default=99))
    if sort == "changed":
        return sorted(found, key=lambda item: item["changed"] or "", reverse=True)
    return list(found)


def together(events: Sequence[Row]) -> list[Row]:
    """Return events with those that say the same of several tiers on one day as one, its `tier` naming all."""
    alike = grouped(events, "day", "product_id", "field_label", "label", "summary").values()
    return [{**same[0], "tier": " · ".join(event["tier"] for event in same if event["tier"])} for same in alike]


def linked(visit: Visit) -> Row:
    """Return the site as linked data of schema.org, with its search."""
    home = visit.dataset["homepage"]
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": visit.dataset["title"],
        "url": f"{home}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{home}/?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
