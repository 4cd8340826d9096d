"""The Datasette instance: a folder that `datasette` serves as it is, made of the release database and `web/`.

Titles and descriptions of tables and columns come from the database, queries from `web/queries/*.sql`, facets and
sorting from `web/tables.json`. `metadata.json` and `settings.json` serve Datasette 0.65; `datasette.json` says the same
to Datasette 1.0.
"""

import hashlib
import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from scripts.database import opened
from scripts.manifest import MANIFEST
from scripts.output import CHECKSUMS, checksums

PROJECT = Path(__file__).resolve().parent.parent
WEB = PROJECT / "web"
LICENSE_URL = "https://creativecommons.org/licenses/by/4.0/"
REQUIREMENTS = PROJECT / "requirements" / "web.txt"
# How to run the instance elsewhere: lies in the folder too, for whoever has only that.
DEPLOY = WEB / "deploy"
DEPLOYED = ("Dockerfile", ".dockerignore", "nginx.conf", "publish.sh")
# The files of the release that the site serves.
RELEASE = "release"
COPIED = ("examples", "guard", "pages", "plugins", "queries", "static", "templates")


def write_instance(database: Path, folder: Path) -> None:
    """Fill `folder`, which must be empty, with an instance that serves a copy of `database`, immutable.

    Where a manifest lies beside the database, the instance also gets the files that it lists, below `release/`.
    """
    for source in (*(WEB / name for name in COPIED), PROJECT / "alerts"):
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in DEPLOYED:
        shutil.copyfile(DEPLOY / name, folder / name)
    shutil.copyfile(REQUIREMENTS, folder / "requirements.txt")
    shutil.copyfile(database, folder / database.name)
    if (database.parent / MANIFEST).is_file():
        _copy_release(database.parent, folder / RELEASE)
    with opened(database) as connection:
        metadata = _metadata(connection, database.stem)
        inspected = _inspect(connection, database)
    settings = json.loads((WEB / "settings.json").read_text(encoding="utf-8"))
    queries = {name: value["queries"] for name, value in metadata["databases"].items()}
    _write(folder / "metadata.json", metadata)
    _write(folder / "settings.json", settings)
    _write(
        folder / "datasette.json",
        {"settings": settings, "databases": {name: {"queries": value} for name, value in queries.items()}},
    )
    # Without this file Datasette would serve the database as one that may change.
    _write(folder / "inspect-data.json", inspected)


def rule_queries(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the rules of the release that are SQL, as stored queries by name."""
    rows = connection.execute("select rule_id, title, why, fix, sql from rules where sql is not null order by rule_id")
    return {
        f"rule_{rule_id}": {
            "title": f"{rule_id}: {title}",
            "description": f"{why} No row means that the rule holds. To mend a finding: {fix}",
            "sql": sql,
        }
        for rule_id, title, why, fix, sql in rows
    }


def stored_queries() -> dict[str, dict[str, str]]:
    """Return the stored queries by name, each with `title`, `description` and `sql`.

    The first two stand in the comment at the top of the file.
    """
    queries = {}
    for path in sorted((WEB / "queries").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        header = dict(re.findall(r"^-- (title|description): (.*)$", text, re.MULTILINE))
        sql = "\n".join(line for line in text.splitlines() if not line.startswith("-- "))
        queries[path.stem] = {**header, "sql": sql}
    return queries


def _copy_release(release: Path, folder: Path) -> None:
    listed = json.loads((release / MANIFEST).read_text(encoding="utf-8"))["files"]
    for name in (*(entry["path"] for entry in listed), MANIFEST):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release / name, folder / name)
    (folder / CHECKSUMS).write_text(checksums(folder), encoding="utf-8")


def _metadata(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    title, description, license_ = connection.execute("select title, description, license from dataset").fetchone()
    tables = json.loads((WEB / "tables.json").read_text(encoding="utf-8"))
    for relation, heading, about in connection.execute("select name, title, description from relations"):
        described = connection.execute(
            'select "column", description from columns where "table" = ? order by position', [relation]
        )
        tables[relation] = {"title": heading, "description": about, **tables[relation], "columns": dict(described)}
    return {
        "title": title,
        "description": description,
        "license": license_,
        "license_url": LICENSE_URL,
        "databases": {
            name: {
                "title": title,
                "description": description,
                "tables": tables,
                "queries": {**stored_queries(), **rule_queries(connection)},
            }
        },
    }


def _inspect(connection: sqlite3.Connection, database: Path) -> dict[str, Any]:
    """Return what `datasette inspect` would find: hash, size and number of rows."""
    names = [row[0] for row in connection.execute("select name from sqlite_schema where type = 'table' order by name")]
    counts = {table: connection.execute(f'select count(*) from "{table}"').fetchone()[0] for table in names}  # noqa: S608 names of this schema
    data = database.read_bytes()
    return {
        database.stem: {
            "hash": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "file": database.name,
            "tables": {table: {"count": count} for table, count in counts.items()},
        }
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
