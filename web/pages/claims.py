"""Tiers with their claims, as several pages show them."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from pages.visit import Row, UnknownIdError, Visit, grouped

CONFLICTING = "conflicting"  # the value of a claim on which documents disagree


async def headings(visit: Visit, product_ids: Sequence[str]) -> list[Row]:
    """Return name, verdict and badges of products, in the order asked. Raises UnknownIdError where one is unknown."""
    found = {row["product_id"]: row for row in await visit.rows("headings", product_ids=json.dumps(product_ids))}
    for product_id in product_ids:
        if product_id not in found:
            raise UnknownIdError("products", product_id)
    return [
        {**found[product_id], "badges": json.loads(found[product_id]["badges"] or "[]")} for product_id in product_ids
    ]


async def citations(visit: Visit, product_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return the sources that the events of products cite, by event id."""
    return grouped(await visit.rows("citations", product_ids=json.dumps(product_ids)), "event_id")


async def tiers_of(visit: Visit, product_ids: Sequence[str], cited: dict[str, list[Row]]) -> list[Row]:
    """Return the tiers of products, each with `claims`: by field, a claim with the `grounds` it rests on.

    A ground is an event with the `sources` it cites, which are given by event id; without them it has none.
    """
    asked = json.dumps(product_ids)
    claims = arrange(await visit.rows("claims", product_ids=asked), cited)
    return [
        {**tier, "claims": claims.get(tier["tier_id"], {})} for tier in await visit.rows("tiers", product_ids=asked)
    ]


def arrange(rows: Iterable[Row], cited: dict[str, list[Row]]) -> dict[str, dict[str, Row]]:
    """Return claims by tier and field; rows come one per claim and event, sources of events by event id."""
    tiers: dict[str, dict[str, Row]] = {}
    for (tier_id, field), group in groupby(rows, key=lambda row: (row["tier_id"], row["field"])):
        grounds = [{**row, "sources": cited.get(row["event_id"], [])} for row in group]
        tiers.setdefault(tier_id, {})[field] = {**grounds[0], "grounds": grounds}
    return tiers


def value(tier: Row, field: str) -> str:
    """Return the value of a claim, empty where nobody has looked."""
    return str(tier["claims"].get(field, {}).get("value", ""))


def label(tier: Row, field: str) -> str:
    """Return what readers see in place of the value of a claim."""
    return str(tier["claims"].get(field, {}).get("label", ""))


def sources_of(claim: Row | None, kinds: Iterable[str] = ()) -> list[Row]:
    """Return the sources a claim rests on, each once; with `kinds`, those of these kinds."""
    wanted = tuple(kinds)
    found: dict[str, Any] = {}
    for ground in claim["grounds"] if claim else []:
        for source in ground["sources"]:
            if not wanted or source["kind"] in wanted:
                found.setdefault(source["source_id"], source)
    return list(found.values())
