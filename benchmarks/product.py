"""One made-up product with all its rows, legal by construction.

What `tiers` and `value_before` must hold is known without folding the ledger: each event of a claim is one whose effect
on the fold (docs/fold.md) is plain, see `Claim`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.shape import UNOFFICIAL, Shape
from benchmarks.words import BELIEFS, CATEGORIES, LOCATORS, OFFICIAL, SUMMARIES, TIERS, opt_out_values

Row = dict[str, str]

MONTHS = 60  # how many months before the day of the dataset documents begin
# Shares that no table of the real ledger tells.
PARTIAL = 0.05  # of publication dates are known to the month or year only
CAPTURED = 0.4  # of sources are copies made on a known day
ANNOUNCED = 0.6  # of changes were announced before they took effect
AHEAD = 0.2  # of changes that are the last word on a claim take effect after the day of the dataset
HIGH = 0.7  # of events with an official source are of high confidence
RENAMED = 0.05  # of products had another id


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it stood in a month; `date` is its `captured_on` or `published_on`."""

    row: Row
    month: int
    date: str

    @property
    def url(self) -> str:
        """The address, which tells documents apart."""
        return self.row["url"]

    @property
    def official(self) -> bool:
        """Whether it outweighs press and third parties."""
        return self.row["kind"] not in UNOFFICIAL


@dataclass(slots=True)
class Claim:
    """The fold of a claim after some events, and what the next one does to it.

    `official`: an official reading stands. `urls`: the documents whose readings stand. `alone`: only one reading does.
    `plain`: all readings were official and none disagreed, so that a second source for one of them changes nothing.
    """

    values: Sequence[str]
    value: str = ""
    official: bool = False
    urls: set[str] = field(default_factory=set)
    alone: bool = True
    plain: bool = True

    def can_be_observed(self, source: Source) -> bool:
        """Whether it is plain what an observation of `source` does: not where it takes the place of one of several."""
        return self.alone or source.url not in self.urls

    def change(self, draw: random.Random, source: Source) -> str:
        """Let the vendor change the value, and return the new one: no reading before it stands any longer."""
        self._stand(self._other(draw), source)
        return self.value

    def observe(self, draw: random.Random, source: Source, disagreeing: float) -> str:
        """Let a document be seen, and return what it says; with the probability `disagreeing` it is something new."""
        said = self._other(draw) if draw.random() < disagreeing else self.value
        if said in {"", "conflicting"}:
            said = self._other(draw)
        if not self.urls or (source.official and not self.official):
            self._stand(said, source)
        elif self.official and not source.official:
            self.plain = False  # outweighed, whatever it says
        elif source.url in self.urls:
            self._stand(said, source)  # what the document reads now stands in place of what it read
        else:
            self.urls.add(source.url)
            self.alone = False
            if said != self.value:
                self.value, self.plain = "conflicting", False
        return said

    def _stand(self, value: str, source: Source) -> None:
        self.value, self.official, self.urls, self.alone = value, source.official, {source.url}, True
        self.plain = self.plain and source.official

    def _other(self, draw: random.Random) -> str:
        return draw.choice([value for value in self.values if value != self.value])


