"""`fix` brings every table into its one form, mends what rules can mend, and loses nothing."""

import csv
import errno
import io
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rules
from rules import Context, all_rules
from scripts import fix
from scripts.dataset import canonical, open_dataset
from scripts.engine import Engine
from tests.conftest import Ledger, copy_ledger

RULE = """-- title: websites end in a slash
-- why: -
-- fix: -
-- bad: -
-- good: -
-- severity: error
-- reads: vendors, sources
-- run: always
-- mends: yes

select 'data/vendors.csv' as file, line, 'website' as "column", vendor_id as key, 'no slash' as detail,
       website || '/' as expected
from vendors
"""


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(fix.main, ["--root", str(root), *arguments])


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def line(cells: list[str], quoting: Literal[0, 1], end: str) -> str:
    """One row as CSV. The writer quotes a lone CR in a cell only where CR ends its rows, so the end is exchanged."""
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator="\r\n").writerow(cells)
    return out.getvalue()[:-2] + end


def messy(text: str) -> bytes:
    """The table `text` as a spreadsheet would save it, the rows upside down."""
    header, *rows = csv.reader(io.StringIO(text))
    return ("\ufeff" + "".join(line(cells, csv.QUOTE_ALL, "\r\n") for cells in [header, *reversed(rows)])).encode()


def test_leaves_a_canonical_ledger_alone(ledger: Ledger) -> None:
    before = files(ledger.root)
    result = run(ledger.root)
    assert (result.exit_code, result.output) == (0, "nothing to fix\n")
    assert files(ledger.root) == before


def test_takes_back_what_a_spreadsheet_did(ledger: Ledger) -> None:
    before = files(ledger.root)
    for table in ("tiers", "events", "vocabulary"):
        ledger.write(table, messy(ledger.text(table)))
    result = run(ledger.root)
    assert result.exit_code == 0
    assert result.stdout == (
        "data/tiers.csv: written in canonical form\n"
        "data/events.csv: written in canonical form\n"
        "schema/vocabulary.csv: written in canonical form\n"
    )
    assert files(ledger.root) == before


def test_drops_blank_lines_and_ends_the_last_line(ledger: Ledger) -> None:
    wanted = ledger.text("tiers")
    header, first, second = wanted.splitlines()
    ledger.write("tiers", f"{header}\n\n{first}\n{',' * 16}\n  \n{', ' * 16}\n{second}")
    assert run(ledger.root).exit_code == 0
    assert ledger.text("tiers") == wanted


def test_strips_the_edges_of_cells_and_makes_addresses_canonical(ledger: Ledger) -> None:
    wanted = ledger.text("sources")
    ledger.set("sources", "acme-privacy-2025", "title", " Privacy Policy\u00a0")
    ledger.set("sources", "acme-privacy-2025", "url", " https://ACME.example/privacy?utm_source=x")
    result = run(ledger.root)
    assert result.stdout == "data/sources.csv: mended title (1), url (1)\n"
    assert ledger.text("sources") == wanted


