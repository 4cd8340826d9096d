"""The entries of the changes: what they hold, how they are ordered, and how names and labels get into them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scripts import wording
from scripts.snapshot import Cells, Snapshot
from scripts.verdict import label, minutes

# What one row of a table is called, in the order in which the tables are told.
NOUNS = {
    "products": "product",
    "tiers": "tier",
    "events": "event",
    "misconceptions": "misconception",
    "sources": "source",
    "vendors": "vendor",
    "redirects": "redirect",
    "vocabulary": "code",
}
# Every kind of entry, in the order in which they are told, and the heading it is told under.
HEADINGS = {
    "claim_changed": "Changed by the vendor",
    "claim_corrected": "Corrected: our record was wrong",
    "claim_added": "Known for the first time",
    "claim_removed": "No longer known",
    "upcoming_added": "Upcoming",
    "upcoming_edited": "Upcoming, edited",
    "upcoming_removed": "No longer upcoming",
    # These two stand for `redirect_added`.
    "id_moved": "Ids that moved",
    "id_withdrawn": "Ids withdrawn",
    **{
        f"{noun}_{verb}": f"{table.capitalize()} {verb}"
        for table, noun in NOUNS.items()
        for verb in ("added", "removed", "edited")
        if (noun, verb) != ("redirect", "added")
    },
    "tier_verified": "Tiers verified again",
}
WHATS = tuple(HEADINGS)


@dataclass(frozen=True, slots=True)
class Source:
    """A document, as entries name it."""

    source_id: str
    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry. None where something does not apply."""

    what: str
    table: str
    key: str
    text: str
    product_id: str | None = None
    product: str | None = None
    tier_id: str | None = None
    tier: str | None = None
    field: str | None = None
    field_label: str | None = None
    before: str | None = None
    before_label: str | None = None
    after: str | None = None
    after_label: str | None = None
    since: str | None = None
    date_basis: str | None = None
    late: bool = False
    worse: bool | None = None
    sources: tuple[Source, ...] = ()
    summary: str | None = None

    @property
    def change_id(self) -> str:
        """A name of 16 hexadecimal digits that the same change has in every comparison."""
        parts = [self.what, self.table, self.key, self.field, self.before, self.after, self.since]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


class Teller:
    """Makes entries of two states, with names, labels, documents and sentences. Names of today come first."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self.old = old
        self.new = new
        self.labels = {**old.labels, **new.labels}
        self.ranks = {**old.ranks, **new.ranks}
        self.titles = {**old.titles, **new.titles}

    def order(self, entry: Change) -> tuple[object, ...]:
        """Return what entries are sorted by: the kind, then worst for users first."""
        worse = {True: 0, None: 1, False: 2}[entry.worse]
        claim = entry.field or ""
        field = self.ranks.get(("events.field", claim), 0)
        rank = self.badness(claim, entry.after) or (0.0, 0)
        names = (entry.product or "", entry.tier or "", entry.table, entry.key, claim)
        return (WHATS.index(entry.what), worse, field, rank, *names)

    def row(self, table: str, key: str) -> Cells:
        """Return a row as it is now, or as it was; no cells where there never was one."""
        return self.new.rows.get(table, {}).get(key) or self.old.rows.get(table, {}).get(key) or {}

    def about(self, table: str, key: str) -> Change:
        """Return an entry that says what it concerns, and nothing yet of what happened."""
        row = self.row(table, key)
        product_id, tier_id = (row.get(name) or None for name in ("product_id", "tier_id"))
        return Change(
            what="",
            table=table,
            key=key,
            text="",
            product_id=product_id,
            product=product_id and self.row("products", product_id).get("name", product_id),
            tier_id=tier_id,
            tier=tier_id and self.row("tiers", tier_id).get("name", tier_id),
        )

    def badness(self, field: str, value: str | None) -> tuple[float, int] | None:
        """Return the rank of a value of a claim field, the lower the worse; None for what has none.

        The longer of two durations is worse; a duration is better than every code but `zero`.
        """
        length = minutes(value) if value else None
        if length is not None:
            zero = self.ranks.get((f"tiers.{field}", "zero"), 0)
            return (zero - 0.5, -length)
        rank = self.ranks.get((f"tiers.{field}", value or ""))
        return None if rank is None else (rank, 0)

    def worse(self, field: str, before: str | None, after: str | None) -> bool | None:
        """Return whether the value after is worse for users; None where one of them has no rank."""
        was, is_ = self.badness(field, before), self.badness(field, after)
        return None if was is None or is_ is None else is_ < was

    def label(self, field: str, value: str) -> str:
        """Return what readers see in place of a value of a claim field; an unknown code is shown as it is."""
        return label({(f"tiers.{field}", value): value} | self.labels, field, value)

    def sources(self, ids: Sequence[str]) -> tuple[Source, ...]:
        """Return the documents with these ids, as entries name them."""
        rows = [(source_id, self.row("sources", source_id)) for source_id in dict.fromkeys(ids)]
        return tuple(Source(name, row["title"], row["publisher"], row["url"]) for name, row in rows if row)

    def value(self, entry: Change, field: str, before: str | None, after: str | None) -> Change:
        """Return an entry with values of a claim field, and how they compare."""
        return replace(
            entry,
            field=field,
            field_label=self.labels.get(("events.field", field), field),
            before=before or None,
            before_label=self.label(field, before) if before else None,
            after=after or None,
            after_label=self.label(field, after) if after else None,
            worse=self.worse(field, before, after),
        )


def said(entry: Change) -> wording.Said:
    """Return what sentences are made of."""
    return wording.Said(
        about=subject(entry),
        field=entry.field_label or "",
        before=entry.before_label or "",
        after=entry.after_label or "",
        date=entry.since or "",
        basis=entry.date_basis or "",
        by=wording.documents((source.title, source.publisher) for source in entry.sources),
        summary=entry.summary or "",
    )


def subject(entry: Change) -> str:
    """Return what sentences say the entry is about."""
    return wording.subject(entry.product, entry.tier)
