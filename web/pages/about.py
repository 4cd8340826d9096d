"""`/data` and `/about`: how to take, query, cite and reuse the data, and how it comes about."""

import json
from pathlib import Path

from datasette import Response

from pages.files import listed
from pages.visit import WEB, Visit, instance, page

EXAMPLES = ("sql", "python", "duckdb", "curl")


@page
async def data(visit: Visit) -> Response:
    """Show the files of the release, and examples of their use."""
    folder = instance(visit.datasette)
    files = listed(folder)
    context = {
        "files": [
            (path, size) for path, (_, size) in files.items() if "/products/" not in path and "/schema/" not in path
        ],
        "schemas": [path for path in files if "/schema/" in path],
        "relations": await visit.rows("relations"),
        "queries": _queries(folder),
        "examples": [(name, example(name, visit.dataset["homepage"])) for name in EXAMPLES],
        "linked": linked(folder),
    }
    return await visit.html("data.html", context)


@page
async def about(visit: Visit) -> Response:
    """Say what this is, how a fact gets in, and who may use it how."""
    return await visit.html("about.html", {"fields": await visit.rows("fields")})


def example(name: str, homepage: str) -> str:
    """Return an example of use, for a site at `homepage`."""
    return (WEB / "examples" / f"{name}.txt").read_text(encoding="utf-8").replace("{homepage}", homepage)


def linked(folder: Path) -> list[object]:
    """Return the dataset as linked data of schema.org, as the release has it."""
    path = folder / "release" / "metadata" / "schema-org.jsonld"
    return [json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else []


def _queries(folder: Path) -> list[tuple[str, str, str]]:
    """Return the stored queries: name, title and description."""
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    (database,) = metadata["databases"].values()
    return [(name, query["title"], query["description"]) for name, query in database["queries"].items()]
