"""What stands beside the pages: documents, badges, Markdown, and what machines ask of a site."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.web.client import column, get

pytestmark = pytest.mark.xdist_group("pages")

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_json_beside_a_page_is_that_of_the_release(instance: Path, real_release: Path) -> None:
    (page,) = get(instance, "/products/claude.json")
    assert page.headers["content-type"] == "application/json; charset=utf-8"
    assert page.content == (real_release / "json/products/claude.json").read_bytes()
    assert page.json()["$schema"] == "../schema/product.schema.json"


def test_every_product_has_a_badge_and_markdown(instance: Path) -> None:
    ids = column("product_id", "products")
    for product_id, badge in zip(ids, get(instance, *(f"/products/{it}.svg" for it in ids)), strict=True):
        assert badge.headers["content-type"] == "image/svg+xml", product_id
        assert ET.fromstring(badge.text).tag.endswith("svg")  # noqa: S314 our own answer
    for page in get(instance, *(f"/products/{it}.md" for it in ids)):
        assert page.headers["content-type"] == "text/markdown; charset=utf-8"
        assert page.text.startswith("# Does ")
        assert "## Changes" in page.text
        assert "&amp;" not in page.text
        assert "&#39;" not in page.text


@pytest.mark.parametrize("ending", ["json", "md", "svg", "atom", "ics", "feed.json"])
def test_nothing_stands_beside_a_product_that_is_not_there(instance: Path, ending: str) -> None:
    (page,) = get(instance, f"/products/nobody.{ending}")
    assert page.status_code == 404


def test_the_sitemap_lists_every_page_and_each_is_there(instance: Path) -> None:
    (page,) = get(instance, "/sitemap.xml")
    found = [element.text or "" for element in ET.fromstring(page.text).iter(f"{SITEMAP}loc")]  # noqa: S314 our own answer
    paths = [address.removeprefix("https://does-it-train.example") for address in found]
    assert len(paths) == len(set(paths))
    for table, key in (("products", "product_id"), ("vendors", "vendor_id"), ("sources", "source_id")):
        assert {f"/{table}/{row_id}" for row_id in column(key, table)} <= set(paths)
    sample = [path for path in paths if not path.startswith("/sources/")]
    assert {answer.status_code for answer in get(instance, *sample)} == {200}


def test_robots_find_the_sitemap_and_stay_out_of_sql(instance: Path) -> None:
    (page,) = get(instance, "/robots.txt")
    assert "Disallow: /does-it-train\n" in page.text
    assert page.text.endswith("Sitemap: https://does-it-train.example/sitemap.xml")


def test_llms_txt_answers_for_every_product(instance: Path) -> None:
    (page,) = get(instance, "/llms.txt")
    linked = re.findall(r"/products/([a-z0-9-]+)\.md\)", page.text)
    assert linked
    assert sorted(linked) == sorted(column("product_id", "products"))


def test_browsers_learn_how_to_search(instance: Path) -> None:
    (page,) = get(instance, "/opensearch.xml")
    assert ET.fromstring(page.text).tag == "{http://a9.com/-/spec/opensearch/1.1/}OpenSearchDescription"  # noqa: S314 our own answer
    assert "/?q={searchTerms}" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/release/../metadata.json",
        "/release/%2e%2e/metadata.json",
        "/release/..%2fmetadata.json",
        "/release//etc/passwd",
        "/release/json/../../metadata.json",
        "/release/json",
        "/sources/..%2f..%2fmetadata",
        "/static/../metadata.json",
        "/static/%2e%2e/metadata.json",
    ],
)
def test_no_other_file_is_handed_out(instance: Path, path: str) -> None:
    (page,) = get(instance, path)
    assert page.status_code in {302, 400, 404}
    assert "databases" not in page.text


def test_the_files_of_the_release_are_listed_and_there(instance: Path) -> None:
    (page,) = get(instance, "/data")
    paths = re.findall(r'href="(/release/[^"]+)"', page.text)
    assert "/release/json/all.json" in paths
    for path, answer in zip(paths, get(instance, *paths), strict=True):
        assert answer.status_code == 200
        if path.endswith(".json"):
            json.loads(answer.text)


def test_the_sql_example_runs(instance: Path) -> None:
    sql = (PROJECT / "web/examples/sql.txt").read_text()
    (page,) = get(instance, "/does-it-train.json?_shape=array&sql=" + re.sub(r"^--.*\n", "", sql).replace("\n", " "))
    assert page.status_code == 200
    assert {"product", "tier", "training", "since"} == set(page.json()[0])
