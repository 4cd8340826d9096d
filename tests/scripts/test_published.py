"""The rules as published find on a release what the check finds on its tables."""

import sqlite3
from pathlib import Path

import pytest

from rules import all_rules
from scripts.build import DATABASE, build
from tests.conftest import Ledger

PUBLISHED = [rule.id for rule in all_rules() if rule.path.suffix == ".sql"]


@pytest.mark.parametrize("rule_id", PUBLISHED)
def test_a_rule_finds_nothing_on_a_clean_release(real_release: Path, rule_id: str) -> None:
    connection = sqlite3.connect(real_release / DATABASE)
    sql, found = connection.execute("select sql, findings from rules where rule_id = ?", [rule_id]).fetchone()
    assert found == 0
    assert connection.execute(sql).fetchall() == []
    connection.close()


def test_the_published_rules_find_what_the_check_finds(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("tiers", "parrot-free", "opt_out", "not_needed")
    ledger.set("tiers", "parrot-api", "note", "")
    ledger.set("tiers", "parrot-api", "dpa", "")
    ledger.set("events", "parrot-free-training-2025-09-28", "value_before", "yes")
    ledger.set("events", "parrot-free-training-2025-09-28", "announced_on", "2025-12-01")
    ledger.set("redirects", "polly;products", "kind", "withdrawn")
    report = build(ledger.root, tmp_path / "dist", allow_findings=True)
    connection = sqlite3.connect(tmp_path / "dist" / DATABASE)
    published = connection.execute("select rule_id, findings, sql from rules where sql is not null").fetchall()
    broken = set()
    for rule_id, found, sql in published:
        places = [row[:4] for row in connection.execute(sql)]
        expected = [(it.file, it.line, it.column, it.key) for it in report.findings if it.rule == rule_id]
        assert sorted(places) == sorted(expected), rule_id
        assert found == len(expected)
        broken |= {rule_id} if expected else set()
    assert len(broken) >= 5
    connection.close()
