"""The command that says what differs between two states, and the document it makes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from scripts.changes import changes_document, main
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


def states(ledger: Ledger, tmp_path: Path) -> tuple[str, str]:
    """Two folders: the ledger, and the ledger a year on with a hostile name of a product."""
    old = tmp_path / "old"
    shutil.copytree(ledger.root, old)
    example(ledger)
    ledger.set("products", "parrot", "name", "<b>*Parrot*</b> @all #1 [x](y) a_b &lt;")
    return str(old), str(ledger.root)


def run(*arguments: str) -> Result:
    """The command; it must end as a command does, and not in a traceback."""
    result = CliRunner().invoke(main, arguments)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def test_markdown_has_a_heading_per_kind_and_a_line_per_entry(ledger: Ledger, tmp_path: Path) -> None:
    result = run(*states(ledger, tmp_path))
    name = r"\<b\>\*Parrot\*\</b\> &#64;all &#35;1 \[x\](y) a\_b &#38;lt;"
    assert (result.exit_code, result.stderr) == (0, "")
    changed = 'training changed from "Trains unless you opt out" to "Trains only if you opt in" since 2027-01'
    corrected = 'data processing agreement was recorded wrongly as "Included" and is corrected to "On request"'
    assert result.stdout.splitlines() == [
        "#### Changed by the vendor (1)",
        "",
        f"- {name}, Free and Plus: {changed}, by What comes next (Acme)",
        "",
        "#### Corrected: our record was wrong (1)",
        "",
        f"- {name}, API: {corrected} since 2025-06, by Commercial Terms (Acme)",
        "",
        "#### Products edited (1)",
        "",
        f'- {name}: name edited from "Parrot" to "{name}"',
        "",
        "#### Events edited (1)",
        "",
        f'- {name}, API, event parrot-api-dpa-2025-06: value edited from "Included" to "On request"',
    ]


def test_json_is_the_document_of_the_schema(ledger: Ledger, tmp_path: Path) -> None:
    document = json.loads(run(*states(ledger, tmp_path), "--format", "json").stdout)
    assert VALIDATOR.is_valid(document)
    assert list(document["counts"]) == ["claim_changed", "claim_corrected", "product_edited", "event_edited"]


def test_annotations_stand_on_the_lines_of_the_rows(ledger: Ledger, tmp_path: Path) -> None:
    old, new = states(ledger, tmp_path)
    ledger.remove("events", "parrot-context-2025-05-02")
    lines = run(old, new, "--format", "github").stdout.splitlines()
    starts = [line.partition("::<b>")[0].partition("::withdrawn")[0] for line in lines]
    assert starts == [
        "::notice file=data/tiers.csv,line=3,title=Changed by the vendor",
        "::warning file=data/tiers.csv,line=2,title=Corrected%3A our record was wrong",
        "::notice file=data/products.csv,line=2,title=Products edited",
        "::notice file=data/events.csv,line=9,title=Events removed",
        "::notice file=data/events.csv,line=2,title=Events edited",
    ]


def test_the_same_states_are_said_to_be_the_same(ledger: Ledger, release: Path) -> None:
    said = "nothing changed between 0.1.0 (as of 2026-01-15) and 0.1.0 (as of 2026-01-15)\n"
    same = (str(release), str(ledger.root))
    result = run(*same)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Nothing changed in the data.\n", said)
    assert run(*same, "--format", "github").stdout == f"::notice::{said}"
    document = json.loads(run(*same, "--format", "json").stdout)
    assert (document["changes"], document["counts"]) == ([], {})
    assert VALIDATOR.is_valid(document)


def test_a_commit_is_named_as_what_it_was_resolved_to() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    result = run("HEAD", "HEAD", "--root", str(PROJECT), "--format", "json")
    document = json.loads(result.stdout)
    assert document["old"]["commit"] == document["new"]["commit"] == head.strip()
    assert f"commit {head[:12]}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere", "."], "'nowhere' is neither a path nor a commit of"),
        ([".", "nowhere"], "'nowhere' is neither a path nor a commit of"),
        (["."], "Missing argument 'NEW'"),
        ([".", ".", "--format", "xml"], "'xml' is not one of 'json', 'markdown', 'github'"),
    ],
)
def test_bad_arguments_are_refused_with_a_reason(ledger: Ledger, arguments: list[str], reason: str) -> None:
    given = [str(ledger.root) if it == "." else it for it in arguments]
    result = run(*given, "--root", str(ledger.root))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_the_same_states_give_the_same_bytes_anywhere(ledger: Ledger, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.changes", *states(ledger, tmp_path), "--format", "json"]
    said = set()
    for seed, zone, locale in (("1", "UTC", "C.UTF-8"), ("4711", "Pacific/Kiritimati", "C")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "1"}
        said.add(subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True).stdout)
    assert len(said) == 1
