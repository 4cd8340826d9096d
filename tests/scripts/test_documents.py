"""The JSON documents obey their published schemas, and say what the database says."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource


@cache
def schema(path: Path) -> Draft202012Validator:
    document = json.loads(path.read_text())
    Draft202012Validator.check_schema(document)
    registry = Registry().with_resource(document["$id"], Resource.from_contents(document))
    return Draft202012Validator(document, registry=registry)


def faults(path: Path) -> list[str]:
    """What in a document its schema does not allow."""
    document = json.loads(path.read_text())
    return [error.message for error in schema((path.parent / document["$schema"]).resolve()).iter_errors(document)]


@pytest.mark.parametrize("name", ["manifest.json", "json/index.json", "json/all.json", "json/products/parrot.json"])
def test_every_kind_of_document_obeys_the_schema_it_names(release: Path, name: str) -> None:
    assert faults(release / name) == []


def test_every_product_of_the_real_data_obeys_the_schema(real_release: Path) -> None:
    paths = sorted((real_release / "json" / "products").glob("*.json"))
    assert len(paths) >= 10
    assert {path.name: faults(path) for path in paths if faults(path)} == {}


def test_a_product_document_says_what_the_database_says(release: Path) -> None:
    product = json.loads((release / "json" / "products" / "parrot.json").read_text())
    assert product["answer"] == (
        "It depends on your plan: trains unless you opt out (Free and Plus); does not train (API)."
    )
    assert product["former_names"] == ["Polly"]
    assert product["vendor"]["name"] == "Acme"
    free = next(tier for tier in product["tiers"] if tier["tier_id"] == "parrot-free")
    assert free["claims"]["training"] == {
        "value": "opt_out",
        "label": "Trains unless you opt out",
        "since": "2025-09-28",
        "date_basis": "stated",
        "event_ids": ["parrot-free-training-2025-09-28"],
    }
    assert "zdr" not in free["claims"]  # nobody looked
    assert [span["value"] for span in free["history"] if span["field"] == "training"] == ["no", "opt_out", "opt_in"]
    api = next(tier for tier in product["tiers"] if tier["tier_id"] == "parrot-api")
    assert api["claims"]["retention"]["event_ids"] == [
        "parrot-api-retention-2025-03-07",
        "parrot-api-retention-2025-06",
    ]


def test_the_index_leads_to_every_product(release: Path) -> None:
    index = json.loads((release / "json" / "index.json").read_text())
    assert [(entry["product_id"], entry["verdict"]) for entry in index["products"]] == [("parrot", "depends")]
    assert all((release / "json" / entry["url"]).is_file() for entry in index["products"])


def test_the_whole_holds_what_the_single_documents_hold(release: Path) -> None:
    whole = json.loads((release / "json" / "all.json").read_text())
    single = json.loads((release / "json" / "products" / "parrot.json").read_text())
    for name in ("$schema", "version", "as_of"):
        del single[name]
    assert whole["products"] == [single]
