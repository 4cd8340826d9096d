"""The Datasette instance: immutable, described, its queries with title and description."""

import json
import re
from pathlib import Path

from scripts.instance import WEB, stored_queries


def test_is_a_folder_that_both_lines_of_datasette_can_serve(instance: Path) -> None:
    assert {path.name for path in instance.iterdir()} == {
        "does-it-train.sqlite",
        "metadata.json", "settings.json", "datasette.json", "inspect-data.json",
        "alerts", "examples", "pages", "plugins", "queries", "static", "templates", "release",
    }  # fmt: skip
    settings = json.loads((instance / "settings.json").read_text())
    newer = json.loads((instance / "datasette.json").read_text())
    metadata = json.loads((instance / "metadata.json").read_text())
    assert newer["settings"] == settings
    assert newer["databases"]["does-it-train"]["queries"] == metadata["databases"]["does-it-train"]["queries"]


def test_every_table_and_column_is_titled_and_described(instance: Path) -> None:
    tables = json.loads((instance / "metadata.json").read_text())["databases"]["does-it-train"]["tables"]
    assert {"vendors", "events", "history", "verdicts", "coverage"} <= tables.keys()
    for name, table in tables.items():
        assert table["title"], name
        assert table["description"], name
        assert table["columns"], name
        assert all(table["columns"].values()), name


def test_facets_and_sorting_name_columns_that_exist(instance: Path) -> None:
    tables = json.loads((instance / "metadata.json").read_text())["databases"]["does-it-train"]["tables"]
    assert json.loads((WEB / "tables.json").read_text()).keys() == tables.keys()
    for name, table in tables.items():
        named = [
            *table.get("facets", []),
            *(table[key] for key in ("sort", "sort_desc", "label_column") if key in table),
        ]
        assert set(named) <= table["columns"].keys(), name


def test_every_stored_query_has_title_description_and_sql() -> None:
    queries = stored_queries()
    assert len(queries) == len(list((WEB / "queries").glob("*.sql")))
    for name, query in queries.items():
        assert query.keys() == {"title", "description", "sql"}, name
        assert re.match(r"select ", query["sql"]), name
