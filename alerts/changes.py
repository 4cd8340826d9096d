"""Which changes of a release are told to those who follow the product, and under which heading.

An entry is one of changes.json, as schema/release/changes.schema.json describes it.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

Entry = dict[str, Any]

# What is told, in the order in which it stands in a note. Edits of texts, new sources, events that set no claim, and
# the like are not told: they change no answer.
HEADINGS = {
    "claim_changed": "Changed",
    "upcoming_added": "Coming",
    "upcoming_edited": "Coming, but otherwise than we said",
    "upcoming_removed": "No longer coming",
    "claim_corrected": "Corrected: this was an error of ours, not a change by the vendor",
    "claim_added": "New in our records",
    "claim_removed": "No longer in our records",
    "tier_added": "New plan or way of access",
    "tier_removed": "Plan or way of access gone",
    "product_added": "New product",
    "product_removed": "Product gone",
    "id_moved": "Goes on under another name",
    "id_withdrawn": "Withdrawn",
}
# Columns of an event that bear on what is coming; its other columns are texts and sources.
WHAT_COMES = {"value", "effective_on", "deadline_on"}
# A product that comes or goes is told as one, not plan by plan.
PART_OF = {"tier_added": "product_added", "tier_removed": "product_removed"}


def told(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are told, in the order of `HEADINGS`."""
    chosen = [entry for entry in entries if entry["what"] in HEADINGS and product_of(entry) and _bears(entry)]
    wholes = {(entry["what"], entry["product_id"]) for entry in chosen}
    order = list(HEADINGS)
    return sorted(
        (entry for entry in chosen if (PART_OF.get(entry["what"]), entry["product_id"]) not in wholes),
        key=lambda entry: order.index(entry["what"]),
    )


def product_of(entry: Entry) -> str | None:
    """Return the id of the product whose followers are told; of one that moved, the new one."""
    if entry["table"] != "redirects":
        return str(entry["product_id"]) if entry["product_id"] else None
    if not _is_of_product(entry):
        return None
    return str(entry["after"] or entry["before"]).split(";")[0]


def moves(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """Return the products that have another id now: the old id, a new one, its name as far as known."""
    return [
        (entry["before"], new, entry["product"] or new)
        for entry in entries
        if entry["what"] == "id_moved" and _is_of_product(entry)
        for new in entry["after"].split(";")
    ]


def by_heading(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return entries that are told, which come in their order, under the headings they are told by."""
    return [(HEADINGS[what], list(group)) for what, group in groupby(entries, key=lambda entry: str(entry["what"]))]


def _bears(entry: Entry) -> bool:
    return entry["what"] != "upcoming_edited" or entry["field"] in WHAT_COMES


def _is_of_product(entry: Entry) -> bool:
    """Whether an entry of the table of redirects is about a product; its key is the old id and the table."""
    return bool(entry["table"] == "redirects" and entry["key"].endswith(";products"))
