"""A new claim field needs schema, vocabulary and data, and nothing else: CONTRIBUTING.md, "Add a claim field"."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from scripts import new
from scripts.build import DATABASE, build
from scripts.check import check
from scripts.compare import compare
from scripts.docs import columns_page, vocabulary_page
from scripts.engine import ENGINES
from scripts.instance import write_instance
from scripts.snapshot import open_snapshot
from tests.conftest import PROJECT, Ledger, copy_ledger
from tests.web.client import get

CODES = {
    "anywhere": ("Anywhere", "Inputs may be stored in any country."),
    "conflicting": ("Documents disagree", "Current documents of equal standing say different things."),
    "unclear": ("Unclear", "The documents were read and are ambiguous."),
    "unspecified": ("Not specified", "The documents were read and do not say."),
    "region": ("In the customer's region", "Inputs stay in the region that the customer chose."),
}
EVENT = {
    "event_id": "parrot-api-storage-2025-06",
    "product_id": "parrot",
    "tier_id": "parrot-api",
    "field": "storage",
    "kind": "observation",
    "value": "region",
    "effective_on": "2025-06",
    "date_basis": "stated",
    "notice": "unknown",
    "source_ids": "acme-commercial-2025-06",
    "locator": "Section 11",
    "summary": "Inputs stay in the region that the customer chooses.",
    "confidence": "high",
}


def add_to_the_schemas(root: Path) -> None:
    """What CONTRIBUTING.md says: a column of the tiers, and a code of the events' `field`."""
    path = root / "schema" / "tiers.schema.json"
    schema = json.loads(path.read_text())
    names = [field["name"] for field in schema["fields"]]
    column = {
        "name": "storage",
        "title": "Place of storage",
        "type": "string",
        "description": "Where are inputs stored?",
        "constraints": {"enum": list(CODES)},
        "claim": True,
        "examples": ["region"],
        "examples_bad": ["Europe"],
    }
    schema["fields"].insert(names.index("dpa") + 1, column)
    path.write_text(json.dumps(schema, indent=2))
    path = root / "schema" / "events.schema.json"
    schema = json.loads(path.read_text())
    next(field for field in schema["fields"] if field["name"] == "field")["constraints"]["enum"].append("storage")
    path.write_text(json.dumps(schema, indent=2))


def add_to_the_vocabulary(ledger: Ledger) -> None:
    for rank, (value, (label, meaning)) in enumerate(CODES.items(), start=1):
        ledger.add("vocabulary", field="tiers.storage", value=value, label=label, meaning=meaning, rank=str(rank))
    meaning = "Where are inputs stored?"
    ledger.add("vocabulary", field="events.field", value="storage", label="Place of storage", meaning=meaning, rank="8")


def add_to_the_data(ledger: Ledger, rows: list[dict[str, str]]) -> None:
    """The column in the file of the tiers, filled for one tier, and the event that says so."""
    columns = ledger.open().specs["tiers"].columns
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "storage": "region" if row["tier_id"] == "parrot-api" else ""} for row in rows)
    ledger.write("tiers", out.getvalue())
    ledger.add("events", **EVENT)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The small ledger with one more claim field."""
    root = tmp_path_factory.mktemp("grown")
    ledger = copy_ledger(root)
    rows = [dict(row.cells) for row in ledger.open().table("tiers").rows]
    add_to_the_schemas(root)
    add_to_the_vocabulary(ledger)
    add_to_the_data(ledger, rows)
    return ledger


@pytest.fixture(scope="module")
def dist(grown: Ledger) -> Path:
    report = build(grown.root, grown.root.parent / "dist")
    assert report.clean, report.findings
    return grown.root.parent / "dist"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_check_is_clean_and_holds_the_new_field_to_the_ledger(grown: Ledger, engine: str, tmp_path: Path) -> None:
    assert check(grown.open(), engine=engine).findings == ()
    copy = Ledger(tmp_path)
    for path in grown.root.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(grown.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    copy.set("tiers", "parrot-api", "storage", "anywhere")
    copy.set("tiers", "parrot-free", "storage", "unspecified")
    found = {(it.rule, it.key, it.column) for it in check(copy.open(), engine=engine).findings}
    assert ("EVT002", "parrot-api", "storage") in found
    assert ("EVT001", "parrot-free", "storage") in found


def test_the_release_holds_it(dist: Path) -> None:
    document = json.loads((dist / "json" / "products" / "parrot.json").read_text())
    schema = json.loads((dist / "json" / "schema" / "product.schema.json").read_text())
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    (claim,) = (tier["claims"]["storage"] for tier in document["tiers"] if tier["tier_id"] == "parrot-api")
    assert (claim["value"], claim["label"], claim["since"]) == ("region", "In the customer's region", "2025-06")
    connection = sqlite3.connect(dist / DATABASE)
    assert connection.execute("select storage from tiers order by tier_id").fetchall() == [("region",), (None,)]
    assert connection.execute("select value from history where field = 'storage'").fetchall() == [("region",)]
    assert connection.execute("select claims_possible from coverage").fetchall() == [(16,)]
    connection.close()


def test_the_pages_show_it(dist: Path, tmp_path: Path) -> None:
    write_instance(dist / DATABASE, tmp_path)
    product, text, compared, tiers = get(
        tmp_path, "/products/parrot", "/products/parrot.md", "/compare?products=parrot", "/does-it-train/tiers"
    )
    for page in (product, text, compared):
        assert page.status_code == 200
        assert "Place of storage" in page.text
        assert "In the customer" in page.text
    assert "storage" in tiers.text


def test_the_docs_describe_it(grown: Ledger) -> None:
    assert "| `storage` | Where are inputs stored?" in columns_page(grown.open())
    assert "## tiers.storage" in vocabulary_page(grown.open())


def test_new_asks_for_it(grown: Ledger) -> None:
    arguments = ["event", "--root", str(grown.root), "--no-input", "--tier-id", "parrot-free", "--field", "storage"]
    result = CliRunner().invoke(new.main, [*arguments, "--value", "Europe"])
    assert result.exit_code == 2
    assert "anywhere, conflicting, unclear, unspecified, region" in result.stderr


def test_what_is_new_is_among_the_changes(grown: Ledger, ledger: Ledger) -> None:
    found = compare(open_snapshot(str(ledger.root), PROJECT), open_snapshot(str(grown.root), PROJECT))
    (entry,) = (entry for entry in found.entries if entry.field == "storage" and entry.what.startswith("claim"))
    assert (entry.what, entry.tier, entry.after_label) == ("claim_added", "API", "In the customer's region")
