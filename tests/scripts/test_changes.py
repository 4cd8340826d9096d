"""The command that says what differs between two states, and the document it makes."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from scripts.changes import changes_document
from scripts.compare import compare
from scripts.snapshot import of_dataset
from tests.conftest import PROJECT, Ledger

SCHEMA = json.loads((PROJECT / "schema" / "release" / "changes.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def example(ledger: Ledger) -> dict[str, Any]:
    """The changes that the schema shows as its example: a change that fell due, and a record that was wrong."""
    old = of_dataset(ledger.open())
    ledger.as_of("2027-01-15")
    ledger.set("tiers", "parrot-free", "training", "opt_in")
    ledger.set("events", "parrot-api-dpa-2025-06", "value", "on_request")
    ledger.set("tiers", "parrot-api", "dpa", "on_request")
    return changes_document(compare(old, of_dataset(ledger.open())))


def test_the_schema_is_json_schema_and_shows_what_the_command_makes(ledger: Ledger) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["examples"] == [example(ledger)]


def test_the_document_obeys_its_schema(ledger: Ledger) -> None:
    document = example(ledger)
    assert document["counts"] == {"claim_changed": 1, "claim_corrected": 1, "event_edited": 1}
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
