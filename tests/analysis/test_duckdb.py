"""The analyses, run in DuckDB on Parquet, say what the release database says."""

import datetime
import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from scripts.database import DATABASE
from tests.analysis.questions import QUESTIONS, Rows, in_duckdb
from tests.conftest import PROJECT


def text(rows: Rows) -> Rows:
    return [tuple(str(value) if isinstance(value, datetime.date) else value for value in row) for row in rows]


def asked(real_release: Path, sql: str, **parameters: str) -> Rows:
    return sqlite3.connect(real_release / DATABASE).execute(sql, parameters).fetchall()


def test_who_trains_by_default_is_what_the_claims_say(real_parquet: Path, real_release: Path) -> None:
    rows = text(in_duckdb(real_parquet, QUESTIONS["trains_by_default"]))
    expected = asked(
        real_release,
        "select p.name, t.name, t.audience, c.value, h.valid_from from claims c "
        "join tiers t using (tier_id) join products p on p.product_id = t.product_id "
        "join history h on h.tier_id = c.tier_id and h.field = c.field and h.event_id = c.event_id "
        "where c.field = 'training' and c.value in ('yes', 'opt_out') order by 1, 2",
    )
    assert len(rows) >= 20
    assert rows == expected


def test_the_state_on_a_day_is_the_history_of_that_day(real_parquet: Path, real_release: Path) -> None:
    rows = text(in_duckdb(real_parquet, QUESTIONS["state_on_a_day"]))
    day = re.search(r"date '([0-9-]+)'", QUESTIONS["state_on_a_day"])
    assert day
    expected = asked(
        real_release,
        "select t.product_id, h.tier_id, h.field, h.value, h.valid_from, h.valid_to, h.event_id "
        "from history h join tiers t using (tier_id) "
        "where h.valid_from <= :day and coalesce(h.valid_to, '9999') > :day order by 1, 2, 3",
        day=day[1],
    )
    assert len(rows) >= 100
    assert rows == expected


def test_tiers_by_month_count_every_interval(real_parquet: Path, real_release: Path) -> None:
    rows = text(in_duckdb(real_parquet, QUESTIONS["tiers_by_month"]))
    spans = asked(
        real_release, "select value, valid_from, coalesce(valid_to, '9999') from history where field = 'training'"
    )
    as_of = asked(real_release, "select as_of from dataset")[0][0]
    first = min(span[1] for span in spans)
    months = [f"{year}-{month:02}-01" for year in range(int(first[:4]), int(as_of[:4]) + 1) for month in range(1, 13)]
    counts = Counter(
        (month, value) for month in months if month <= as_of for value, start, end in spans if start <= month < end
    )
    assert rows == sorted((month, value, number) for (month, value), number in counts.items())
    assert {row[0] for row in rows} == {month for month in months if first <= month <= as_of}  # no month is left out


def test_the_page_shows_every_analysis_as_it_runs() -> None:
    page = (PROJECT / "docs" / "analysis.md").read_text(encoding="utf-8")
    shown = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert sorted(shown) == sorted(QUESTIONS.values())
    assert all(f"(analysis/{name}.sql)" in page for name in QUESTIONS)


@pytest.mark.parametrize("language", ["duckdb"])
def test_the_example_of_the_page_runs(real_parquet: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PROJECT / "docs" / "analysis.md").read_text(encoding="utf-8")
    found = re.search(rf"```python\n(import {language}.*?)```", page, re.DOTALL)
    assert found
    (real_parquet.parent / "analysis").mkdir(exist_ok=True)
    for name, sql in QUESTIONS.items():
        (real_parquet.parent / "analysis" / f"{name}.sql").write_text(sql)
    monkeypatch.chdir(real_parquet.parent)
    exec(compile(found[1], "docs/analysis.md", "exec"), {})  # noqa: S102 our own example
