"""Bad input of every kind ends in a finding or a sentence, with file and line, and never in a pass or a traceback."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.engine import ENGINES
from tests.conftest import Ledger
from tests.helpers import Place, check_text, findings, places, replacing

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


def cell(name: str, row: tuple[str, int, str], column: str, value: str, rule: str) -> Bad:
    """A cell of the row given by table, line and key."""
    table, line, key = row
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
    ledger.add(
        "redirects", old_id="poll", table="products", new_ids="polly", kind="moved", date="2025-03-01", reason=reason
    )


def same_id(ledger: Ledger) -> None:
    ledger.add("vendors", vendor_id="acme", name="Acme Labs", website="https://labs.example")


TABLES = ("vendors", "products", "tiers", "events", "sources", "misconceptions", "redirects")
# Rows of the small ledger: table, line, key.
VENDOR = ("vendors", 2, "acme")
TIER = ("tiers", 3, "parrot-free")
EVENT = ("events", 7, "parrot-api-training-2025-06")
BELIEF = ("misconceptions", 2, "parrot-never-trains")
REDIRECT = ("redirects", 2, "polly;products")

BAD = (
    content("byte order mark", "\ufeff" + HEADER + ACME, "FMT007", 1),
    content("CRLF", (HEADER + ACME).replace("\n", "\r\n"), "FMT007", 1),
    content("mixed line ends", HEADER + ACME.replace("\n", "\r\n"), "FMT007", 2),
    content("Latin-1", (HEADER + ACME.replace("Acme", "Acmé")).encode("latin-1"), "FMT003", 2),
    content("UTF-16", (HEADER + ACME).encode("utf-16"), "FMT003", 1),
    content("UTF-16 without its mark", (HEADER + ACME).encode("utf-16-le"), "FMT003", 1),
    content("semicolons", (HEADER + ACME).replace(",", ";"), "FMT009", 1),
    content("tabs", (HEADER + ACME).replace(",", "\t"), "FMT009", 1),
    content("empty columns", (HEADER + ACME).replace("\n", ",,\n"), "FMT009", 1),
    Bad(
        "a cell beside the last column",
        lambda ledger: ledger.write("vendors", HEADER.replace("\n", ",\n") + ACME.replace("\n", ",x\n")),
        (("FMT005", VENDORS, 2, "website"), ("FMT009", VENDORS, 1, "")),
        "KEY004",
    ),
    Bad(
        "a row shorter than the columns that were touched",
        lambda ledger: ledger.write("vendors", HEADER.replace("\n", ",\n") + ACME),
        (("FMT005", VENDORS, 2, "website"), ("FMT009", VENDORS, 1, "")),
        "KEY004",
    ),
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
    Bad(
        "nothing but a byte order mark",
        lambda ledger: ledger.write("vendors", "\ufeff"),
        (("FMT003", VENDORS, 1, ""), ("FMT007", VENDORS, 1, "")),
        "KEY004",
    ),
    Bad("a missing file", lambda ledger: ledger.path("vendors").unlink(), (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad("a folder in place of a file", folder, (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad("a link out of the tree", link_out, (("FMT003", VENDORS, 1, ""),), "KEY004"),
    Bad(
        "a folder that is a link out of the tree",
        link_folder,
        tuple(("FMT003", f"data/{table}.csv", 1, "") for table in sorted(TABLES)),
        "KEY004",
    ),
    cell("a NUL", VENDOR, "name", "Ac\0me", "FMT002"),
    cell("a control character", VENDOR, "name", "Ac\x1b[2Jme", "FMT002"),
    cell("a bidirectional character", VENDOR, "name", "Ac\u202eme", "FMT002"),
    cell("a zero-width character", VENDOR, "name", "Ac\u200bme", "FMT002"),
    cell("a formula", VENDOR, "name", "=1+1", "FMT002"),
    cell("a cell of 20 MB", TIER, "dpa", MEGABYTES_20, "FMT002"),
    cell("a date without zeros", REDIRECT, "date", "2026-1-3", "VAL005"),
    cell("a day that does not exist", REDIRECT, "date", "2026-02-30", "VAL005"),
    cell("a month that does not exist", REDIRECT, "date", "2026-13", "VAL005"),
    cell("an id with a capital", BELIEF, "misconception_id", "Never", "KEY001"),
    cell("an id with a look-alike", BELIEF, "misconception_id", "n\u0435ver", "KEY001"),
    Bad("an id twice", same_id, (("SHP005", VENDORS, 3, "vendor_id"),), "SHP005"),
    cell("an address that runs a program", VENDOR, "website", "javascript:alert(1)", "SRC002"),
    cell("an address of a file", VENDOR, "website", "file:///etc/passwd", "SRC002"),
    cell("an address with credentials", VENDOR, "website", "https://me:secret@acme.example", "SRC002"),
    cell("a field that does not exist", EVENT, "field", "privacy", "EVT005"),
    cell("a value of another field", EVENT, "value", "setting", "EVT005"),
    Bad(
        "redirects in a circle",
        circle,
        tuple(("KEY004", "data/redirects.csv", line, "new_ids") for line in (2, 3)),
        "KEY004",
    ),
)
# What else is found, because it is wrong too.
BESIDE = {
    "a cell of 20 MB": {("EVT001", "data/tiers.csv", 3, "dpa")},
    "a field that does not exist": {
        ("EVT001", "data/tiers.csv", 2, "training"),
        ("EVT002", "data/tiers.csv", 2, "privacy"),
    },
    "a value of another field": {("EVT002", "data/tiers.csv", 2, "training")},
}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_found_once_and_where_it_stands(bad: Bad, ledger: Ledger) -> None:
    bad.spoil(ledger)
    result = check_text(ledger, "--format", "json")
    assert result.exit_code == 1
    assert sorted(set(places(result)) - BESIDE.get(bad.name, set())) == sorted(bad.found)
    assert len(places(result)) == len(set(places(result)))
    assert max(len(it["message"]) for it in findings(result)) <= 500


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_single_rule_does_not_pass_over_bad_input(bad: Bad, engine: str, ledger: Ledger) -> None:
    bad.spoil(ledger)
    result = check_text(ledger, "--engine", engine, "--format", "json", "--rule", bad.alone)
    assert result.exit_code == 1
    assert places(result)
    assert set(places(result)) <= set(bad.found)


def json_edit(edit: Callable[[Any], object]) -> Callable[[Ledger], None]:
    def spoil(ledger: Ledger) -> None:
        path = ledger.root / "datapackage.json"
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        edit(descriptor)
        path.write_text(json.dumps(descriptor, indent=2), encoding="utf-8")

    return spoil


def descriptor(old: str, new: str) -> Callable[[Ledger], None]:
    return replacing("datapackage.json", old, new)


RESTORE = "Restore it from the last commit."
RELATIVE = "is not a file inside the project. Give a path relative to this file, without '..'."
NOT_A_DAY = '"as_of" is not a day. Write it as "YYYY-MM-DD".'
# What is done, the line that must be named (or a text that ends on it), the file and what is said.
MISTAKES: dict[str, tuple[Callable[[Ledger], object], str | int, str]] = {
    "no descriptor": (
        lambda ledger: (ledger.root / "datapackage.json").unlink(),
        1,
        "datapackage.json: there is no such file",
    ),
    "a folder in its place": (
        lambda ledger: [(ledger.root / "datapackage.json").unlink(), (ledger.root / "datapackage.json").mkdir()],
        1,
        "datapackage.json: cannot be read (",
    ),
    "no JSON": (
        descriptor('"name": "does-it-train",', '"name": "does-it-train"'),
        '"id": "tag:',
        "datapackage.json: is not valid JSON",
    ),
    "JSON that never ends": (
        lambda ledger: (ledger.root / "datapackage.json").write_text("[" * 100_000, encoding="utf-8"),
        1,
        "datapackage.json: cannot be read (",
    ),
    "Latin-1": (
        lambda ledger: (ledger.root / "datapackage.json").write_bytes(b'{"title": "\xe9"}'),
        1,
        "datapackage.json: cannot be read (",
    ),
    "a list": (
        lambda ledger: (ledger.root / "datapackage.json").write_text("[]", encoding="utf-8"),
        1,
        f"datapackage.json: is not a JSON object. {RESTORE}",
    ),
    "resources that are no list": (
        json_edit(lambda it: it.update(resources={"tiers": "data/tiers.csv"})),
        1,
        'datapackage.json: has no list of "resources".',
    ),
    "no resources": (json_edit(lambda it: it.pop("resources")), 1, 'datapackage.json: has no list of "resources".'),
    "empty resources": (
        json_edit(lambda it: it.update(resources=[])),
        1,
        'datapackage.json: has no list of "resources".',
    ),
    "a resource that is text": (
        json_edit(lambda it: it["resources"].insert(0, "data/tiers.csv")),
        '"resources": [\n',
        'datapackage.json: a resource needs a "name", a "path" and a "schema", each a text.',
    ),
    "a resource without a schema": (
        json_edit(lambda it: it["resources"][0].pop("schema")),
        '"resources": [\n',
        'datapackage.json: a resource needs a "name", a "path" and a "schema", each a text.',
    ),
    "a name that is no text": (
        json_edit(lambda it: it["resources"][0].update(name=["vendors"])),
        '"resources": [\n',
        'datapackage.json: a resource needs a "name", a "path" and a "schema", each a text.',
    ),
    "a resource missing": (
        json_edit(lambda it: it["resources"].pop(2)),
        '"resources": [',
        f"datapackage.json: the resource tiers is missing. {RESTORE}",
    ),
    "a resource twice": (
        json_edit(lambda it: it["resources"].insert(0, it["resources"][0])),
        '"name": "vendors"',
        'datapackage.json: the resource "vendors" stands twice. Delete one of the two.',
    ),
    "a table outside the tree": (
        descriptor('"data/vendors.csv"', '"../vendors.csv"'),
        "../vendors.csv",
        f'datapackage.json: "../vendors.csv" {RELATIVE}',
    ),
    "a table at an absolute path": (
        descriptor('"data/vendors.csv"', '"/etc/passwd"'),
        "/etc/passwd",
        f'datapackage.json: "/etc/passwd" {RELATIVE}',
    ),
    "a table at an address": (
        descriptor('"data/vendors.csv"', '"https://acme.example/vendors.csv"'),
        "https://acme.example/vendors.csv",
        f'datapackage.json: "https://acme.example/vendors.csv" {RELATIVE}',
    ),
    "a schema outside the tree": (
        descriptor('"schema/vendors.schema.json"', '"schema/../../vendors.schema.json"'),
        "schema/../../",
        f'datapackage.json: "schema/../../vendors.schema.json" {RELATIVE}',
    ),
    "a name with a NUL": (
        descriptor('"data/vendors.csv"', '"data/ven\\u0000dors.csv"'),
        "ven\\u0000dors",
        f'datapackage.json: "data/ven\\u0000dors.csv" {RELATIVE}',
    ),
    "a schema missing": (
        lambda ledger: (ledger.root / "schema" / "vendors.schema.json").unlink(),
        1,
        "schema/vendors.schema.json: there is no such file",
    ),
    "a schema without fields": (
        replacing("schema/vendors.schema.json", '"fields"', '"columns"'),
        1,
        "schema/vendors.schema.json: is not a Table Schema of this project (KeyError: 'fields').",
    ),
    "a column that is text": (
        replacing("schema/vendors.schema.json", '"fields": [', '"fields": ["vendor_id",'),
        1,
        "schema/vendors.schema.json: is not a Table Schema of this project (",
    ),
    "a day that is a number": (
        json_edit(lambda it: it.update(as_of=2026)),
        '"as_of"',
        f"datapackage.json: {NOT_A_DAY}",
    ),
    "a day that does not exist": (descriptor("2026-01-15", "2026-02-30"), '"as_of"', f"datapackage.json: {NOT_A_DAY}"),
    "a day written otherwise": (descriptor("2026-01-15", "20260115"), '"as_of"', f"datapackage.json: {NOT_A_DAY}"),
    "no day": (json_edit(lambda it: it.pop("as_of")), 1, f"datapackage.json: {NOT_A_DAY}"),
}


def line_ending(text: str, content: str) -> int:
    """The line on which the last `text` ends."""
    return content.count("\n", 0, content.rindex(text) + len(text)) + 1


@pytest.mark.parametrize(("spoil", "where", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_what_leaves_nothing_to_check_ends_in_a_sentence(
    spoil: Callable[[Ledger], object], where: str | int, message: str, ledger: Ledger
) -> None:
    spoil(ledger)
    file, said = message.split(": ", 1)
    line = where if isinstance(where, int) else line_ending(where, (ledger.root / file).read_text(encoding="utf-8"))
    result = check_text(ledger, "--rule", "EVT002")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {file}:{line}: {said}")
    assert result.stderr.count("\n") == 1
