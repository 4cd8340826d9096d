"""Every kind of page and every product, requested through Datasette itself."""

import json
import re
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from datasette.app import Datasette

from pages.routes import ROUTES
from rules import all_rules
from scripts.instance import stored_queries, write_instance
from tests.conftest import PROJECT
from tests.web.client import DATA, KINDS, altered, answers, column, get

FEW = 8
pytestmark = pytest.mark.xdist_group("pages")  # one instance for all of them


def test_every_product_page_asks_and_answers_the_question(instance: Path) -> None:
    ids, names = column("product_id", "products"), column("name", "products")
    assert len(ids) >= 7
    pages = get(instance, *(f"/products/{product_id}" for product_id in ids))
    answer = dict(sqlite3.connect(instance / "does-it-train.sqlite").execute("select product_id, answer from verdicts"))
    for product_id, name, page in zip(ids, names, pages, strict=True):
        assert page.status_code == 200
        assert f"<h1>Does {name} train on your data?</h1>" in page.text
        assert answer[product_id] in page.text
        assert "max-age" in page.headers["cache-control"]


def test_a_product_page_shows_tiers_since_when_and_sources(instance: Path) -> None:
    (page,) = get(instance, "/products/claude")
    for text in ("Free, Pro and Max", "Trains unless you opt out", "5 years", "Documents disagree", "2025-10-08"):
        assert text in page.text
    assert "https://www.anthropic.com/legal/" in page.text


def test_the_home_page_leads_to_every_product(instance: Path) -> None:
    (page,) = get(instance, "/")
    linked = set(re.findall(r'href="/products/([a-z0-9-]+)"', page.text))
    assert linked >= set(column("product_id", "products"))


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_page_is_whole(instance: Path, path: str) -> None:
    (page,) = get(instance, path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(re.findall("<h1", page.text)) == 1
    title, description = (
        re.search(pattern, page.text) for pattern in (r"<title>(.+)</title>", r'description" content="(.+?)"')
    )
    assert title
    assert description
    canonical = path.split("?", maxsplit=1)[0]
    assert f'<link rel="canonical" href="https://does-it-train.example{canonical}">' in page.text
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), "an id stands twice"
    for fragment in re.findall(r'href="#([^"]+)"', page.text):
        assert fragment in ids
    for document in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text):
        assert json.loads(document)["@context"] == "https://schema.org"


def test_every_internal_link_leads_to_a_page(instance: Path) -> None:
    pages = get(instance, *KINDS)
    links = {link.split("#")[0] for page in pages for link in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)}
    links = {link.replace("&amp;", "&") for link in links if not link.startswith("/does-it-train")}
    assert len(links) > 300
    # Of links to pages of one kind the first ones: they come from one line of a template.
    kinds = groupby(sorted(links), key=lambda link: link.split("?")[0].rpartition("/")[0])
    links = {link for _, alike in kinds for link in list(alike)[:FEW]}
    wrong = {
        link: answer.status_code
        for link, answer in zip(links, get(instance, *links), strict=True)
        if answer.status_code != 200
    }
    assert wrong == {}


def test_an_unknown_product_is_answered_with_the_nearest_names(instance: Path) -> None:
    (near, far) = get(instance, "/products/clade", "/products/qqqqqqqqqqqq")
    assert [near.status_code, far.status_code] == [404, 404]
    assert 'href="/products/claude"' in near.text
    assert "Did you mean" not in far.text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/?as_of=yesterday", "written YYYY-MM-DD"),
        ("/products/claude?as_of=2025-02-30", "written YYYY-MM-DD"),
        ("/products/claude?as_of=2025-8-1", "written YYYY-MM-DD"),
        ("/?verdict=maybe", "one of yes, opt_out, conflicting"),
        ("/?audience=cats", "one of consumer, business"),
        ("/?sort=random", "one of name, vendor"),
        ("/compare?products=claude,nobody", "ids of products"),
        ("/compare?products=a,b,c,d,e,f,g", "up to 6 ids"),
    ],
)
def test_a_bad_parameter_is_answered_with_what_is_legal(instance: Path, path: str, says: str) -> None:
    (page,) = get(instance, path)
    assert page.status_code == 400
    assert says in page.text


@pytest.mark.parametrize("path", ["/vendors/nobody", "/sources/nothing", "/changes/1999-01", "/changes/2025-13"])
def test_what_is_not_there_is_not_found(instance: Path, path: str) -> None:
    (page,) = get(instance, path)
    assert page.status_code == 404
    assert "There is no" in page.text


