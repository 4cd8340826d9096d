"""Requests to an instance, answered by Datasette itself, with no server between."""

import asyncio
import csv
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from scripts.build import DATABASE
from scripts.instance import write_instance
from tests.conftest import PROJECT

DATA = "/does-it-train"
# A request: its method, its path, and what httpx takes beside them.
Asked = tuple[str, str, Mapping[str, Any]]
# A page of every kind.
KINDS = [
    "/",
    "/products/claude",
    "/products/claude?as_of=2025-01-01",
    "/vendors/anthropic",
    "/compare",
    "/compare?products=claude,chatgpt,gemini",
    "/changes",
    "/changes/2025-08",
    "/upcoming",
    "/misconceptions",
    "/sources/claude-consumer-terms-2025-10",
    "/quality",
    "/data",
    "/about",
]


def get(folder: Path, *paths: str) -> list[Any]:
    """Answers of an instance, in order; redirects are not followed."""
    return ask(folder, *(("get", path, {}) for path in paths))


def ask(folder: Path, *requests: Asked) -> list[Any]:
    """Answers of an instance to requests of any kind, in order; redirects are not followed."""

    async def asking() -> list[Any]:
        datasette = Datasette(files=[], config_dir=folder)
        try:
            return [await getattr(datasette.client, method)(path, **more) for method, path, more in requests]
        finally:
            for database in datasette.databases.values():
                database.close()
            if datasette.executor is not None:
                datasette.executor.shutdown()

    return asyncio.run(asking())


def answers(folder: Path, *paths: str) -> list[int]:
    return [answer.status_code for answer in get(folder, *paths)]


def column(name: str, table: str) -> list[str]:
    with (PROJECT / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [row[name] for row in csv.DictReader(file)]


def altered(release: Path, folder: Path, *statements: str) -> Path:
    """An instance of a release whose database was altered by SQL after it was built."""
    folder.mkdir()
    changed = folder / "dist"
    shutil.copytree(release, changed)
    (changed / DATABASE).unlink()
    source = sqlite3.connect(release / DATABASE)
    copy = sqlite3.connect(changed / DATABASE)
    source.backup(copy)
    for statement in statements:
        copy.execute(statement)
    copy.commit()
    copy.close()
    source.close()
    (folder / "instance").mkdir()
    write_instance(changed / DATABASE, folder / "instance")
    return folder / "instance"
