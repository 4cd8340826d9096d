"""The four ways to say what was found: for people, for GitHub, for programs, for scanners of code."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules import all_rules
from scripts.check import check
from scripts.report import FORMATS, Finding, Report, as_github, as_json, as_sarif, as_text, sort
from tests.conftest import Ledger

SARIF = json.loads(Path(__file__).with_name("sarif_subset.schema.json").read_text(encoding="utf-8"))
NASTY = Finding(
    file="data/tiers.csv",
    line=3,
    column="note",
    rule="EVT002",
    key="a:b,c",
    message="100 %, said: a,b::c\r\nnext %0A line",
    fix="Mend it: now, please.",
    severity="warning",
)


@pytest.fixture
def report(ledger: Ledger) -> Report:
    """Something wrong with a cell, with a row and with a file."""
    ledger.set("tiers", "parrot-free", "opt_out", "not_needed")
    ledger.set("tiers", "parrot-free", "verified_on", "2025-01-01")
    ledger.write("vendors", ledger.text("vendors").replace("\n", "\r\n"))
    return check(ledger.open(), rules=["VAL", "STL", "FMT"])


def document(report: Report) -> Any:  # noqa: ANN401 JSON
    return json.loads(as_sarif(report))


def unescaped(text: str, *, prop: bool) -> str:
    """What GitHub's runner makes of the data or a property of a workflow command."""
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), *((("%3A", ":"), ("%2C", ",")) if prop else ()), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Command, properties and data of a workflow command, read as GitHub's runner reads it."""
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert match, line
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {name: unescaped(value, prop=True) for name, value in pairs}, unescaped(match[3], prop=False)


def test_text_says_where_what_and_how_to_mend_it(report: Report) -> None:
    assert as_text(report) == (
        "data/tiers.csv:3  opt_out  VAL001  parrot-free\n"
        '    opt_out is "not_needed", but training is "opt_out"\n'
        "    fix: Correct whichever of the two is wrong, with its event.\n"
        "data/tiers.csv:3  verified_on  STL001  parrot-free\n"
        "    last verified 379 days before 2026-01-15, allowed are 90\n"
        "    fix: Read the documents again, mend what changed, and set `verified_on` to the day you did;"
        " an address that answers is not enough.\n"
        "data/vendors.csv:1  FMT007\n"
        "    the line ends as on Windows or an old Mac (CR), not in LF\n"
        "    fix: Run `nox -s fix`; it writes the file anew.\n"
        "3 findings by 16 rules, as of 2026-01-15"
    )


def test_text_says_that_all_is_well(ledger: Ledger) -> None:
    assert as_text(check(ledger.open(), rules=["VAL"])) == "clean: 5 rules hold, as of 2026-01-15"
    assert as_text(check(ledger.open(), rules=["VAL001"])) == "clean: 1 rule holds, as of 2026-01-15"


def test_json_has_the_keys_that_programs_rely_on(report: Report) -> None:
    document = json.loads(as_json(report))
    assert list(document) == ["as_of", "rules_run", "findings"]
    assert document["as_of"] == "2026-01-15"
    assert document["rules_run"] == list(report.rules_run)
    assert document["findings"][0] == {
        "rule": "VAL001",
        "severity": "error",
        "file": "data/tiers.csv",
        "line": 3,
        "column": "opt_out",
        "key": "parrot-free",
        "message": 'opt_out is "not_needed", but training is "opt_out"',
        "fix": "Correct whichever of the two is wrong, with its event.",
    }
    assert list(document["findings"][0]) == ["rule", "severity", "file", "line", "column", "key", "message", "fix"]
    assert [it["severity"] for it in document["findings"]] == ["error", "warning", "error"]


def test_github_shows_each_finding_on_its_line(report: Report, ledger: Ledger) -> None:
    shown = [parsed(line) for line in as_github(report).split("\n")]
    assert len(shown) == len(report.findings) == 3
    for (command, properties, message), finding in zip(shown, report.findings, strict=True):
        assert command == finding.severity
        assert properties["file"] == finding.file
        assert properties["title"] == f"{finding.rule} {finding.column}".strip()
        assert message == f"{finding.message}\nfix: {finding.fix}"
        line = (ledger.root / properties["file"]).read_text(encoding="utf-8").split("\n")[int(properties["line"]) - 1]
        assert line.startswith(finding.key)


def test_github_is_told_nothing_that_it_could_take_for_a_command() -> None:
    said = as_github(Report("2026-01-15", ("EVT002",), (), (NASTY,)))
    assert "\n" not in said
    command, properties, message = parsed(said)
    assert command == "warning"
    assert properties == {"file": NASTY.file, "line": "3", "title": "EVT002 note"}
    assert message == f"{NASTY.message}\nfix: {NASTY.fix}"


def test_github_properties_keep_their_colons_and_commas() -> None:
    finding = Finding(**{**asdict(NASTY), "file": "data/a:b,c%.csv"})
    _, properties, _ = parsed(as_github(Report("2026-01-15", ("EVT002",), (), (finding,))))
    assert properties["file"] == "data/a:b,c%.csv"


def test_sarif_is_a_subset_of_the_standard(report: Report) -> None:
    Draft202012Validator.check_schema(SARIF)
    Draft202012Validator(SARIF).validate(document(report))
    assert report.findings


def test_sarif_explains_every_rule_that_ran(ledger: Ledger) -> None:
    run = document(check(ledger.open()))["runs"][0]
    Draft202012Validator(SARIF).validate(document(check(ledger.open())))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        rule.id for rule in all_rules() if rule.run == "always"
    ]
    assert run["results"] == []


def test_sarif_results_point_to_their_rule_and_place(report: Report) -> None:
    run = document(report)["runs"][0]
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": finding.file},
            "region": {"startLine": finding.line},
        }
        names = [name["fullyQualifiedName"] for name in location.get("logicalLocations", [])]
        assert names == ([f"{finding.key}/{finding.column}"] if finding.column else [])


def test_sarif_says_of_a_rule_that_did_not_run_by_itself_only_its_id(ledger: Ledger) -> None:
    ledger.write("events", "")
    written = document(check(ledger.open(), rules=["EVT002"]))
    Draft202012Validator(SARIF).validate(written)
    (result,) = written["runs"][0]["results"]
    assert result["ruleId"] == "FMT003"
    assert "ruleIndex" not in result


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_for_the_same_findings(name: str, report: Report) -> None:
    again = Report(report.as_of, report.rules_run, report.rules_skipped, sort(report.findings[::-1] * 2))
    assert FORMATS[name](again) == FORMATS[name](report)
