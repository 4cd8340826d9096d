"""Requests to an instance, answered by Datasette itself, with no server between."""

import asyncio
import atexit
import csv
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
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


class Open:
    """An instance that is open, with the loop that it runs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._datasette = Datasette(files=[], config_dir=folder)
        self._runner = asyncio.Runner()

    def ask(self, requests: Iterable[Asked]) -> list[Any]:
        async def asking() -> list[Any]:
            client = self._datasette.client
            return [await getattr(client, method)(path, **more) for method, path, more in requests]

        return self._runner.run(asking())

    def close(self) -> None:
        for database in self._datasette.databases.values():
            database.close()
        if self._datasette.executor is not None:
            self._datasette.executor.shutdown()
        self._runner.close()


class Last:
    """The instance asked last stays open for the next test: to open one takes longer than to ask it."""

    def __init__(self) -> None:
        self._open: Open | None = None
        atexit.register(self.close)

    def of(self, folder: Path) -> Open:
        if self._open is None or self._open.folder != folder:
            self.close()
            self._open = Open(folder)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


LAST = Last()


def get(folder: Path, *paths: str) -> list[Any]:
    """Answers of an instance that never changes, in order; redirects are not followed."""
    return LAST.of(folder).ask(("get", path, {}) for path in paths)


def ask(folder: Path, *requests: Asked) -> list[Any]:
    """Answers of an instance, opened anew, to requests of any kind, in order; redirects are not followed."""
    instance = Open(folder)
    try:
        return instance.ask(requests)
    finally:
        instance.close()


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
