"""`settle` moves the day of the dataset and carries what fell due, all of it or nothing."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import settle
from scripts.check import check
from tests.conftest import AS_OF, Ledger

LATER = "2027-01-01"
DUE = "parrot-free  training: opt_out -> opt_in (since 2027-01, parrot-free-training-2027-01)\n"
OBSERVATION = {
    "product_id": "parrot",
    "tier_id": "parrot-free",
    "kind": "observation",
    "date_basis": "observed",
    "notice": "unknown",
    "source_ids": "acme-privacy-2025",
    "locator": "Section 3",
    "summary": "It says so.",
    "confidence": "medium",
}


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(settle.main, ["--root", str(root), *arguments])


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, tuple[list[bytes], list[bytes]]]:
    """By file that changed, the lines that went and the lines that came."""
    return {
        name: (
            [line for line in before[name].split(b"\n") if line not in after[name].split(b"\n")],
            [line for line in after[name].split(b"\n") if line not in before[name].split(b"\n")],
        )
        for name in before
        if before[name] != after.get(name)
    }


def test_carries_the_event_that_fell_due_and_touches_nothing_else(ledger: Ledger) -> None:
    before = files(ledger.root)
    result = run(ledger.root, LATER)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"as_of: {AS_OF} -> {LATER}\n{DUE}"
    tier = next(line for line in before["data/tiers.csv"].split(b"\n") if line.startswith(b"parrot-free"))
    assert changed(before, files(ledger.root)) == {
        "datapackage.json": ([b'  "as_of": "2026-01-15",'], [b'  "as_of": "2027-01-01",']),
        "data/tiers.csv": ([tier], [tier.replace(b",opt_out,setting", b",opt_in,setting")]),
    }
    report = check(ledger.open(), rules=["EVT001", "EVT002", "STL002"])
    assert report.clean, report.findings


def test_moves_the_day_alone_where_nothing_fell_due(ledger: Ledger) -> None:
    before = files(ledger.root)
    result = run(ledger.root, "2026-12-31")
    assert result.stdout == f"as_of: {AS_OF} -> 2026-12-31\n"
    assert list(changed(before, files(ledger.root))) == ["datapackage.json"]


def test_the_rest_of_the_descriptor_stays_byte_for_byte(ledger: Ledger) -> None:
    path = ledger.root / "datapackage.json"
    text = path.read_bytes().replace(b"\n", b"\r\n").replace(b'"as_of": "', b'"as_of" :\t"')
    nested = text.replace(
        b'  "title"', b'  "keywords":["as_of"], "contributors": [{"as_of": "1999-01-01"}],\r\n  "title"', 1
    )
    path.write_bytes(nested)
    assert run(ledger.root, LATER).exit_code == 0
    assert path.read_bytes() == nested.replace(AS_OF.encode(), LATER.encode())


def test_settling_twice_does_nothing_the_second_time(ledger: Ledger) -> None:
    run(ledger.root, LATER)
    before = files(ledger.root)
    result = run(ledger.root, LATER)
    assert (result.exit_code, result.stdout) == (0, f"nothing to do: the balance of {LATER} is what the events give\n")
    assert files(ledger.root) == before


def test_a_dry_run_says_the_same_and_writes_nothing(ledger: Ledger) -> None:
    before = files(ledger.root)
    result = run(ledger.root, LATER, "--dry-run")
    assert result.stdout == f"as_of: {AS_OF} -> {LATER}\n{DUE}nothing was written (--dry-run)\n"
    assert files(ledger.root) == before


def test_on_the_same_day_the_balance_follows_a_corrected_ledger(ledger: Ledger) -> None:
    ledger.set("events", "parrot-free-human-review-2025-01-05", "value", "limited")
    before = files(ledger.root)
    result = run(ledger.root, AS_OF)
    assert result.stdout == (
        "parrot-free  human_review: unspecified -> limited (since 2025-01-05, parrot-free-human-review-2025-01-05)\n"
    )
    assert list(changed(before, files(ledger.root))) == ["data/tiers.csv"]


def test_fills_a_claim_that_was_empty(ledger: Ledger) -> None:
    ledger.add(
        "events", **OBSERVATION, event_id="parrot-free-dpa-2026-02", field="dpa", value="no", effective_on="2026-02"
    )
    result = run(ledger.root, "2026-02-01")
    assert "parrot-free  dpa: empty -> no (since 2026-02, parrot-free-dpa-2026-02)\n" in result.stdout
    assert run(ledger.root, "2026-02-01").stdout.startswith("nothing to do")


def test_a_claim_without_any_event_by_then_is_left_alone(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-free", "dpa", "included")
    ledger.set("tiers", "parrot-free", "zdr", "no")
    ledger.add(
        "events", **OBSERVATION, event_id="parrot-free-zdr-2028", field="zdr", value="default", effective_on="2028"
    )
    run(ledger.root, LATER)
    tier = {row["tier_id"]: row for row in ledger.open().table("tiers").rows}["parrot-free"]
    assert (tier["dpa"], tier["zdr"], tier["training"]) == ("included", "no", "opt_in")


def test_a_conflict_is_carried_with_all_its_events_and_asks_for_a_note(ledger: Ledger) -> None:
    later = "parrot-free-retention-2026-03-01"
    other = OBSERVATION | {"source_ids": "acme-commercial-2025-06", "field": "retention", "value": "P90D"}
    ledger.add("events", **other, event_id=later, effective_on="2026-03-01")
    result = run(ledger.root, "2026-03-01")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        f"parrot-free  retention: P30D -> conflicting (since 2026-03-01, {later}, parrot-free-retention-2025-01-05)",
        "parrot-free needs a note that says why retention is conflicting",
    ]
    assert [found.rule for found in check(ledger.open(), rules=["EVT002", "VAL004"]).findings] == ["VAL004"]


def test_an_event_that_is_overruled_is_not_named(ledger: Ledger) -> None:
    other = OBSERVATION | {"source_ids": "acme-commercial-2025-06", "field": "training", "value": "no"}
    ledger.add("events", **other, event_id="parrot-free-training-2027-01-01", effective_on="2027-01-01")
    assert DUE in run(ledger.root, LATER).stdout


def test_no_note_is_asked_for_where_one_stands(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-api", "human_review", "limited")
    result = run(ledger.root, AS_OF)
    assert result.stdout == (
        "parrot-api  human_review: limited -> unclear (since 2025-06, parrot-api-human-review-2025-06)\n"
    )


def test_an_event_of_a_tier_that_does_not_exist_carries_nothing(ledger: Ledger) -> None:
    stray = OBSERVATION | {"tier_id": "parrot-pro"}
    ledger.add("events", **stray, event_id="parrot-pro-dpa-2026", field="dpa", value="no", effective_on="2026")
    assert run(ledger.root, AS_OF).stdout.startswith("nothing to do")


def test_refuses_to_go_back(ledger: Ledger) -> None:
    before = files(ledger.root)
    result = run(ledger.root, "2026-01-14")
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: the dataset stands at {AS_OF} and only moves forward; 2026-01-14 lies before it.\n"
    )
    assert files(ledger.root) == before


@pytest.mark.parametrize("date", ["2027-02-30", "2027", "tomorrow", "20270101", ""])
def test_refuses_what_is_not_a_day(ledger: Ledger, date: str) -> None:
    before = files(ledger.root)
    result = run(ledger.root, date)
    assert result.exit_code == 2
    assert f"{date!r} is not a day. Write it as YYYY-MM-DD" in result.stderr
    assert files(ledger.root) == before


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("value", "perhaps", "EVT005"),
        ("effective_on", "2027-13", "VAL005"),
        ("event_id", "", "KEY001"),
        ("event_id", "parrot-free-training-2025-09-28", "SHP005"),
        ("source_ids", "acme-post", "SRC001"),
    ],
)
def test_carries_nothing_from_a_ledger_it_cannot_rely_on(ledger: Ledger, column: str, value: str, rule: str) -> None:
    ledger.set("events", "parrot-free-training-2027-01", column, value)
    before = files(ledger.root)
    result = run(ledger.root, LATER)
    assert (result.exit_code, result.stdout) == (1, "")
    assert rule in result.stderr
    assert result.stderr.endswith("nothing was written; mend these findings first\n")
    assert files(ledger.root) == before


@pytest.mark.parametrize(
    ("content", "rule"), [(b"tier_id\n", "FMT004"), (b"\xff\xfe", "FMT003"), (b"parrot-free,\n", "FMT005")]
)
def test_carries_nothing_where_a_table_cannot_be_read(ledger: Ledger, content: bytes, rule: str) -> None:
    whole = ledger.path("tiers").read_bytes() if rule == "FMT005" else b""
    ledger.write("tiers", whole + content)
    before = files(ledger.root)
    result = run(ledger.root, LATER)
    assert (result.exit_code, result.stdout) == (1, "")
    assert rule in result.stderr
    assert files(ledger.root) == before


def test_killed_between_the_two_files_a_second_run_completes(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target.name == "datapackage.json":
            raise KeyboardInterrupt
        return replace(self, target)

    before = files(ledger.root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        assert run(ledger.root, LATER).exit_code == 1
    assert list(changed(before, files(ledger.root))) == ["data/tiers.csv"]
    assert files(ledger.root).keys() == before.keys()
    result = run(ledger.root, LATER)
    assert (result.exit_code, result.stdout) == (0, f"as_of: {AS_OF} -> {LATER}\n")
    assert check(ledger.open(), rules=["EVT002", "STL002"]).clean
