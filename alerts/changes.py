"""Which changes of a release are told to those who follow the product, and how."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

# An entry of changes.json; its schema is schema/release/changes.schema.json.
Entry = dict[str, Any]

# What is told, in the order in which it stands in a note, and under which heading. Edits of texts, new sources and the
# like are not told: they change no answer.
HEADINGS = {
    "claim_changed": "Changed",
    "upcoming_added": "Coming",
    "upcoming_edited": "Coming, and now otherwise than we said",
    "upcoming_removed": "No longer coming",
    "claim_corrected": "Corrected: we had this wrong",
    "claim_added": "New in our records",
    "claim_removed": "No longer in our records",
    "tier_added": "New plan or way of access",
    "tier_removed": "Plan or way of access gone",
    "product_added": "New product",
    "product_removed": "Product gone",
    "id_moved": "Moved",
    "id_withdrawn": "Withdrawn",
}
# Columns of an event that bear on what is coming; its other columns are texts.
WHAT_COMES = {"value", "effective_on", "deadline_on"}


def told(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are told, in the order of `HEADINGS`.

    Of a new product, or a new tier, what is known of it is not told piece by piece.
    """
    chosen = [entry for entry in entries if _is_told(entry)]
    new = {(it["product_id"], it["tier_id"]) for it in chosen if it["what"] in {"product_added", "tier_added"}}
    order = list(HEADINGS)
    return sorted(
        (entry for entry in chosen if not _is_part_of(entry, new)), key=lambda entry: order.index(entry["what"])
    )


def product_of(entry: Entry) -> str:
    """Return the id of the product whose followers are told; of one that moved, its new one."""
    moved = moves([entry])
    return moved[0][1] if moved else entry["product_id"] or entry["key"]


def moves(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """Return the products that have another id now: the old id, a new one, the name."""
    return [
        (entry["before"], new, entry["product"] or new)
        for entry in entries
        if entry["what"] == "id_moved" and entry["table"] == "products"
        for new in (entry["after"] or "").split(";")
        if new and entry["before"]
    ]


def by_heading(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return the entries of one product under the headings they are told by."""
    ordered = told(entries)
    return [(HEADINGS[what], list(group)) for what, group in groupby(ordered, key=lambda entry: entry["what"])]


def _is_told(entry: Entry) -> bool:
    if entry["what"] == "upcoming_edited":
        return entry["field"] in WHAT_COMES
    if entry["table"] not in {"products", "tiers", "events"}:
        return False
    return entry["what"] in HEADINGS and (entry["product_id"] is not None or entry["table"] == "products")


def _is_part_of(entry: Entry, new: set[tuple[str | None, str | None]]) -> bool:
    if entry["what"] == "product_added":
        return False
    parts = {(entry["product_id"], None)}
    if entry["what"] != "tier_added":
        parts.add((entry["product_id"], entry["tier_id"]))
    return entry["what"].endswith("_added") and bool(parts & new)
