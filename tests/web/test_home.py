"""The matrix of products and audiences: search, filters, order."""

import re
from pathlib import Path
from typing import Any

import pytest

from pages.home import matches, order, products, together, wanted
from tests.web.client import get

pytestmark = pytest.mark.xdist_group("pages")

ANY = {"category": "", "verdict": "", "audience": "", "region": ""}


def tier(tier_id: str, training: str, audience: str = "consumer", region: str = "world") -> dict[str, Any]:
    product = {"product_id": "parrot", "name": "Parrot", "vendor": "Acme", "category": "chat-assistant"}
    known = {"former_names": "Polly", "old_ids": None, "verdict": "depends", "changed": "2025-01-01"}
    mine = {"tier_id": tier_id, "tier": tier_id, "audience": audience, "region": region, "training": training}
    return {**product, **known, **mine, "rank": {"opt_out": 2, "no": 7}[training]}


PARROT = products([tier("free", "opt_out"), tier("team", "no", "business"), tier("eu", "no", region="eea")])[0]


@pytest.mark.parametrize(("q", "found"), [("", True), ("par", True), ("acme POL", True), ("parrot toucan", False)])
def test_search_finds_names_vendors_and_former_names(*, q: str, found: bool) -> None:
    assert matches(PARROT, q) is found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"category": "chat-assistant"}, True),
        ({"category": "social"}, False),
        ({"verdict": "depends"}, True),
        ({"verdict": "no"}, False),  # of the product
        ({"verdict": "no", "audience": "business"}, True),  # of its plans
        ({"verdict": "opt_out", "audience": "business"}, False),
        ({"verdict": "no", "region": "eea"}, True),
        ({"region": "us"}, False),
        ({"audience": "education"}, False),
    ],
)
def test_filters(*, asked: dict[str, str], found: bool) -> None:
    assert wanted(PARROT, ANY | asked) is found


def test_cells_hold_the_values_of_an_audience_once() -> None:
    assert {audience: [those[0]["training"] for those in cells] for audience, cells in PARROT["cells"].items()} == {
        "consumer": ["opt_out", "no"],
        "business": ["no"],
    }


def test_order() -> None:
    other = {**PARROT, "name": "Zebra", "vendor": "abc", "tiers": [tier("x", "no")], "changed": None}
    assert [it["name"] for it in order([PARROT, other], "name")] == ["Parrot", "Zebra"]
    assert [it["name"] for it in order([PARROT, other], "vendor")] == ["Zebra", "Parrot"]
    assert [it["name"] for it in order([other, PARROT], "verdict")] == ["Parrot", "Zebra"]
    assert [it["name"] for it in order([other, PARROT], "changed")] == ["Parrot", "Zebra"]


def test_events_that_say_the_same_of_several_tiers_are_one() -> None:
    event = {"day": "2025-01-01", "product_id": "parrot", "field_label": "Training", "label": "No", "summary": "So."}
    (one,) = together([{**event, "tier": "A"}, {**event, "tier": "B"}])
    assert one["tier"] == "A · B"


def names(page: str) -> list[str]:
    """The products that a page shows; those that `q` leaves out are there, hidden, for when one types on."""
    return re.findall(r'<tr role="row" data-search="[^"]*">\s*<th [^>]*><a href="[^"]+">(.*?)</a>', page)


def test_the_form_works_on_the_server(instance: Path) -> None:
    (anthropic, codeium, social, nothing, every) = get(
        instance,
        "/?q=anthropic",
        "/?q=le-chat",
        "/?category=social&sort=vendor",
        "/?q=zzzz",
        "/?category=&verdict=&as_of=",
    )
    assert names(anthropic.text) == ["Claude"]
    assert names(codeium.text) == ["Vibe (formerly Le Chat)"] or "Vibe" in names(codeium.text)[0]
    assert "Reddit" in names(social.text)
    assert "Claude" not in names(social.text)
    assert names(nothing.text) == []
    assert '<p id="nothing">No product matches.' in nothing.text
    assert '<p id="nothing" hidden>' in every.text
    assert f"1 of {len(names(every.text))} products" in anthropic.text
    assert len(names(every.text)) >= 110