class Product:
    """Product `number` with at most `most_events` events; `rows` are its rows by table, each sorted by key."""

    def __init__(  # noqa: PLR0913 what a product is made of
        self,
        draw: random.Random,
        shape: Shape,
        values: Mapping[str, Sequence[str]],
        *,
        as_of: str,
        number: int,
        most_events: int,
    ) -> None:
        self._draw, self._shape, self._values, self._as_of = draw, shape, values, as_of
        self._id = f"product-{number:07}"
        self._vendor = f"vendor-{int(number / shape.products_per_vendor):07}"
        self._left = most_events
        self._spare: list[Source] = []
        self.rows: dict[str, list[Row]] = {"tiers": [], "events": [], "misconceptions": [], "redirects": []}
        tiers = [self._plan() for _ in range(draw.choice(shape.tiers_per_product))]
        contexts = draw.choice(shape.contexts_per_product)
        self._sources = self._make_sources(sum(sum(plan.values()) for plan in tiers) + contexts)
        self._spare = draw.sample(self._sources, len(self._sources))
        for position, plan in enumerate(tiers):
            self._make_tier(position, plan)
        for position in range(min(contexts, self._left)):
            self._make_context(position)
        self._make_the_rest()
        for rows in self.rows.values():
            rows.sort(key=lambda row: next(iter(row.values())))

    def _plan(self) -> dict[str, int]:
        """Return how many events each claim field of a tier gets, training first."""
        some = self._draw.sample(list(self._values), self._draw.choice(self._shape.fields_per_tier))
        return {name: self._draw.choice(self._shape.events_per_field) for name in self._values if name in some}

    def _make_sources(self, events: int) -> list[Source]:
        draw, shape = self._draw, self._shape
        wanted = max(1, int(events * shape.sources_per_event + draw.random()))
        kinds: list[str] = []
        sources: dict[tuple[int, int], Source] = {}
        for _ in range(wanted):
            document = draw.randrange(len(kinds)) if kinds else 0
            if not kinds or draw.random() * shape.sources_per_document < 1:
                document = len(kinds)
                kinds.append(draw.choice(OFFICIAL if draw.random() < shape.official else UNOFFICIAL))
            month = draw.randrange(MONTHS)
            sources.setdefault((document, month), self._source(document, kinds[document], month))
        return list(sources.values())

    def _source(self, document: int, kind: str, month: int) -> Source:
        official = kind not in UNOFFICIAL
        captured = self._draw.random() < CAPTURED
        day = self._day(month - MONTHS, self._draw.randint(1, 14))
        date = day
        if not captured and self._draw.random() < PARTIAL:
            date = day[:4] if day[5:7] == "01" else day[:7]
        host = self._id if official else f"press-{document}-{self._id}"
        url = f"https://www.{host}.example.com/{kind}/{document}"
        row = {
            "source_id": f"{self._id}-{kind.replace('_', '-')}-{document}-{date}",
            "vendor_id": self._vendor if official else "",
            "publisher": f"Publisher of {host}",
            "title": f"{kind.replace('_', ' ').capitalize()} {document} of {self._id}, state of {date}",
            "url": url,
            "kind": kind,
            "published_on": "" if captured else date,
            "captured_on": date if captured else "",
            "accessed_on": self._as_of,
            "access": "archive" if captured else "live",
            "archived_url": f"https://archive.example.com/{date.replace('-', '')}/{url}" if captured else "",
            "note": "",
        }
        return Source(row, month, date)

    def _make_tier(self, position: int, plan: Mapping[str, int]) -> None:
        suffix, name, audience, region, access = TIERS[position % len(TIERS)]
        again = position // len(TIERS)
        tier = {
            "tier_id": f"{self._id}-{suffix}" + (f"-{again}" if again else ""),
            "product_id": self._id,
            "name": name + (f" {again}" if again else ""),
            "audience": audience,
            "region": region,
            "access": access,
            "terms": "Terms of Service and Privacy Policy",
        }
        for claim_field, events in plan.items():
            values = opt_out_values(tier.get("training", "")) if claim_field == "opt_out" else self._values[claim_field]
            tier[claim_field] = self._make_claim(tier["tier_id"], claim_field, values, events)
        if {"unclear", "conflicting"} & set(tier.values()):
            tier["note"] = "The documents disagree or leave it open: the help page names a period, the contract none."
        tier |= {"verified_on": self._as_of, "review_days": "90"}
        self.rows["tiers"].append(tier)

    def _make_claim(self, tier: str, claim_field: str, values: Sequence[str], events: int) -> str:
        """Make the events of a claim, each in a month of its own, and return its value on the day of the dataset."""
        draw, shape = self._draw, self._shape
        by_month = {source.month: source for source in draw.sample(self._sources, len(self._sources))}
        months = sorted(draw.sample(sorted(by_month), min(events, len(by_month), self._left)))
        claim = Claim(values)
        balance = ""
        made: list[Row] = []
        for month in months:
            source, before = by_month[month], claim.value
            event = self._event(tier, claim_field, source)
            if draw.random() < shape.changes or not claim.can_be_observed(source):
                event |= {"kind": "change", "value_before": before, "value": claim.change(draw, source)}
                self._date_change(event, source, last=month == months[-1])
            else:
                event |= {"kind": "observation", "value": claim.observe(draw, source, shape.disagreeing)}
            event["event_id"] = f"{tier}-{claim_field.replace('_', '-')}-{event['effective_on']}"
            balance = claim.value if event["effective_on"] <= self._as_of else before
            made.append(event)
        for event in made:
            self._finish(event, spare=claim.plain or len(made) == 1)
        return balance

    def _event(self, tier: str, claim_field: str, source: Source) -> Row:
        """Return what all events have, dated by a source that is official or not."""
        draw = self._draw
        return {
            "event_id": "",
            "product_id": self._id,
            "tier_id": tier,
            "field": claim_field,
            "effective_on": source.date,
            "date_basis": "stated" if draw.random() < self._shape.stated else "observed",
            "notice": "unknown",
            "source_ids": source.row["source_id"],
            "locator": draw.choice(LOCATORS),
            "summary": draw.choice(SUMMARIES),
            "confidence": "high" if source.official and draw.random() < HIGH else "medium",
        }

    def _date_change(self, event: Row, source: Source, *, last: bool) -> None:
        """Let a change take effect some days after its announcement, or after the day of the dataset."""
        draw = self._draw
        event["notice"] = "silent"
        if len(source.date) == len("YYYY-MM-DD") and draw.random() < ANNOUNCED:
            ahead = last and draw.random() < AHEAD
            effective = self._day(draw.randint(1, 6), 1) if ahead else source.date[:8] + str(int(source.date[8:]) + 14)
            event |= {
                "announced_on": source.date,
                "effective_on": effective,
                "date_basis": "stated",
                "deadline_on": effective if draw.random() < HIGH else "",
                "notice": "announced",
            }

    def _make_context(self, position: int) -> None:
        event = self._event("", "", self._draw.choice(self._sources))
        event |= {
            "event_id": f"{self._id}-context-{event['effective_on']}-{position}",
            "kind": "context",
            "summary": f"Case {position}: {event['summary']}",
        }
        self._finish(event, spare=True)

    def _finish(self, event: Row, *, spare: bool) -> None:
        """Take the event over, where nothing speaks against it with more sources: first those not cited yet."""
        cited = [event["source_ids"]]
        wanted = self._draw.choice(self._shape.citations_per_event) if spare else 1
        while len(cited) < wanted and self._spare:
            cited.append(self._spare.pop().row["source_id"])
            cited = list(dict.fromkeys(cited))
        others = [identifier for source in self._sources if (identifier := source.row["source_id"]) not in cited]
        cited += self._draw.sample(others, min(wanted - len(cited), len(others)))
        event["source_ids"] = ";".join(cited)
        self.rows["events"].append(event)
        self._left -= 1

    def _make_the_rest(self) -> None:
        """Make what there is once per product, and what refers to its events."""
        draw, events = self._draw, self.rows["events"]
        cited = {source for event in events for source in event["source_ids"].split(";")}
        self.rows["sources"] = [source.row for source in self._sources if source.row["source_id"] in cited]
        self.rows["vendors"] = [
            {
                "vendor_id": self._vendor,
                "name": f"Vendor {self._vendor[-7:]}",
                "website": f"https://www.{self._vendor}.example.com",
            }
        ]
        name = f"Product {self._id[-7:]}"
        self.rows["products"] = [
            {
                "product_id": self._id,
                "vendor_id": self._vendor,
                "name": name,
                "category": draw.choice(CATEGORIES),
                "website": f"https://www.{self._id}.example.com",
            }
        ]
        if draw.random() < RENAMED:
            self.rows["redirects"].append(
                {
                    "old_id": f"{self._id}-before",
                    "table": "products",
                    "new_ids": self._id,
                    "kind": "moved",
                    "date": self._day(-1, 1),
                    "reason": "The vendor renamed the product.",
                }
            )
        for position in range(draw.choice(self._shape.misconceptions_per_product) if events else 0):
            event = draw.choice(events)
            self.rows["misconceptions"].append(
                {
                    "misconception_id": f"{self._id}-belief-{position:02}",
                    "product_id": self._id,
                    "belief": f"{name} {BELIEFS[position % len(BELIEFS)]} ({position}).",
                    "correction": event["summary"],
                    "event_ids": event["event_id"],
                    "source_ids": event["source_ids"],
                }
            )

    def _day(self, months: int, day: int) -> str:
        """Return a day of the month that lies `months` months after that of the dataset."""
        count = int(self._as_of[:4]) * 12 + int(self._as_of[5:7]) - 1 + months
        return f"{count // 12}-{count % 12 + 1:02}-{day:02}"