def test_fills_the_ids_of_events_and_numbers_those_that_are_taken(ledger: Ledger) -> None:
    taken = "parrot-free-training-2025-09-28"
    ledger.add("redirects", old_id=f"{taken}-3", table="events", kind="withdrawn", date="2026-01-01", reason="Wrong.")
    ledger.add("redirects", old_id=f"{taken}-4", table="tiers", kind="withdrawn", date="2026-01-01", reason="Wrong.")
    event = {"product_id": "parrot", "tier_id": " parrot-free", "field": "training", "effective_on": "2025-09-28"}
    ledger.add("events", **event, value="opt_out")
    ledger.add("events", **event, value="opt_in")
    ledger.add("events", product_id="parrot", kind="context", effective_on="2025-05")
    result = run(ledger.root)
    assert result.stdout == "data/events.csv: mended event_id (3), tier_id (2)\n"
    ids = [row["event_id"] for row in ledger.open().table("events").rows]
    assert {f"{taken}-2", f"{taken}-4", "parrot-context-2025-05"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert ids == sorted(ids)


def test_makes_no_id_of_cells_that_are_wrong(ledger: Ledger) -> None:
    ledger.add("events", product_id="parrot", tier_id="parrot-free", field="training", effective_on="next year")
    before = files(ledger.root)
    result = run(ledger.root)
    assert (result.exit_code, result.stdout) == (1, "")
    no_id, no_date = (line.removesuffix("; the cell is left as it is") for line in result.stderr.splitlines()[::2])
    assert no_id.startswith("data/events.csv:2: event_id: the event has no id yet")
    assert no_date.startswith('data/events.csv:2: effective_on: "next year" is not a date; write YYYY-MM-DD')
    assert files(ledger.root) == before


def test_keeps_an_id_that_only_had_space_around_it(ledger: Ledger) -> None:
    ledger.set("vendors", "acme", "vendor_id", " acme")
    ledger.add("vendors", vendor_id="acme", name="Other", website="https://other.example")
    run(ledger.root)
    assert [row["vendor_id"] for row in ledger.open().table("vendors").rows] == ["acme", "acme"]


@pytest.mark.parametrize(("expires_on", "kept"), [("2026-02-01", True), ("2026-01-01", False)])
def test_leaves_what_an_exception_excuses_until_it_expires(ledger: Ledger, expires_on: str, *, kept: bool) -> None:
    url = "https://acme.example/privacy?lang=en"
    ledger.set("sources", "acme-privacy-2025", "url", url)
    exceptions = ledger.root / "rules" / "exceptions.csv"
    exceptions.write_text(exceptions.read_text() + f"SRC002,acme-privacy-2025,two documents,{expires_on}\n")
    assert run(ledger.root).exit_code == 0
    assert (url in ledger.text("sources")) is kept


def test_leaves_a_file_with_a_ragged_row_and_mends_the_others(ledger: Ledger) -> None:
    ragged = ledger.text("tiers").replace('"Consumer Terms, Privacy Policy"', "Consumer Terms, Privacy Policy")
    canonical_vendors = ledger.text("vendors")
    ledger.write("tiers", ragged.encode() + b"\n")
    ledger.write("vendors", messy(canonical_vendors))
    result = run(ledger.root)
    assert result.exit_code == 1
    assert result.stdout == "data/vendors.csv: written in canonical form\n"
    assert result.stderr.startswith("data/tiers.csv:3: the row has 18 cells instead of 17; the file is left as it is\n")
    assert "    fix: Count the commas" in result.stderr
    assert ledger.text("tiers") == ragged + "\n"
    assert ledger.text("vendors") == canonical_vendors


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"vendor_id,name,website\nacme,Acm\xe9,https://acme.example\n", "data/vendors.csv:2: byte 0xe9"),
        (b"vendor_id;name;site\nacme;Acme;https://acme.example\n", "data/vendors.csv:1: the columns are separated"),
        (b'vendor_id,name,website\nacme,"Acme,https://acme.example\n', "data/vendors.csv:2: a quote"),
        (b"", "data/vendors.csv:1: the file is empty"),
    ],
)
def test_leaves_a_file_it_cannot_read(ledger: Ledger, content: bytes, said: str) -> None:
    ledger.write("vendors", content)
    result = run(ledger.root)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert ledger.path("vendors").read_bytes() == content


