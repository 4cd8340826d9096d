"""Programs that look for data find the release: schema.org, DCAT and CITATION.cff say what it is, and say the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.manifest import MANIFEST
from tests.conftest import AS_OF, PROJECT

pytestmark = pytest.mark.xdist_group("published")

ABOUT = json.loads((PROJECT / "datapackage.json").read_text(encoding="utf-8"))


def document(published: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((published / "metadata" / f"{name}.jsonld").read_text())
    return found


def listed(published: Path) -> dict[str, dict[str, Any]]:
    return {entry["path"]: entry for entry in json.loads((published / MANIFEST).read_text())["files"]}


def test_schema_org_describes_the_dataset_and_its_downloads(published: Path) -> None:
    dataset = document(published, "schema-org")
    assert (dataset["@context"], dataset["@type"]) == ("https://schema.org", "Dataset")
    assert 50 <= len(dataset["description"]) <= 5000  # the bounds that search engines set
    assert dataset["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert (dataset["version"], dataset["dateModified"]) == (ABOUT["version"], AS_OF)
    assert dataset["temporalCoverage"] == f"2025-01-05/{AS_OF}"
    assert {it["name"] for it in dataset["variableMeasured"]} >= {"training", "opt_out", "retention", "zdr", "dpa"}
    files = listed(published)
    for download in dataset["distribution"]:
        entry = files[download["contentUrl"].removeprefix(f"{ABOUT['homepage']}/release/")]
        assert download["sha256"] == entry["sha256"]
        assert download["encodingFormat"] == entry["media_type"]
        assert download["contentSize"] == f"{entry['bytes']} B"


def test_both_catalogues_offer_the_same_files(published: Path) -> None:
    one = {it["contentUrl"] for it in document(published, "schema-org")["distribution"]}
    other = {it["dcat:downloadURL"]["@id"] for it in document(published, "dcat")["dcat:distribution"]}
    assert one == other
    paths = {url.removeprefix(f"{ABOUT['homepage']}/release/") for url in one}
    assert paths >= {"does-it-train.sqlite", "does-it-train.zip", "json/all.json", "parquet/history.parquet"}
    assert "json/products/parrot.json" not in paths  # part of json/all.json


def test_dcat_spells_out_every_prefix_it_uses(published: Path) -> None:
    dataset = document(published, "dcat")
    prefixes = set(re.findall(r'"([a-z]+):[A-Za-z]', json.dumps(dataset))) - {"http", "https"}
    assert prefixes == dataset["@context"].keys()
    assert all(isinstance(address, str) and address.startswith("http") for address in dataset["@context"].values())
    checksum = dataset["dcat:distribution"][0]["spdx:checksum"]
    assert re.fullmatch(r"[0-9a-f]{64}", checksum["spdx:checksumValue"]["@value"])


def test_the_citation_says_what_the_descriptor_says() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "dataset"
    assert (citation["title"], citation["abstract"]) == (ABOUT["title"], ABOUT["description"])
    assert (str(citation["version"]), citation["license"]) == (ABOUT["version"], ABOUT["licenses"][0]["name"])
    assert (citation["url"], citation["repository-code"]) == (ABOUT["homepage"], ABOUT["repository"])
    assert sorted(citation["keywords"]) == sorted(ABOUT["keywords"])
    assert citation["authors"]
    assert [(it["title"], it["license"]) for it in citation["references"]] == [("Open Terms Archive", "ODC-By-1.0")]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(citation["date-released"]))


@pytest.mark.parametrize("place", ["README.md", "LICENSE-DATA", "CITATION.cff", "docs/release.md"])
def test_open_terms_archive_is_named_with_its_licence(place: str) -> None:
    text = (PROJECT / place).read_text(encoding="utf-8")
    assert "Open Terms Archive" in text
    assert "ODC-By-1.0" in text


def test_licences_have_their_identifiers() -> None:
    assert ABOUT["licenses"][0]["name"] == "CC-BY-4.0"
    assert "SPDX: CC-BY-4.0" in (PROJECT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert "Apache License" in (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert "Code: Apache-2.0" in (PROJECT / "README.md").read_text(encoding="utf-8")
