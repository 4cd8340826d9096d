"""Whatever is wrong with a ledger, SQLite and DuckDB report the same of it."""

import csv
import io
import os
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules import all_rules
from scripts.check import check
from scripts.dataset import open_dataset
from scripts.engine import ENGINES
from tests.conftest import Ledger, copy_ledger

# FOLD_EXAMPLES=1000 pytest tests/fold looks further than a merge waits for, and elsewhere each time.
EXAMPLES = int(os.environ.get("FOLD_EXAMPLES", "0"))
SQL_RULES = [rule.id for rule in all_rules() if rule.path.suffix == ".sql"]
TABLES = ("events", "sources", "tiers", "products", "vendors", "misconceptions", "redirects")

LEGAL = (
    *("", "no", "conflicting", "change", "observation", "context", "training", "high", "press", "stated", "observed"),
    *("2025", "2025-06", "2025-06-31", "2027-01-01", "acme", "polly", "parrot", "parrot-api", "parrot-free", "events"),
    *("parrot-free-training-2025-09-28", "acme-privacy-2025", "acme-post-2025-08;tattler-2025-06"),
)
ILLEGAL = (
    *("soon", ";", "acme-privacy-2025;;acme-privacy-2025", 'a "quoted" word', "a, comma", "it's", "two\nlines"),
    *(" edge ", "\u00e4\u20ac\U0001f600", "\u2028", "\u00a0", "0", "NULL", "100%", "a_b", "\\", "\t"),
)
# What readers of CSV take differently: line ends, quotes, rows of nothing, a byte order mark, bytes that are no text.
BYTES = (
    *(b"\n", b",", b'"', b'""', b" ", b"\r\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff", b"x", b""),
    *(b",,,,,,,,,,,,,,,\n", b" ,,\n", b"\n\n"),
)

place = st.integers(0, 5000)
cell_edits = st.tuples(st.sampled_from(TABLES), place, place, st.sampled_from(LEGAL + ILLEGAL))
row_edits = st.tuples(st.sampled_from(TABLES), place, place, st.sampled_from(["swap", "delete", "double"]))
lengths = st.sampled_from([0, 0, 0, 1, 40, 5000])
byte_edits = st.tuples(st.sampled_from(TABLES), place, lengths, st.sampled_from(BYTES))


def edit_cell(rows: list[list[str]], row: int, column: int, cell: str) -> None:
    """Write `cell` into a row below the header."""
    rows[row][column % len(rows[row])] = cell


def edit_rows(rows: list[list[str]], row: int, other: int, what: str) -> None:
    """Swap a row with another, delete it or write it twice."""
    if what == "swap":
        other %= len(rows)
        rows[row], rows[other] = rows[other], rows[row]
    elif what == "delete":
        del rows[row]
    else:
        rows.insert(row, list(rows[row]))


def edit_tables(ledger: Ledger, edits: list[tuple[str, int, int, str]]) -> None:
    for table, row, number, what in edits:
        header, *rows = csv.reader(io.StringIO(ledger.text(table), newline=""))
        if rows:
            edit = edit_rows if what in {"swap", "delete", "double"} else edit_cell
            edit(rows, row % len(rows), number, what)
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows([header, *rows])
            ledger.write(table, out.getvalue())


def edit_bytes(ledger: Ledger, edits: list[tuple[str, int, int, bytes]]) -> None:
    """Put some bytes in the place of others, mostly of none; places are counted from the end."""
    for table, from_end, length, put in edits:
        data = ledger.path(table).read_bytes()
        start = max(len(data) - from_end, 0)
        ledger.write(table, data[:start] + put + data[start + length :])


@settings(max_examples=EXAMPLES or 25, derandomize=not EXAMPLES, deadline=None, database=None)
@given(st.lists(cell_edits | row_edits, max_size=6), st.lists(byte_edits, max_size=2))
# What this test once found: rows of nothing, cells beyond the last column, and empty cells a message is made of.
@example([], [("events", 0, 0, b",,,,,,,,,,,,,,,\n")])
@example([], [("events", 0, 0, b" ,,\n")])
@example([], [("events", 1, 0, b",,")])
@example([("sources", 0, 0, ""), ("redirects", 0, 1, ""), ("events", 3, 8, "")], [])
def test_both_engines_report_the_same(
    cells: list[tuple[str, int, int, str]], texts: list[tuple[str, int, int, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = copy_ledger(Path(folder))
        edit_tables(ledger, cells)
        edit_bytes(ledger, texts)
        first, second = (check(open_dataset(ledger.root), engine=engine, rules=SQL_RULES) for engine in ENGINES)
    assert first == second
    assert "EXC003" not in {finding.rule for finding in first.findings}
