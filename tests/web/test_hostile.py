"""What comes from data is text, wherever it stands."""

import re
from pathlib import Path

import pytest

from tests.web.client import altered, get

pytestmark = pytest.mark.xdist_group("pages")

TEXTS = {
    "events": ("summary", "locator", "value", "value_before"),
    "sources": ("title", "url", "archived_url", "note", "publisher"),
    "tiers": ("note", "terms"),
    "misconceptions": ("belief", "correction"),
    "products": ("name", "website", "former_names"),
    "vendors": ("name", "website"),
    "history": ("label",),
    "verdict_history": ("answer", "label"),
    "rules": ("title", "why"),
    "relations": ("description",),
}
PAGES = (
    "/",
    "/products/parrot",
    "/products/parrot?as_of=2025-10-01",
    "/vendors/acme",
    "/compare?products=parrot",
    "/changes",
    "/changes/2025-09",
    "/upcoming",
    "/misconceptions",
    "/sources/acme-post-2025-08",
    "/quality",
    "/data",
    "/about",
    "/products/parrot.svg",
    "/sitemap.xml",
)


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "javascript:alert(1)", '" onclick="alert(1)', "{{ 7 * 7 }}", "</script><b>"],
)
def test_what_comes_from_data_is_text_and_nothing_else(release: Path, tmp_path: Path, hostile: str) -> None:
    quoted = hostile.replace("'", "''")
    statements = [f"update {table} set {name} = '{quoted}'" for table, names in TEXTS.items() for name in names]
    statements.append(f"update tiers set name = '{quoted}' || tier_id")
    folder = altered(release, tmp_path / "altered", *statements)
    for path, page in zip(PAGES, get(folder, *PAGES), strict=True):
        assert page.status_code == 200, path
        # Inside a JSON document of schema.org a quote ends nothing: there only the end of the element matters.
        text = re.sub(r'<script type="application/ld\+json">.*?</script>', "", page.text)
        assert "<script>alert" not in page.text
        assert "</script><b>" not in page.text
        assert 'href="javascript:' not in text
        assert '" onclick="' not in text
        assert (
            not re.search(r"(?<!\d)49(?!\d)", re.sub(r'(?:x1?|y1?|width|height)="[\d.]+"', "", text))
            or "{{" not in hostile
        )


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><script>alert(1)</script>', "{{ 7 * 7 }}", "a" * 5000]
)
def test_what_comes_from_the_address_is_text_and_nothing_else(instance: Path, hostile: str) -> None:
    for path in (
        "/?q=",
        "/?as_of=",
        "/?verdict=",
        "/compare?products=",
        "/compare?audience=",
        "/products/",
        "/vendors/",
        "/sources/",
    ):
        (page,) = get(instance, path + hostile.replace("/", "%2f"))
        assert page.status_code in {200, 400, 404}
        assert "<script>alert" not in page.text