def test_a_product_that_moved_is_redirected(release: Path, tmp_path: Path) -> None:
    write_instance(release / "does-it-train.sqlite", tmp_path)
    (old, home) = get(tmp_path, "/products/polly", "/")
    assert (old.status_code, old.headers["location"]) == (301, "/products/parrot")
    assert "2027-01" in home.text  # what is to come


def test_what_stands_beside_a_page_moves_with_it_and_a_withdrawn_id_is_gone(release: Path, tmp_path: Path) -> None:
    rows = (
        "('budgie', 'products', null, 'withdrawn', '2025-03-01', 'It was a toy.', 'data/redirects.csv:3')",
        "('flock', 'products', 'parrot;parrot', 'split', '2025-03-01', 'Two.', 'data/redirects.csv:4')",
    )
    folder = altered(release, tmp_path / "altered", *(f"insert into redirects values {row}" for row in rows))
    (beside, withdrawn, several) = get(folder, "/products/polly.json", "/products/budgie", "/products/flock")
    assert (beside.status_code, beside.headers["location"]) == (301, "/products/parrot.json")
    assert withdrawn.status_code == 410
    assert "It was a toy." in withdrawn.text
    assert (several.status_code, several.headers["location"]) == (301, "/compare?products=parrot,parrot")


def test_the_database_is_served_immutable(instance: Path) -> None:
    datasette = Datasette(files=[], config_dir=instance)
    assert not datasette.get_database("does-it-train").is_mutable
    (download,) = get(instance, "/does-it-train.db")
    assert download.content == (instance / "does-it-train.sqlite").read_bytes()


def test_settings_took_effect(instance: Path) -> None:
    (settings,) = get(instance, "/-/settings.json")
    wanted = json.loads((PROJECT / "web" / "settings.json").read_text())
    assert {name: settings.json()[name] for name in wanted} == wanted


def test_every_table_and_view_is_served_as_page_and_json(instance: Path) -> None:
    tables = json.loads((PROJECT / "web" / "tables.json").read_text())
    paths = [f"{DATA}/{table}{suffix}" for table in tables for suffix in ("", ".json?_shape=array")]
    pages = get(instance, DATA, *paths)
    assert {page.status_code for page in pages} == {200}
    assert "What it means." in get(instance, f"{DATA}/columns")[0].text


def test_every_row_page_is_served(instance: Path) -> None:
    paths = [
        f"{DATA}/{table}/{column(key, table)[0]}"
        for table, key in (("products", "product_id"), ("events", "event_id"), ("sources", "source_id"))
    ]
    assert answers(instance, *paths) == [200, 200, 200]


def test_every_stored_query_gives_rows(instance: Path) -> None:
    parameters = {
        "on_a_day": "day=2025-08-01",
        "changes_since": "day=2020-01-01",
        "history_of_a_tier": "tier_id=claude-consumer",
    }
    queries = stored_queries()
    results = get(instance, *(f"{DATA}/{name}.json?_shape=array&{parameters.get(name, '')}" for name in queries))
    for name, result in zip(queries, results, strict=True):
        assert result.status_code == 200, name
        assert result.json(), name


def test_every_published_rule_runs_on_the_site_and_finds_nothing(instance: Path) -> None:
    (page,) = get(instance, "/quality")
    paths = re.findall(rf'href="({DATA}/rule_[A-Z]+\d+)"', page.text)
    assert len(paths) == sum(rule.path.suffix == ".sql" for rule in all_rules())
    for path, answer in zip(paths, get(instance, *(f"{path}.json?_shape=array" for path in paths)), strict=True):
        assert (answer.status_code, answer.json()) == (200, []), path


def test_search_finds_events(instance: Path) -> None:
    (found,) = get(instance, f"{DATA}/events.json?_shape=array&_search=%22opt+out%22")
    assert found.json()


def test_the_instance_says_that_it_is_well(instance: Path) -> None:
    (page,) = get(instance, "/healthz")
    assert (page.status_code, page.text) == (200, "ok")


def documented() -> Iterator[str]:
    """The addresses of the table of docs/site.md, made up where they have a variable part."""
    page = (PROJECT / "docs" / "site.md").read_text(encoding="utf-8")
    for cell in re.findall(r"^\| (`/.*?) \|", page, re.MULTILINE):
        first = ""
        for token in re.findall(r"`([^`]+)`", cell):
            address = re.sub("<(?!yyyy|mm)[a-z_]+>", "it", token.split("?")[0]).replace("<yyyy>-<mm>", "2025-08")
            first = address.partition(".")[0] if address.startswith("/") else first
            yield address if address.startswith("/") else f"{first}{address}"


def test_every_address_is_documented() -> None:
    addresses = list(documented())
    assert [pattern for pattern, _ in ROUTES if not any(re.match(pattern, it) for it in addresses)] == []