def test_leaves_a_link_in_the_place_of_a_table(ledger: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.csv"
    ledger.path("vendors").rename(target)
    ledger.path("vendors").symlink_to(target)
    result = run(ledger.root)
    assert result.exit_code == 1
    assert "data/vendors.csv:1: this is a symbolic link" in result.stderr
    assert ledger.path("vendors").is_symlink()


def test_a_dry_run_writes_nothing_and_prints_a_patch_that_does_the_same(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("sources", "tattler-2025-06", "note", "Only the opening\u2028part was seen.")
    ledger.set("sources", "acme-privacy-2025", "note", " Read twice. ")
    ledger.write("tiers", messy(ledger.text("tiers"))[:-2])
    ledger.write("products", ledger.text("products")[:-1])
    ledger.write("vendors", ledger.text("vendors").encode("utf-8-sig"))
    before = files(ledger.root)
    patch = tmp_path / "patch"
    result = CliRunner().invoke(fix.main, ["--root", str(ledger.root), "--dry-run"])
    patch.write_bytes(result.stdout_bytes)
    assert result.exit_code == 1
    assert files(ledger.root) == before
    assert "data/sources.csv: mended note (1)\n" in result.stderr

    assert "data/sources.csv:7: note: the cell holds a line or paragraph separator" in result.stderr
    assert run(ledger.root).exit_code == 1
    mended = files(ledger.root)
    for name, content in before.items():
        (ledger.root / name).write_bytes(content)
    subprocess.run(["git", "apply", "-p0", str(patch)], cwd=ledger.root, check=True, capture_output=True)
    assert files(ledger.root) == mended


def test_a_dry_run_with_nothing_to_do_prints_no_patch(ledger: Ledger) -> None:
    result = run(ledger.root, "--dry-run")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing to fix\n")


def test_a_folder_without_a_dataset_is_said_in_a_sentence(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: datapackage.json:1: there is no such file")


def test_nothing_is_written_where_one_file_cannot_be(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in ("vendors", "tiers"):
        ledger.write(table, messy(ledger.text(table)))
    before = files(ledger.root)
    written: list[int] = []

    def full_at_the_second(file: int) -> None:
        written.append(file)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    result = run(ledger.root)
    assert result.exit_code == 2
    assert "error: data/tiers.csv: cannot be written (No space left on device)" in result.stderr
    assert files(ledger.root) == before


def test_a_written_file_keeps_its_permissions(ledger: Ledger) -> None:
    ledger.path("vendors").chmod(0o640)
    ledger.write("vendors", messy(ledger.text("vendors")))
    run(ledger.root)
    assert ledger.path("vendors").stat().st_mode & 0o777 == 0o640


@pytest.fixture
def slash_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more rule, in a file: websites end in a slash. It mends any number of them, and is never content."""
    family = tmp_path / "rules" / "new"
    family.mkdir(parents=True)
    (family / "NEW001_websites_end_in_a_slash.sql").write_text(RULE)
    monkeypatch.setattr(fix, "all_rules", lambda: (*rules.all_rules(), *rules.all_rules(tmp_path / "rules")))


@pytest.mark.usefixtures("slash_rule")
def test_a_new_rule_that_knows_the_mend_needs_no_change_here(ledger: Ledger) -> None:
    assert run(ledger.root).stdout == "data/vendors.csv: mended website (1)\n"
    assert "https://acme.example/\n" in ledger.text("vendors")


@pytest.mark.usefixtures("slash_rule")
def test_two_rules_mend_one_cell_one_after_the_other(ledger: Ledger) -> None:
    ledger.set("vendors", "acme", "website", "https://acme.example ")
    assert run(ledger.root).stdout == "data/vendors.csv: mended website (1)\n"
    assert "https://acme.example/\n" in ledger.text("vendors")


@pytest.mark.usefixtures("slash_rule")
def test_a_rule_is_silent_where_a_table_it_needs_cannot_be_read(ledger: Ledger) -> None:
    ledger.set("vendors", "acme", "name", "Acme ")
    ledger.write("sources", b"")
    result = run(ledger.root)
    assert result.exit_code == 1
    assert result.stdout == "data/vendors.csv: mended name (1)\n"


def test_a_cell_with_a_carriage_return_is_neither_split_nor_lost(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-api", "note", "one\rtwo\r\nthree\nfour")
    ledger.write("tiers", ledger.path("tiers").read_bytes().replace(b"parrot-free,parrot", b' parrot-free,"parrot"'))
    assert run(ledger.root).stdout == "data/tiers.csv: written in canonical form; mended tier_id (1)\n"
    rows = {row["tier_id"]: row["note"] for row in ledger.open().table("tiers").rows}
    assert rows == {"parrot-api": "one\rtwo\r\nthree\nfour", "parrot-free": ""}


CELLS = st.text(st.sampled_from("aZ -\u00a0\t\u2028\u200b,;\"'=\r\né"), max_size=6)
FORMS = st.tuples(
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", ",,,\n", "  \n"]),
)


@settings(max_examples=25, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11), CELLS), max_size=6),
    upside_down=st.booleans(),
    form=FORMS,
)
@example(edits=[], upside_down=False, form=("", csv.QUOTE_MINIMAL, "\n", ""))
def test_any_readable_table_is_mended_at_once_and_keeps_its_words(
    edits: list[tuple[int, int, str]], *, upside_down: bool, form: tuple[str, Literal[0, 1], str, str]
) -> None:
    mark, quoting, end, blank = form
    with tempfile.TemporaryDirectory() as folder:
        ledger = copy_ledger(Path(folder))
        header, *rows = csv.reader(io.StringIO(ledger.text("sources")))
        for row, column, cell in edits:
            rows[row][column] = cell
        if upside_down:
            rows.reverse()
        ledger.write("sources", mark + "".join(line(cells, quoting, end) for cells in [header, *rows]) + blank)
        words = Counter(word for row in rows for cell in row for word in cell.split())
        to_mend = _mendable(ledger.root)

        first = run(ledger.root)
        after = files(ledger.root)
        second = run(ledger.root)

        left = first.stderr != ""
        assert first.exit_code == int(left), first.output
        assert (first.stdout in ("", "nothing to fix\n")) is not to_mend
        assert (second.exit_code, second.stdout) == (int(left), "" if left else "nothing to fix\n")
        assert files(ledger.root) == after
        table = ledger.open().table("sources")
        assert ledger.path("sources").read_bytes().decode() == canonical(table.spec, table.rows)
        assert Counter(word for row in table.rows for cell in row.cells.values() for word in cell.split()) == words


def _mendable(root: Path) -> bool:
    """Whether a rule that `fix` mends finds what it can mend: a file to write anew, or a cell with its right text."""
    dataset = open_dataset(root)
    context, engine = Context(dataset, dataset.as_of), Engine(dataset)
    return any(
        place.expected is not None or not place.column
        for rule in all_rules()
        if rule.mends
        for place in rule.find(context, engine)
    )
