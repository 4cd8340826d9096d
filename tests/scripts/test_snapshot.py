"""The states that can be compared: whatever they are read from, they say the same."""

import json
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.build import DATABASE, build
from scripts.dataset import TABLES, CannotRunError
from scripts.snapshot import Snapshot, open_release, open_snapshot
from tests.conftest import PROJECT, Ledger

Edit = Callable[[dict[str, Any]], object]


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def package(ledger: Ledger, path: Path, edit: Edit = len) -> Path:
    """The zip of the ledger as a data package whose descriptor holds the schemas."""
    about = json.loads((ledger.root / "datapackage.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(path, "w") as archive:
        for resource in about["resources"]:
            archive.write(ledger.root / resource["path"], f"csv/{resource['name']}.csv")
            schema = json.loads((ledger.root / resource["schema"]).read_text(encoding="utf-8"))
            resource.update(path=f"csv/{resource['name']}.csv", schema=schema)
        edit(about)
        archive.writestr("datapackage.json", json.dumps(about))
    return path


def said(snapshot: Snapshot) -> Snapshot:
    """What a state says, apart from where it was read."""
    return replace(snapshot, commit=None, places={})


@pytest.fixture
def folder(ledger: Ledger) -> Snapshot:
    return open_snapshot(str(ledger.root), ledger.root)


def test_a_folder_is_read_whole(ledger: Ledger, folder: Snapshot) -> None:
    assert set(folder.rows) == set(TABLES)
    assert folder.labels["tiers.training", "no"] == "Does not train"
    assert (folder.as_of, folder.commit, folder.schema_version) == ("2026-01-15", None, "1.0")
    assert folder.places["tiers"]["parrot-api"] == f"data/tiers.csv:{ledger.line('tiers', 'parrot-api')}"
    assert folder.titles["events", "effective_on"] == "Effective on"
    assert folder.claims[0] == "training"


def test_a_release_says_what_its_folder_says(ledger: Ledger, folder: Snapshot, release: Path) -> None:
    for where in (release, release / DATABASE):
        state = open_snapshot(str(where), ledger.root)
        assert said(state) == said(folder)
        assert state.places["tiers"] == folder.places["tiers"]


def test_a_package_says_what_its_folder_says(ledger: Ledger, folder: Snapshot, tmp_path: Path) -> None:
    state = open_snapshot(str(package(ledger, tmp_path / "x.zip")), ledger.root)
    assert said(state) == said(folder)
    assert state.places["vendors"] == {"acme": "csv/vendors.csv:2"}


def test_a_commit_says_what_its_folder_said(ledger: Ledger, folder: Snapshot) -> None:
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "facts"], ["tag", "v1"]):
        git(ledger.root, *arguments)
    head = git(ledger.root, "rev-parse", "HEAD")
    ledger.set("vendors", "acme", "name", "Acme Inc.")
    for name in (head, head[:8], "HEAD", "main", "v1"):
        state = open_snapshot(name, ledger.root)
        assert state.commit == head
        assert said(state) == said(folder)


def test_a_commit_is_read_below_the_folder_of_the_dataset(ledger: Ledger, folder: Snapshot) -> None:
    above = ledger.root.parent
    for arguments in (["init", "-q"], ["add", "ledger"], ["commit", "-q", "-m", "facts"]):
        git(above, *arguments)
    assert said(open_snapshot("HEAD", ledger.root)) == said(folder)
    with pytest.raises(CannotRunError, match="holds no dataset in"):
        open_snapshot("HEAD", above)


def test_the_release_of_a_commit_names_it_unless_files_were_changed(ledger: Ledger, tmp_path: Path) -> None:
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "facts"]):
        git(ledger.root, *arguments)
    build(ledger.root, tmp_path / "dist")
    head = git(ledger.root, "rev-parse", "HEAD")
    assert open_release(tmp_path / "dist").commit == head
    ledger.set("vendors", "acme", "name", "Acme Inc.")
    build(ledger.root, tmp_path / "dist")
    assert open_release(tmp_path / "dist").commit is None


def test_a_release_without_a_manifest_is_of_no_known_commit(release: Path, tmp_path: Path) -> None:
    shutil.copyfile(release / DATABASE, tmp_path / DATABASE)
    assert open_release(tmp_path).commit is None


def test_what_was_made_before_schemas_had_versions_has_the_lowest(
    ledger: Ledger, release: Path, tmp_path: Path
) -> None:
    state = open_snapshot(str(package(ledger, tmp_path / "x.zip", lambda about: about.pop("schema_version"))), tmp_path)
    assert state.schema_version == "0.0"
    shutil.copyfile(release / DATABASE, tmp_path / "old.sqlite")
    with sqlite3.connect(tmp_path / "old.sqlite") as connection:
        connection.execute("alter table dataset drop column schema_version")
    connection.close()
    assert open_snapshot(str(tmp_path / "old.sqlite"), tmp_path).schema_version == "0.0"


def without(name: str) -> Edit:
    return lambda about: about.update(resources=[it for it in about["resources"] if it["name"] != name])


def test_what_is_no_dataset_is_refused_with_a_reason(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    (tmp_path / "broken.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    sqlite3.connect(tmp_path / "other.sqlite").executescript("create table t (x)").connection.close()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme", "hello")
    package(ledger, tmp_path / "fewer.zip", without("tiers"))
    (tmp_path / "empty").mkdir()
    reasons = {
        "text": "is neither a database of a release nor a zip",
        "broken.sqlite": "is not the database of a release",
        "other.sqlite": "is not the database of a release",
        "other.zip": "is not the zip of a data package",
        "fewer.zip": "is not the zip of a data package",
        "empty": "there is no such file",
        "nowhere": "is neither a path nor a commit",
        "--output=x": "is neither a path nor a commit",
    }
    for name, reason in reasons.items():
        where = str(tmp_path / name) if (tmp_path / name).exists() else name
        with pytest.raises(CannotRunError, match=reason):
            open_snapshot(where, ledger.root)


def test_what_cannot_be_read_without_loss_is_refused(ledger: Ledger) -> None:
    row = ledger.text("vendors").splitlines()[1]
    ledger.write("vendors", f"{ledger.text('vendors')}{row}\n")
    with pytest.raises(CannotRunError, match=r"data/vendors\.csv: an id stands twice"):
        open_snapshot(str(ledger.root), ledger.root)
    ledger.write("vendors", b"\xff\xfe")
    with pytest.raises(CannotRunError, match=r"data/vendors\.csv: the file is saved as UTF-16"):
        open_snapshot(str(ledger.root), ledger.root)


def test_only_what_was_published_is_a_release(ledger: Ledger, tmp_path: Path) -> None:
    for path in (ledger.root, tmp_path / "nowhere"):
        with pytest.raises(CannotRunError, match="cannot be read as a release"):
            open_release(path)


def test_the_real_release_says_what_its_folder_says(real_release: Path) -> None:
    assert said(open_release(real_release)) == said(open_snapshot(str(PROJECT), PROJECT))
