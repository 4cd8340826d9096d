"""The Datasette instance: immutable, described, its queries with title and description."""

import json
import re
from pathlib import Path

from scripts.instance import WEB, stored_queries, write_instance


def test_is_a_folder_that_both_lines_of_datasette_can_serve(instance: Path) -> None:
    assert {path.name for path in instance.iterdir()} == {
        "does-it-train.sqlite",
        "metadata.json", "settings.json", "datasette.json", "inspect-data.json",
        "alerts", "examples", "guard", "pages", "plugins", "queries", "static", "templates", "release",
        "Dockerfile", ".dockerignore", "nginx.conf", "publish.sh", "requirements.txt",
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


def test_a_database_alone_is_served_without_files_to_take(release: Path, tmp_path: Path) -> None:
    (tmp_path / "does-it-train.sqlite").symlink_to(release / "does-it-train.sqlite")
    (tmp_path / "instance").mkdir()
    write_instance(tmp_path / "does-it-train.sqlite", tmp_path / "instance")
    assert not (tmp_path / "instance" / "release").exists()
    assert (tmp_path / "instance" / "does-it-train.sqlite").is_file()
