"""The release: complete, whole, the same bytes from the same tree."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts import database
from scripts.build import DATABASE, build, main
from scripts.dataset import CannotRunError
from scripts.output import CHECKSUMS, checksums
from tests.conftest import AS_OF, PROJECT, Ledger


def connect(release: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{release / DATABASE}?mode=ro", uri=True)


def rows(release: Path, sql: str) -> list[tuple[object, ...]]:
    with connect(release) as connection:
        return connection.execute(sql).fetchall()


def test_holds_every_file_that_is_promised(release: Path) -> None:
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    schemas = {f"json/schema/{name}.schema.json" for name in ("all", "changes", "index", "manifest", "product")}
    documents = {"json/all.json", "json/index.json", "json/products/parrot.json"}
    feeds = {f"feeds/{name}.{ending}" for name in ("all", "products/parrot") for ending in ("atom", "ics", "json")}
    catalogues = {"metadata/dcat.jsonld", "metadata/schema-org.jsonld"}
    assert files == {DATABASE, "manifest.json", CHECKSUMS} | documents | schemas | feeds | catalogues


def test_the_manifest_says_what_was_built(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["as_of"] == AS_OF
    assert manifest["findings"] == 0
    assert (manifest["commit"], manifest["modified"]) == (None, True)  # the small ledger is not in a repository
    assert manifest["counts"]["events"] == 15
    assert manifest["sqlite_version"] == sqlite3.sqlite_version


def test_the_manifest_names_the_commit(ledger: Ledger, tmp_path: Path) -> None:
    git = ["git", "-C", str(ledger.root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "facts"]):
        subprocess.run([*git, *arguments], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    build(ledger.root, tmp_path / "dist")
    manifest = json.loads((tmp_path / "dist" / "manifest.json").read_text())
    assert (manifest["commit"], manifest["modified"]) == (head, False)


def test_the_manifest_does_without_git(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    build(ledger.root, tmp_path / "dist")
    assert json.loads((tmp_path / "dist" / "manifest.json").read_text())["commit"] is None


def test_the_database_is_sound(release: Path) -> None:
    assert rows(release, "pragma integrity_check") == [("ok",)]
    assert rows(release, "pragma foreign_key_check") == []


def test_rows_know_their_file_and_line(release: Path) -> None:
    assert rows(release, "select row_ref from tiers order by tier_id") == [
        ("data/tiers.csv:2",),
        ("data/tiers.csv:3",),
    ]


def test_partial_dates_get_their_earliest_day(release: Path) -> None:
    sql = "select effective_on, effective_on_earliest from events where tier_id = 'parrot-free' and value = 'opt_in'"
    assert rows(release, sql) == [("2027-01", "2027-01-01")]


def test_history_holds_the_intervals_of_the_fold(release: Path) -> None:
    sql = (
        "select value, label, valid_from, valid_to, event_id from history "
        "where tier_id = 'parrot-free' and field = 'training'"
    )
    assert rows(release, sql) == [
        ("no", "Does not train", "2025-01-05", "2025-09-28", "parrot-free-training-2025-01-05"),
        ("opt_out", "Trains unless you opt out", "2025-09-28", "2027-01-01", "parrot-free-training-2025-09-28"),
        ("opt_in", "Trains only if you opt in", "2027-01-01", None, "parrot-free-training-2027-01"),
    ]


def test_verdicts_change_with_the_claims(release: Path) -> None:
    sql = "select valid_from, valid_to, verdict from verdict_history order by valid_from"
    assert rows(release, sql) == [
        ("2025-01-05", "2025-03-07", "no"),
        ("2025-03-07", "2025-06-01", "no"),
        ("2025-06-01", "2025-09-28", "no"),
        ("2025-09-28", "2027-01-01", "depends"),
        ("2027-01-01", None, "depends"),
    ]
    assert rows(release, "select verdict, since from verdicts") == [("depends", "2025-09-28")]


def test_conflicts_list_both_readings_with_their_documents(release: Path) -> None:
    sql = "select tier, field, value, source_id from conflicts order by value, source_id"
    assert rows(release, sql) == [
        ("API", "retention", "P30D", "acme-commercial-2025-06"),
        ("API", "retention", "P30D", "tattler-2025-06"),
        ("API", "retention", "P7D", "acme-docs-2025-03"),
    ]


def test_upcoming_holds_what_lies_after_the_day_of_the_dataset(release: Path) -> None:
    assert rows(release, "select day, what, event_id from upcoming") == [
        ("2027-01-01", "takes effect", "parrot-free-training-2027-01")
    ]


def test_coverage_counts_what_is_known(release: Path) -> None:
    columns = "tiers, claims_possible, claims_known, claims_open, claims_conflicting, claims_official, evidence_up_to"
    assert rows(release, f"select {columns} from coverage") == [(2, 14, 11, 2, 1, 11, "2026-01-10")]


def test_text_can_be_searched(release: Path) -> None:
    sql = (
        "select event_id from events where rowid in (select rowid from events_fts where events_fts match 'regulators')"
    )
    assert rows(release, sql) == [("parrot-context-2025-05-02",)]


def test_every_relation_and_column_is_described(release: Path) -> None:
    named = rows(
        release,
        "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c "
        "where m.type in ('table', 'view') and m.name not like '%fts%' and m.name not like 'sqlite%'",
    )
    assert set(named) == set(rows(release, 'select "table", "column" from columns'))
    assert {name for name, _ in named} == {name for (name,) in rows(release, "select name from relations")}


@pytest.mark.parametrize(
    "sql",
    [
        "insert into vendors values ('acme', 'Again', 'https://x.example', 'x:1')",
        "insert into products values ('x', 'nobody', 'X', 'social', 'https://x.example', null, null, 'x:1')",
        "update tiers set training = 'maybe'",
        "update tiers set verified_on = '2026-02-30'",
        "update tiers set review_days = 'soon'",
        "update sources set url = null",
    ],
)
def test_the_database_itself_refuses_what_the_schema_forbids(release: Path, tmp_path: Path, sql: str) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(release / DATABASE, copy)
    connection = sqlite3.connect(copy)
    connection.execute("pragma foreign_keys = on")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(sql)
    connection.close()


def test_the_same_tree_gives_the_same_bytes_anywhere(ledger: Ledger, tmp_path: Path, release: Path) -> None:
    other = tmp_path / "elsewhere" / "deeper"
    environment = {**os.environ, "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "scripts.build", "--root", str(ledger.root), "--out", str(other / "dist")]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    assert (other / "dist" / CHECKSUMS).read_text() == (release / CHECKSUMS).read_text()


def test_other_facts_give_other_content(ledger: Ledger, tmp_path: Path, release: Path) -> None:
    ledger.set("vendors", "acme", "name", "Acme Inc.")
    build(ledger.root, tmp_path / "dist")
    ours, theirs = (
        json.loads((folder / "manifest.json").read_text())["content_sha256"] for folder in (tmp_path / "dist", release)
    )
    assert ours != theirs


def test_with_findings_nothing_is_built_and_the_old_release_stays(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    build(ledger.root, out)
    before = (out / CHECKSUMS).read_text()
    ledger.set("tiers", "parrot-free", "training", "no")
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out)])
    assert result.exit_code == 1
    assert "EVT002" in result.stderr
    assert "nothing was built" in result.stderr
    assert (out / CHECKSUMS).read_text() == before == checksums(out)


def test_allowed_findings_are_counted_in_the_manifest(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("tiers", "parrot-free", "training", "no")
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out), "--allow-findings"])
    assert result.exit_code == 0, result.output
    assert json.loads((out / "manifest.json").read_text())["findings"] == 2  # EVT002 and VAL001


def test_a_clean_ledger_is_built_and_said_to_be(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out)])
    assert (result.exit_code, result.output) == (0, f"built {out} as of {AS_OF}\n")


def test_what_breaks_the_database_is_not_built_even_if_findings_are_allowed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("products", "parrot", "vendor_id", "nobody")
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out), "--allow-findings"])
    assert result.exit_code == 2
    assert "refers to a row of vendors that is not there" in result.stderr
    assert not out.exists()


def test_a_file_that_cannot_be_read_is_not_built_even_if_findings_are_allowed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write("events", b"\xff\xfe")
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out), "--allow-findings"])
    assert result.exit_code == 2
    assert "a file cannot be read" in result.stderr


def test_an_old_sqlite_is_refused(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(CannotRunError, match="is too old"):
        build(ledger.root, tmp_path / "dist")


KILLED = """
import os, signal, sys
from pathlib import Path
from scripts.build import build
left = int(sys.argv[3])
def watch(event, arguments):
    global left
    watched = {"open", "os.rename", "os.symlink", "os.mkdir", "os.remove", "sqlite3.connect"}
    if event in watched and ".dist" in repr(arguments):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
build(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_anywhere_while_building_the_old_release_is_whole(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    build(ledger.root, out)
    ledger.set("vendors", "acme", "name", "Acme Inc.")
    before = (out / CHECKSUMS).read_text()
    for number in (3, 7, 12, 20):
        command = [sys.executable, "-c", KILLED, str(ledger.root), str(out), str(number)]
        done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert (out / CHECKSUMS).read_text() == before == checksums(out)
    build(ledger.root, out)
    assert (out / CHECKSUMS).read_text() != before
