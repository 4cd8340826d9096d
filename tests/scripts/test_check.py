"""`check` as its users meet it: bad input of every kind ends in a finding or a sentence, and never in a pass."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scripts import check
from scripts.engine import ENGINES
from tests.conftest import PROJECT, Ledger

Place = tuple[str, str, int, str]  # rule, file, line, column
VENDORS = "data/vendors.csv"
HEADER = "vendor_id,name,website\n"
ACME = "acme,Acme,https://acme.example\n"
MEGABYTES_20 = "x" * 20_000_000


@dataclass(frozen=True)
class Bad:
    """An input that is wrong, what the check must find in it, and a rule that must not pass over it alone."""

    name: str
    spoil: Callable[[Ledger], None]
    found: tuple[Place, ...]
    alone: str


def content(name: str, text: str | bytes, rule: str, line: int, column: str = "") -> Bad:
    """The file of the vendors with another content; KEY004 reads it, and is not about it."""
    return Bad(name, lambda ledger: ledger.write("vendors", text), ((rule, VENDORS, line, column),), "KEY004")


def cell(name: str, table: str, key: str, column: str, value: str, rule: str, line: int) -> Bad:
    place = (rule, f"data/{table}.csv", line, column)
    return Bad(name, lambda ledger: ledger.set(table, key, column, value), (place,), rule)


def link_out(ledger: Ledger) -> None:
    outside = ledger.root.parent / "vendors.csv"
    ledger.path("vendors").rename(outside)
    ledger.path("vendors").symlink_to(outside)


def link_folder(ledger: Ledger) -> None:
    outside = ledger.root.parent / "data"
    (ledger.root / "data").rename(outside)
    (ledger.root / "data").symlink_to(outside)


def folder(ledger: Ledger) -> None:
    ledger.path("vendors").unlink()
    ledger.path("vendors").mkdir()


def circle(ledger: Ledger) -> None:
    ledger.set("redirects", "polly;products", "new_ids", "poll")
    reason = "Renamed back."
    ledger.add("redirects", old_id="poll", table="products", new_ids="polly", kind="moved", date="2025-03-01", reason=reason)


def same_id(ledger: Ledger) -> None:
    ledger.add("vendors", vendor_id="acme", name="Acme Labs", website="https://labs.example")


TABLES = ("vendors", "products", "tiers", "events", "sources", "misconceptions", "redirects")
EVENT = "parrot-api-training-2025-06"

BAD = (
    content("byte order mark", "\ufeff" + HEADER + ACME, "FMT007", 1),
    content("CRLF", (HEADER + ACME).replace("\n", "\r\n"), "FMT007", 1),
    content("mixed line ends", HEADER + ACME.replace("\n", "\r\n"), "FMT007", 2),
    content("Latin-1", (HEADER + ACME.replace("Acme", "Acmé")).encode("latin-1"), "FMT003", 2),
    content("UTF-16", (HEADER + ACME).encode("utf-16"), "FMT003", 1),
    content("UTF-16 without its mark", (HEADER + ACME).encode("utf-16-le"), "FMT003", 1),
    content("semicolons", (HEADER + ACME).replace(",", ";"), "FMT004", 1),
    content("tabs", (HEADER + ACME).replace(",", "\t"), "FMT004", 1),
    content("a quote never closed", HEADER + ACME.replace("Acme", '"Acme'), "FMT003", 2),
    content("text behind a closing quote", HEADER + ACME.replace("Acme", '"Ac"me'), "FMT003", 2),
    content("a short row", HEADER + ACME + "zeta,Zeta\n", "FMT005", 3, "website"),
    content("a long row", HEADER + ACME.replace("\n", ",\n"), "FMT005", 2, "website"),
    content("a blank line", HEADER + "\n" + ACME, "FMT008", 2),
    content("a line of commas", HEADER + ACME + ",,\n", "FMT008", 3),
    content("a column twice", "vendor_id,name,name\n" + ACME, "FMT004", 1),
    content("a column missing", "vendor_id,name\nacme,Acme\n", "FMT004", 1),
    content("a column unknown", "vendor_id,name,website,country\n", "FMT004", 1),
    content("columns in another order", "name,vendor_id,website\nAcme,acme,https://acme.example\n", "FMT004", 1),
    content("column names with space", "vendor_id, name, website\n" + ACME, "FMT004", 1),
    content("no header", ACME, "FMT004", 1),
    content("an empty file", "", "FMT003", 1),
    content("nothing but a byte order mark", "\ufeff", "FMT003", 1),
    Bad("a missing file", lambda ledger: ledger.path("vendors").unlink(), (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad("a folder in place of a file", folder, (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad("a link out of the tree", link_out, (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad(
        "a folder that is a link out of the tree",
        link_folder,
        tuple(("FMT003", f"data/{table}.csv", 1, "") for table in sorted(TABLES)),
        "KEY004",
    ),
    cell("a NUL", "vendors", "acme", "name", "Ac\0me", "FMT002", 2),
    cell("a control character", "vendors", "acme", "name", "Ac\x1b[2Jme", "FMT002", 2),
    cell("a bidirectional character", "vendors", "acme", "name", "Ac\u202eme", "FMT002", 2),
    cell("a zero-width character", "vendors", "acme", "name", "Ac\u200bme", "FMT002", 2),
    cell("a formula", "vendors", "acme", "name", "=1+1", "FMT002", 2),
    cell("a cell of 20 MB", "vendors", "acme", "name", MEGABYTES_20, "FMT002", 2),
    cell("a claim of 20 MB", "tiers", "parrot-free", "dpa", MEGABYTES_20, "FMT002", 3),
    cell("a date without zeros", "sources", "acme-privacy-2025", "published_on", "2026-1-3", "VAL005", 6),
    cell("a day that does not exist", "sources", "acme-privacy-2025", "published_on", "2026-02-30", "VAL005", 6),
    cell("a month that does not exist", "sources", "acme-privacy-2025", "published_on", "2026-13", "VAL005", 6),
    cell("an id with a capital", "misconceptions", "parrot-never-trains", "misconception_id", "Never", "KEY001", 2),
    cell("an id with a look-alike", "misconceptions", "parrot-never-trains", "misconception_id", "nеver", "KEY001", 2),
    Bad("an id twice", same_id, (("SHP005", VENDORS, 3, "vendor_id"),), "SHP005"),
    cell("an address that runs a program", "vendors", "acme", "website", "javascript:alert(1)", "SRC002", 2),
    cell("an address of a file", "vendors", "acme", "website", "file:///etc/passwd", "SRC002", 2),
    cell("an address with credentials", "vendors", "acme", "website", "https://me:secret@acme.example", "SRC002", 2),
    cell("a field that does not exist", "events", EVENT, "field", "privacy", "EVT005", 7),
    cell("a value of another field", "events", EVENT, "value", "setting", "EVT005", 7),
    Bad(
        "redirects in a circle",
        circle,
        tuple(("KEY004", "data/redirects.csv", line, "new_ids") for line in (2, 3)),
        "KEY004",
    ),
)
# What else is found, because it is wrong too.
BESIDE = {
    "a claim of 20 MB": {("EVT001", "data/tiers.csv", 3, "dpa")},
    "a field that does not exist": {
        ("EVT001", "data/tiers.csv", 2, "training"),
        ("EVT005", "data/events.csv", 7, "field"),
    },
}


def run(root: Path, *options: str) -> Result:
    return CliRunner().invoke(check.main, ["--root", str(root), *options])


def findings(result: Result) -> list[dict[str, Any]]:
    assert isinstance(result.exception, SystemExit | None), result.exception
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def places(result: Result) -> list[Place]:
    return [(it["rule"], it["file"], it["line"], it["column"]) for it in findings(result)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_found_once_and_where_it_stands(bad: Bad, engine: str, ledger: Ledger) -> None:
    bad.spoil(ledger)
    result = run(ledger.root, "--engine", engine, "--format", "json")
    assert result.exit_code == 1
    assert sorted(set(places(result)) - BESIDE.get(bad.name, set())) == sorted(bad.found)
    assert len(places(result)) == len(set(places(result)))
    assert max(len(it["message"]) for it in findings(result)) <= 500


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_single_rule_does_not_pass_over_bad_input(bad: Bad, engine: str, ledger: Ledger) -> None:
    bad.spoil(ledger)
    result = run(ledger.root, "--engine", engine, "--format", "json", "--rule", bad.alone)
    assert result.exit_code == 1
    assert places(result) == sorted(bad.found, key=lambda place: (place[1], place[2]))
