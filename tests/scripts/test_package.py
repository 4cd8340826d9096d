"""The data package: whole, valid for whoever has nothing else, and seen to be broken when it is."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from frictionless import Package

from scripts.package import EPOCH, PACKAGE
from tests.conftest import PROJECT

pytestmark = pytest.mark.xdist_group("published")


@pytest.fixture
def unpacked(published: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(published / PACKAGE) as archive:
        archive.extractall(tmp_path / "package")
    return tmp_path / "package"


def errors(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [kind for (kind,) in report.flatten(["type"])]


def test_the_zip_is_valid_on_its_own(unpacked: Path) -> None:
    assert errors(unpacked) == []


def test_the_zip_can_be_read_without_unpacking(published: Path) -> None:
    assert Package(str(published / PACKAGE)).validate().valid


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda text: text.replace("opt_out", "maybe"), "constraint-error"),
        (lambda text: text.replace("parrot-free", "parrot-none"), "foreign-key"),
        (lambda text: text + "\n", "byte-count"),
    ],
)
def test_what_was_changed_in_it_is_found(unpacked: Path, edit: object, expected: str) -> None:
    assert callable(edit)
    path = unpacked / "csv" / "events.csv"
    path.write_text(edit(path.read_text()))
    assert expected in errors(unpacked)


def test_the_zip_holds_licence_and_citation_and_what_lies_beside_it(published: Path) -> None:
    with zipfile.ZipFile(published / PACKAGE) as archive:
        assert set(archive.namelist()) == {
            "LICENSE-DATA", "CITATION.cff", "datapackage.json",
            *(f"csv/{path.name}" for path in (published / "csv").iterdir()),
        }  # fmt: skip
        for entry in archive.infolist():
            beside = published if (published / entry.filename).is_file() else PROJECT
            assert archive.read(entry) == (beside / entry.filename).read_bytes()
            assert (entry.date_time, entry.compress_type) == (EPOCH, zipfile.ZIP_STORED)


def test_the_descriptor_says_all_about_the_tables(published: Path) -> None:
    package = json.loads((published / "datapackage.json").read_text())
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    for resource in package["resources"]:
        header = next(csv.reader(io.StringIO((published / resource["path"]).read_text())))
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert resource["title"]
        assert resource["description"]
