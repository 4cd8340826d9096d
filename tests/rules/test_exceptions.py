"""Exceptions excuse what they name, as long as they hold; a rule that crashes is a finding."""

import pytest

from scripts.check import check
from scripts.dataset import CannotRunError
from scripts.engine import ENGINES
from scripts.report import Finding, Report
from tests.conftest import Ledger

HEADER = "rule,key,reason,expires_on\n"
# A date that SRC006 refuses, and the exception that excuses it.
EVENT = "parrot-api-zdr-2025-03-07"
EXCUSE = f"SRC006,{EVENT},undated copy,2026-06-30\n"


def excuse(ledger: Ledger, *rows: str) -> None:
    (ledger.root / "rules" / "exceptions.csv").write_text(HEADER + "".join(rows), encoding="utf-8")


def misdate(ledger: Ledger) -> None:
    ledger.set("events", EVENT, "effective_on", "2025-01-01")


def rules_of(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def test_a_finding_is_excused(ledger: Ledger) -> None:
    misdate(ledger)
    assert rules_of(check(ledger.open())) == ["SRC006"]
    excuse(ledger, EXCUSE)
    assert check(ledger.open()).clean
    assert check(ledger.open(), rules=["SRC006"]).clean


@pytest.mark.parametrize(
    "row",
    [
        f"SRC005,{EVENT},undated copy,2026-06-30\n",
        "SRC006,parrot-api-retention-2025-03-07,undated copy,2026-06-30\n",
    ],
)
def test_no_other_finding_is_excused(ledger: Ledger, row: str) -> None:
    misdate(ledger)
    excuse(ledger, row)
    assert rules_of(check(ledger.open(), rules=["SRC006"])) == ["SRC006"]


@pytest.mark.parametrize(
    "row",
    [
        f"SRC006,{EVENT},undated copy,2026-01-14\n",
        f"SRC006,{EVENT},undated copy,some day\n",
        f"SRC006,{EVENT},,2026-06-30\n",
    ],
)
def test_an_exception_that_expired_or_lacks_something_excuses_nothing(ledger: Ledger, row: str) -> None:
    misdate(ledger)
    excuse(ledger, row)
    assert rules_of(check(ledger.open(), rules=["SRC006"])) == ["SRC006"]
    assert rules_of(check(ledger.open())) == ["SRC006", "EXC001"]


def test_an_exception_expires_with_the_day_that_is_checked_for(ledger: Ledger) -> None:
    misdate(ledger)
    excuse(ledger, EXCUSE)
    assert rules_of(check(ledger.open(), rules=["SRC006"], as_of="2026-07-01")) == ["SRC006"]


def test_what_is_found_of_a_whole_file_cannot_be_excused(ledger: Ledger) -> None:
    excuse(ledger, "FMT003,,it is only a link,2026-06-30\n")
    ledger.write("vendors", b"\xff\xfe")
    assert rules_of(check(ledger.open(), rules=["FMT003"])) == ["FMT003"]


def test_exc002_an_exception_that_is_no_longer_needed_is_a_finding(ledger: Ledger) -> None:
    excuse(ledger, EXCUSE)
    (finding,) = check(ledger.open()).findings
    assert finding == Finding(
        file="rules/exceptions.csv",
        line=2,
        column="key",
        rule="EXC002",
        key=EVENT,
        message=f'nothing breaks SRC006 at "{EVENT}" any more',
        fix="Delete the row from rules/exceptions.csv.",
        severity="error",
    )


def test_exc002_knows_nothing_of_rules_that_did_not_run(ledger: Ledger) -> None:
    excuse(ledger, EXCUSE)
    assert check(ledger.open(), rules=["EXC002"]).clean
    assert check(ledger.open(), products=["parrot"]).clean
    excuse(ledger, "NET001,acme-privacy-2025,blocks robots,2026-06-30\n")
    assert check(ledger.open()).clean


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"rule,key\n", "rules/exceptions.csv:1: the header line must be rule,key,reason,expires_on."),
        (b"", "rules/exceptions.csv:1: the header line must be rule,key,reason,expires_on."),
        (HEADER.encode() + b"SRC006,x\n", "rules/exceptions.csv:2: the row has 2 cells instead of 4."),
        (HEADER.encode() + b"\n", "rules/exceptions.csv:2: the row has 0 cells instead of 4."),
        (HEADER.encode() + b"SRC006,\xe4,x,2027-01-01\n", "rules/exceptions.csv:1: cannot be read as CSV in UTF-8"),
        (HEADER.encode() + b'SRC006,"x,x,2027-01-01\n', "rules/exceptions.csv:1: cannot be read as CSV in UTF-8"),
    ],
)
def test_a_broken_list_of_exceptions_stops_the_check(ledger: Ledger, content: bytes, message: str) -> None:
    (ledger.root / "rules" / "exceptions.csv").write_bytes(content)
    with pytest.raises(CannotRunError) as mistake:
        check(ledger.open(), rules=["EVT002"])
    assert str(mistake.value).startswith(message)


def test_a_folder_in_place_of_the_exceptions_stops_the_check(ledger: Ledger) -> None:
    (ledger.root / "rules" / "exceptions.csv").unlink()
    (ledger.root / "rules" / "exceptions.csv").mkdir()
    with pytest.raises(CannotRunError, match=r"^rules/exceptions.csv:1: cannot be read"):
        check(ledger.open(), rules=["EVT002"])


def test_without_the_lists_nothing_is_excused_and_nothing_published(ledger: Ledger) -> None:
    (ledger.root / "rules" / "exceptions.csv").unlink()
    (ledger.root / "rules" / "published_ids.csv").unlink()
    assert check(ledger.open()).clean


def test_a_broken_list_of_published_ids_stops_the_check(ledger: Ledger) -> None:
    (ledger.root / "rules" / "published_ids.csv").write_text("table;id\n", encoding="utf-8")
    with pytest.raises(CannotRunError, match=r"^rules/published_ids.csv:1: the header line must be table,id\."):
        check(ledger.open())


@pytest.mark.parametrize("engine", ENGINES)
def test_exc003_a_rule_that_crashes_is_a_finding_and_the_others_still_run(ledger: Ledger, engine: str) -> None:
    schema = ledger.root / "schema" / "events.schema.json"
    schema.write_text(schema.read_text(encoding="utf-8").replace('"confidence"', '"certainty"'), encoding="utf-8")
    ledger.write("events", ledger.text("events").replace("confidence", "certainty", 1))
    report = check(ledger.open(), engine=engine, rules=["SRC"])
    (finding,) = report.findings
    assert (finding.rule, finding.file, finding.line) == (
        "EXC003",
        "rules/src/SRC004_high_confidence_rests_on_an_official_source.sql",
        1,
    )
    assert finding.message.startswith("the rule SRC004 crashed: ")
    assert "confidence" in finding.message
    assert finding.fix == "This is a fault of the rule, not of the data: report it with the message."
    assert report.rules_run == ("SRC001", "SRC002", "SRC003", "SRC005", "SRC006")
