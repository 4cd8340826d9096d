"""What a check found, and the four ways to say it: text, GitHub annotations, JSON, SARIF."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from rules import Rule, all_rules


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place where a rule does not hold, with what to do about it."""

    file: str
    line: int
    column: str
    rule: str
    key: str
    message: str
    fix: str
    severity: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check: `rules_skipped` could not be run because a file they need cannot be read."""

    as_of: str
    rules_run: tuple[str, ...]
    rules_skipped: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether everything asked for was checked and holds."""
        return not self.findings


def as_text(report: Report) -> str:
    """Say it for people, grouped by file."""
    lines: list[str] = []
    for _, findings in groupby(report.findings, key=lambda finding: finding.file):
        for finding in findings:
            place = f"{finding.file}:{finding.line}"
            lines.append("  ".join(part for part in (place, finding.column, finding.rule, finding.key) if part))
            lines.append(f"    {finding.message}")
            lines.append(f"    fix: {finding.fix}")
    if report.rules_skipped:
        lines.append(f"not checked, because of the findings above: {', '.join(report.rules_skipped)}")
    count, rules = len(report.findings), len(report.rules_run)
    lines.append(
        f"{count} finding{'' if count == 1 else 's'} by {rules} rule{'' if rules == 1 else 's'}, as of {report.as_of}"
        if count
        else f"clean: {rules} rule{' holds' if rules == 1 else 's hold'}, as of {report.as_of}"
    )
    return "\n".join(lines)


def as_github(report: Report) -> str:
    """Say it as workflow commands, which GitHub shows on the lines of a pull request."""
    return "\n".join(_annotation(finding) for finding in report.findings)


def as_json(report: Report) -> str:
    """Say it for programs."""
    names = ("rule", "severity", "file", "line", "column", "key", "message", "fix")
    findings = [{name: asdict(finding)[name] for name in names} for finding in report.findings]
    document = {"as_of": report.as_of, "rules_run": list(report.rules_run), "findings": findings}
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_sarif(report: Report) -> str:
    """Say it in the Static Analysis Results Interchange Format 2.1.0 (OASIS)."""
    used = [rule for rule in all_rules() if rule.id in report.rules_run]
    positions = {rule.id: position for position, rule in enumerate(used)}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "does-it-train-check", "rules": [_sarif_rule(rule) for rule in used]}},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(finding, positions) for finding in report.findings],
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "github": as_github,
    "json": as_json,
    "sarif": as_sarif,
}


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity},
    }


def _sarif_result(finding: Finding, positions: Mapping[str, int]) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": finding.file},
            "region": {"startLine": finding.line},
        }
    }
    if finding.column:
        name = {"name": finding.column, "fullyQualifiedName": f"{finding.key}/{finding.column}"}
        location["logicalLocations"] = [name]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": f"{finding.message}\nfix: {finding.fix}"},
        "locations": [location],
    }
    if finding.rule in positions:
        result["ruleIndex"] = positions[finding.rule]
    return result


def _annotation(finding: Finding) -> str:
    title = f"{finding.rule} {finding.column}".strip()
    return annotation(finding.severity, finding.file, finding.line, title, f"{finding.message}\nfix: {finding.fix}")


def annotation(level: str, file: str, line: int, title: str, message: str) -> str:
    """Return the workflow command that makes GitHub show a message on a line; `level` is error, warning or notice."""
    return f"::{level} file={_property(file)},line={line},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sort(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings by file, line, column and rule, each once."""
    return tuple(sorted(set(findings)))
