"""The shape of a ledger: how many of what there are per other, counted in the ledger itself."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from scripts.dataset import CannotRunError, Dataset, list_cell

# Kinds of sources that are not official, as in rules/standing.sql.
UNOFFICIAL = ("press", "third_party")


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts to draw from, one number per row of the real ledger, and shares of events and sources.

    `disagreeing` is the probability that what is said of a claim after its first event leaves a conflict.
    """

    products_per_vendor: float
    tiers_per_product: Sequence[int]
    fields_per_tier: Sequence[int]
    events_per_field: Sequence[int]
    contexts_per_product: Sequence[int]
    misconceptions_per_product: Sequence[int]
    citations_per_event: Sequence[int]
    sources_per_event: float
    sources_per_document: float
    changes: float
    stated: float
    official: float
    conflicting: float
    disagreeing: float

    def rows(self) -> list[tuple[str, float]]:
        """Return what there is to compare with another ledger: a name and a mean or share each."""
        return [
            ("products per vendor", self.products_per_vendor),
            ("tiers per product", mean(self.tiers_per_product)),
            ("fields per tier", mean(self.fields_per_tier)),
            ("events per field", mean(self.events_per_field)),
            ("context events per product", mean(self.contexts_per_product)),
            ("misconceptions per product", mean(self.misconceptions_per_product)),
            ("citations per event", mean(self.citations_per_event)),
            ("sources per event", self.sources_per_event),
            ("sources per document", self.sources_per_document),
            ("share of events that are changes", self.changes),
            ("share of dates that are stated", self.stated),
            ("share of sources that are official", self.official),
            ("share of claims in conflict", self.conflicting),
        ]


def count_shape(dataset: Dataset) -> Shape:
    """Count the shape of `dataset`. Raises CannotRunError where it has no tiers, events or sources to count."""
    rows = {name: [row.cells for row in dataset.table(name).rows] for name in dataset.specs}
    for name in ("products", "tiers", "events", "sources"):
        if not rows[name]:
            raise CannotRunError(f"{dataset.specs[name].path} has no rows, so there is no shape to copy.")
    events, sources = rows["events"], rows["sources"]
    claims = [event for event in events if event["field"]]
    said = Counter((event["tier_id"], event["field"]) for event in claims)
    fields = Counter(tier for tier, _ in said)
    products = [product["product_id"] for product in rows["products"]]
    conflicting = _share(
        tier[name] == "conflicting" for tier in rows["tiers"] for name in dataset.specs["tiers"].claims if tier[name]
    )
    several = _share(count > 1 for count in said.values())
    return Shape(
        products_per_vendor=len(products) / len(rows["vendors"]),
        tiers_per_product=_per(products, (tier["product_id"] for tier in rows["tiers"])),
        fields_per_tier=[fields[tier["tier_id"]] for tier in rows["tiers"]],
        events_per_field=sorted(said.values()),
        contexts_per_product=_per(products, (event["product_id"] for event in events if not event["field"])),
        misconceptions_per_product=_per(products, (row["product_id"] for row in rows["misconceptions"])),
        citations_per_event=[len(list_cell(event["source_ids"])) for event in events],
        sources_per_event=len(sources) / len(events),
        sources_per_document=len(sources) / len({source["url"] for source in sources}),
        changes=_share(event["kind"] == "change" for event in claims),
        stated=_share(event["date_basis"] == "stated" for event in events),
        official=_share(source["kind"] not in UNOFFICIAL for source in sources),
        conflicting=conflicting,
        disagreeing=min(1.0, conflicting / several) if several else 0.0,
    )


def _per(parents: Sequence[str], children: Iterable[str]) -> list[int]:
    """Return how many children each parent has."""
    counted = Counter(children)
    return [counted[parent] for parent in parents]


def _share(holds: Iterable[bool]) -> float:
    return mean(map(float, holds))
