"""The manifest of a release: what it was made of, and every file in it that is for readers to take."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.database import DATABASE, content_digest, opened
from scripts.dataset import Dataset
from scripts.git import git

MANIFEST = "manifest.json"
MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".zip": "application/zip",
}
# Whose copies of documents the evidence rests on, and how their addresses begin.
ARCHIVE = {"title": "Open Terms Archive", "path": "https://opentermsarchive.org", "license": "ODC-By-1.0"}
ARCHIVED_AT = "https://github.com/OpenTermsArchive/"


def write_manifest(dataset: Dataset, folder: Path, *, findings: int) -> None:
    """Write `manifest.json` into `folder`, which holds the rest of the release; `findings` is what the check found."""
    with opened(folder / DATABASE) as connection:
        digest = content_digest(connection)
    commit, modified = commit_of(dataset.root)
    document = {
        "$schema": "json/schema/manifest.schema.json",
        "name": dataset.descriptor["name"],
        "version": dataset.descriptor["version"],
        "schema_version": dataset.descriptor["schema_version"],
        "as_of": dataset.as_of,
        "license": dataset.descriptor["licenses"][0]["name"],
        "commit": commit,
        "modified": modified,
        "findings": findings,
        "content_sha256": digest,
        "sqlite_version": sqlite3.sqlite_version,
        "pyarrow_version": version("pyarrow") if (folder / "parquet").is_dir() else None,
        "counts": {table.spec.name: len(table.rows) for table in dataset.tables},
        "attributions": attributions(dataset),
        "files": list(files(folder)),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def attributions(dataset: Dataset) -> list[dict[str, Any]]:
    """Return whose collections the evidence rests on, with the licence (SPDX) and the number of documents."""
    archived = sum(row["archived_url"].startswith(ARCHIVED_AT) for row in dataset.table("sources").rows)
    return [{**ARCHIVE, "sources": archived}] if archived else []


def files(folder: Path, wanted: Callable[[str], object] = str) -> Iterator[dict[str, Any]]:
    """Yield path (POSIX, relative to `folder`), media type, bytes and SHA-256 of the files below `folder`.

    With `wanted`, of those for whose path it is true.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if not wanted(name):
            continue
        content = path.read_bytes()
        yield {
            "path": name,
            "media_type": media_type(name),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }


def media_type(path: str) -> str:
    """Return the media type of a file of the release by its path; KeyError for a kind no release holds."""
    if path.startswith("feeds/") and path.endswith(".json"):
        return "application/feed+json"
    return MEDIA_TYPES[path[path.rindex(".") :]]


def commit_of(root: Path) -> tuple[str | None, bool]:
    """Return the commit that `root` is checked out at, and whether files differ from it; (None, True) outside Git."""
    head = git(root, "rev-parse", "HEAD")
    changes = git(root, "status", "--porcelain", "--", ".")
    return (None, True) if head is None or changes is None else (head.decode().strip(), bool(changes))
