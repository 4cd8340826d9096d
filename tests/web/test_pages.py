"""Every kind of page and every product, requested through Datasette itself."""

import asyncio
import csv
import json
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from scripts.instance import stored_queries, write_instance
from tests.conftest import PROJECT

DATA = "/does-it-train"
pytestmark = pytest.mark.xdist_group("pages")  # one instance for all of them


def get(folder: Path, *paths: str) -> list[Any]:
    """Answers of an instance, in order; redirects are not followed."""

    async def ask() -> list[Any]:
        datasette = Datasette(files=[], config_dir=folder)
        try:
            return [await datasette.client.get(path) for path in paths]
        finally:
            for database in datasette.databases.values():
                database.close()
            if datasette.executor is not None:
                datasette.executor.shutdown()

    return asyncio.run(ask())


def column(name: str, table: str) -> list[str]:
    with (PROJECT / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [row[name] for row in csv.DictReader(file)]


def answers(responses: Iterable[Any]) -> list[int]:
    return [response.status_code for response in responses]


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


def test_an_unknown_product_is_answered_with_the_nearest_names(instance: Path) -> None:
    (near, far) = get(instance, "/products/clade", "/products/qqqqqqqqqqqq")
    assert answers([near, far]) == [404, 404]
    assert 'href="/products/claude"' in near.text
    assert "Did you mean" not in far.text


def test_a_product_that_moved_is_redirected(release: Path, tmp_path: Path) -> None:
    write_instance(release / "does-it-train.sqlite", tmp_path)
    (old, home) = get(tmp_path, "/products/polly", "/")
    assert (old.status_code, old.headers["location"]) == (301, "/products/parrot")
    assert "2027-01-01" in home.text  # what is to come


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "javascript:alert(1)", '" onclick="alert(1)', "{{ 7 * 7 }}"]
)
def test_what_comes_from_data_is_text_and_nothing_else(release: Path, tmp_path: Path, hostile: str) -> None:
    database = tmp_path / "does-it-train.sqlite"
    source = sqlite3.connect(release / "does-it-train.sqlite")
    copy = sqlite3.connect(database)
    source.backup(copy)
    copy.execute("update events set summary = ?1, locator = ?1", [hostile])
    copy.execute("update sources set title = ?1, url = ?1, archived_url = ?1, note = ?1, publisher = ?1", [hostile])
    copy.execute("update tiers set name = ?1 || tier_id, note = ?1, terms = ?1", [hostile])
    copy.execute("update misconceptions set belief = ?1, correction = ?1", [hostile])
    copy.execute("update products set name = ?1, website = ?1, former_names = ?1", [hostile])
    copy.execute("update vendors set name = ?1, website = ?1", [hostile])
    copy.commit()
    copy.close()
    (tmp_path / "instance").mkdir()
    write_instance(database, tmp_path / "instance")
    for page in get(tmp_path / "instance", "/", "/products/parrot"):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert 'href="javascript:' not in page.text
        assert '" onclick="' not in page.text
        assert "49" not in page.text.replace("2049", "")


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
    assert set(answers(pages)) == {200}
    assert "What it means." in get(instance, f"{DATA}/columns")[0].text


def test_every_row_page_is_served(instance: Path) -> None:
    paths = [
        f"{DATA}/{table}/{column(key, table)[0]}"
        for table, key in (("products", "product_id"), ("events", "event_id"), ("sources", "source_id"))
    ]
    assert answers(get(instance, *paths)) == [200, 200, 200]


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


def test_search_finds_events(instance: Path) -> None:
    (found,) = get(instance, f"{DATA}/events.json?_shape=array&_search=%22opt+out%22")
    assert found.json()


def test_the_instance_says_that_it_is_well(instance: Path) -> None:
    (page,) = get(instance, "/healthz")
    assert (page.status_code, page.text) == (200, "ok")
