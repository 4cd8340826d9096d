"""`/products/<product_id>`: does it train on your data?"""

from collections.abc import Sequence
from itertools import groupby

from datasette import Response

from pages import words
from pages.chart import chart
from pages.claims import CONFLICTING, citations, headings, sources_of, tiers_of, value
from pages.visit import Row, Visit, grouped, page

DECISIVE = 3  # summaries shown under the answer


@page
async def product(visit: Visit) -> Response:
    """Answer for one product: in a sentence, by tier, with sources, history and what is asked most."""
    return await visit.html("product.html", await context(visit, visit.request.url_vars["product_id"]))


async def context(visit: Visit, product_id: str) -> Row:
    """Return all that the page of a product shows. Raises UnknownIdError."""
    (head,) = await headings(visit, [product_id])
    cited = await citations(visit, [product_id])
    tiers = await tiers_of(visit, [product_id], cited)
    events = await visit.rows("product_timeline", product_id=product_id)
    history = await visit.rows("training_history", product_id=product_id)
    answer = head["answer"] or f"Nothing is on record of {head['name']} {'on' if visit.past else 'up to'} that day."
    changes = [
        event
        for event in events
        if event["field"] == "training" and event["kind"] == "change" and event["day"] <= visit.as_of
    ]
    # Of plans without a record of a past day nobody can say that nobody has looked: they may not have existed.
    told = [tier for tier in tiers if tier["claims"]] if visit.past else tiers
    questions = words.questions(head["name"], answer, told, changes[0] if changes else None)
    return {
        "product": {**head, "answer": answer},
        "tiers": tiers,
        "begins": (await visit.rows("record_begins", product_id=product_id))[0]["day"],
        "decisive": decisive(tiers),
        "refusals": words.by_sentence(told, words.refusal),
        "deadlines": deadlines(events, visit.as_of),
        "zero": words.by_sentence(told, words.zero_retention),
        "agreements": agreements(tiers),
        "misconceptions": grouped(
            await visit.rows("product_misconceptions", product_id=product_id), "misconception_id"
        ),
        "conflicts": [
            (tier, claim) for tier in tiers for claim in tier["claims"].values() if claim["value"] == CONFLICTING
        ],
        "chart": chart(history, visit.as_of),
        "timeline": same_together(events, cited),
        "questions": questions,
        "sources": await visit.rows("product_sources", product_id=product_id),
        "linked": linked(head, questions, visit),
    }


def decisive(tiers: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Return for each value of `training` a tier and the event that its value rests on, worst for users first."""
    found: dict[str, tuple[Row, Row]] = {}
    for tier in sorted(tiers, key=lambda tier: -len(tier["claims"])):  # of several, the one most is known of
        if claim := tier["claims"].get("training"):
            found.setdefault(claim["value"], (tier, claim["grounds"][0]))
    values = dict.fromkeys(value(tier, "training") for tier in tiers)
    return [found[code] for code in values if code][:DECISIVE]


def deadlines(events: Sequence[Row], as_of: str) -> list[Row]:
    """Return for each deadline the event that best tells of it, with the `tiers` it concerns; `open` while it runs."""
    dated = sorted((event for event in events if event["deadline_on"]), key=lambda event: event["deadline_on"])
    found = []
    for day, group in groupby(dated, key=lambda event: event["deadline_on"]):
        alike = sorted(group, key=lambda event: (event["field"] != "training", event["kind"] != "change"))
        tiers = dict.fromkeys(event["tier"] for event in alike if event["tier"])
        found.append({**alike[0], "tiers": " · ".join(tiers), "open": day >= as_of[: len(day)]})
    return found


def agreements(tiers: Sequence[Row]) -> list[Row]:
    """Return the data processing agreements that claims rest on; where none is cited, what the claims cite instead."""
    claims = [
        tier["claims"].get("dpa") for tier in tiers if value(tier, "dpa") in {"included", "on_request", "conflicting"}
    ]
    own = {source["source_id"]: source for claim in claims for source in sources_of(claim, ["dpa"])}
    other = {source["source_id"]: source for claim in claims for source in sources_of(claim)}
    return list((own or other).values())[:4]


def same_together(events: Sequence[Row], cited: dict[str, list[Row]]) -> list[Row]:
    """Return events, those that say the same of several tiers on one day as one, with all `tiers` and `ids`."""
    keys = ("effective_on", "field", "kind", "value_before", "value", "summary")
    entries = []
    for _, group in groupby(events, key=lambda event: event["day"]):
        for alike in grouped(list(group), *keys).values():
            sources = {source["source_id"]: source for event in alike for source in cited.get(event["event_id"], [])}
            tiers = [event["tier"] for event in alike if event["tier"]]
            entries.append(
                {
                    **alike[0],
                    "tiers": tiers,
                    "ids": [event["event_id"] for event in alike],
                    "sources": list(sources.values()),
                }
            )
    return entries


def linked(head: Row, questions: Sequence[tuple[str, str]], visit: Visit) -> list[Row]:
    """Return the page as linked data of schema.org: FAQPage and BreadcrumbList."""
    home = visit.dataset["homepage"]
    crumbs = [("All products", f"{home}/"), (head["name"], f"{home}/products/{head['product_id']}")]
    return [
        {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": [
                {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
                for question, answer in questions
            ],
        },
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": position, "name": name, "item": address}
                for position, (name, address) in enumerate(crumbs, start=1)
            ],
        },
    ]
