"""The data package of a release: the tables as CSV, one descriptor that says all about them, and a zip of both."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from scripts.dataset import DESCRIPTOR, Dataset

PACKAGE = "does-it-train.zip"
PROJECT = Path(__file__).resolve().parent.parent
# What the licences ask to go with the data wherever they go, and how to cite them.
NOTICES = ("LICENSE-DATA", "CITATION.cff")
# The oldest date a zip can hold; it says nothing, so that the same files give the same zip.
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_package(dataset: Dataset, folder: Path) -> None:
    """Write `csv/`, `datapackage.json` and the zip of both into `folder`.

    The schemas stand in the descriptor, so that it can be read without the repository.
    """
    (folder / "csv").mkdir()
    for table in dataset.tables:
        (folder / "csv" / f"{table.spec.name}.csv").write_bytes(_content(dataset, table.spec.path))
    text = json.dumps(descriptor(dataset), indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8")
    names = [DESCRIPTOR, *(f"csv/{name}.csv" for name in dataset.specs)]
    content = {name: (folder / name).read_bytes() for name in names}
    content |= {name: (PROJECT / name).read_bytes() for name in NOTICES}
    _write_zip(folder / PACKAGE, content)


def descriptor(dataset: Dataset) -> dict[str, Any]:
    """Return the descriptor of the package: that of the repository, with its schemas, sizes and checksums."""
    resources = []
    for resource in dataset.descriptor["resources"]:
        content = _content(dataset, resource["path"])
        schema = json.loads((dataset.root / resource["schema"]).read_text(encoding="utf-8"))
        resources.append(
            {
                **resource,
                "title": schema["title"],
                "description": schema["description"],
                "path": f"csv/{resource['name']}.csv",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": schema,
            }
        )
    return {**dataset.descriptor, "resources": resources}


def _content(dataset: Dataset, path: str) -> bytes:
    return (dataset.root / path).read_bytes()


def _write_zip(path: Path, content: dict[str, bytes]) -> None:
    """Write a zip whose bytes depend on `content` alone: stored, since versions of zlib deflate differently."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, also when made on another system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
