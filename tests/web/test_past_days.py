"""The pages of a past day say what the ledger knew of it, by the model of the fold."""

import csv
import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.fold.model import by_key, value_on
from tests.web.client import get

pytestmark = pytest.mark.xdist_group("pages")

PRODUCTS = ("claude", "chatgpt", "meta-ai", "slack", "zoom")


def rows(table: str) -> list[dict[str, str]]:
    with (PROJECT / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(page: str) -> dict[tuple[str, str], str]:
    """The labels of the claims that a product page shows, by tier and field."""
    found = re.findall(
        r'<div id="claim-([a-z0-9-]+)-([a-z_]+)"[^>]*>\s*<dt>.*?</dt>\s*<dd>\s*<strong>(.*?)</strong>', page, re.DOTALL
    )
    return {(tier, field): label for tier, field, label in found}


@pytest.mark.parametrize("product_id", PRODUCTS)
def test_a_page_of_any_day_shows_the_fold_of_that_day(instance: Path, product_id: str) -> None:
    sources = {row["source_id"]: row for row in rows("sources")}
    statements = by_key(row for row in rows("events") if row["product_id"] == product_id)
    days = sorted({f"{(event['effective_on'] + '-01-01')[:10]}" for group in statements.values() for event in group})
    days = [days[0], days[len(days) // 2], days[-1]]
    codes = {(row["field"], row["value"]): row["label"] for row in rows("../schema/vocabulary")}
    for day, page in zip(days, get(instance, *(f"/products/{product_id}?as_of={day}" for day in days)), strict=True):
        assert page.status_code == 200
        known = {key: value for key, group in statements.items() if (value := value_on(day, group, sources))}
        said = shown(page.text)
        assert said.keys() == known.keys()
        for (tier, field), value in known.items():
            if not value.startswith("P"):
                assert said[tier, field] == codes[f"tiers.{field}", value]


def test_the_page_of_another_day_says_so_and_leads_back(instance: Path) -> None:
    (then, now) = get(instance, "/products/claude?as_of=2025-08-01", "/products/claude")
    assert "This page shows what the ledger knows of 2025-08-01" in then.text
    assert 'content="noindex"' in then.text
    assert "No. Claude does not train on your data." in then.text
    assert "Trains unless you opt out" not in then.text
    assert "This page shows" not in now.text


def test_links_of_a_past_page_stay_on_its_day(instance: Path) -> None:
    (home,) = get(instance, "/?as_of=2025-08-01")
    assert 'href="/products/claude?as_of=2025-08-01"' in home.text


def test_a_day_before_anything_is_known_says_that(instance: Path) -> None:
    (page,) = get(instance, "/products/claude?as_of=1990-01-01")
    assert "Nothing is on record of Claude on that day." in page.text


def test_a_day_to_come_shows_what_was_announced(release: Path, tmp_path: Path) -> None:
    from scripts.instance import write_instance  # noqa: PLC0415 only this test needs an instance of the small ledger

    write_instance(release / "does-it-train.sqlite", tmp_path)
    (page,) = get(tmp_path, "/products/parrot?as_of=2027-02-01")
    assert "a day still to come" in page.text
    assert shown(page.text)["parrot-free", "training"] == "Trains only if you opt in"
