"""Tables are read whole and leniently, and written in one way; rows know the line they stand on."""

import dataclasses
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.dataset import Row, canonical, earliest, is_day, list_cell, open_dataset, read_table
from scripts.reader import read
from tests.conftest import PROJECT, Ledger

SPECS = open_dataset(PROJECT).specs
VENDORS = SPECS["vendors"]
# Any text but what no file of text can hold and what ends a line elsewhere; the first column is never blank.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
IDS = st.text("abcxyz-09", min_size=1, max_size=4)


def table_of(text: str, ledger: Ledger) -> list[tuple[int, tuple[str, ...]]]:
    ledger.write("vendors", text)
    return [(row.line, tuple(row.cells.values())) for row in ledger.open().table("vendors").rows]


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(IDS, st.tuples(CELLS, CELLS), max_size=4))
def test_what_is_written_is_read_again(cells: dict[str, tuple[str, str]]) -> None:
    rows = [Row(0, dict(zip(VENDORS.columns, (key, *rest), strict=True))) for key, rest in cells.items()]
    text = canonical(VENDORS, rows)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        (Path(folder) / "data" / "vendors.csv").write_bytes(text.encode())
        table = read_table(Path(folder), VENDORS)
    assert table.faults == []
    assert [row.cells for row in table.rows] == [row.cells for row in sorted(rows, key=lambda row: row["vendor_id"])]
    assert canonical(VENDORS, table.rows) == text
    starts = [text.split("\n")[row.line - 1] for row in table.rows]
    assert all(start.startswith(row["vendor_id"]) for start, row in zip(starts, table.rows, strict=True))


def test_a_short_row_is_filled_up_and_a_long_one_cut(ledger: Ledger) -> None:
    assert table_of("vendor_id,name,website\na\nb,B,x,y,z\n", ledger) == [(2, ("a", "", "")), (3, ("b", "B", "x"))]


def test_rows_before_a_quote_that_is_never_closed_are_read(ledger: Ledger) -> None:
    assert table_of('vendor_id,name,website\na,A,x\nb,"B,y\n', ledger) == [(2, ("a", "A", "x"))]


def test_rows_below_another_header_mean_nothing(ledger: Ledger) -> None:
    assert table_of("name,vendor_id,website\nA,a,x\n", ledger) == []


def test_a_file_that_the_system_does_not_let_read_is_a_fault() -> None:
    own = Path("/proc/self")  # its memory is a plain file whose first page nobody may read
    (fault,) = read(own, own / "mem", ("a",)).faults
    assert (fault.kind, fault.detail) == ("FMT003", "the file cannot be opened (Input/output error)")


def test_folders_that_link_to_each_other_are_a_fault(ledger: Ledger) -> None:
    (ledger.root / "data").rename(ledger.root / "elsewhere")
    (ledger.root / "data").symlink_to("data")
    (fault,) = ledger.open().table("vendors").faults
    assert fault.kind == "FMT003"
    assert fault.detail


def test_a_table_is_read_once_and_on_first_use(ledger: Ledger) -> None:
    dataset = ledger.open()
    assert dataset.read_so_far == ()
    assert dataset.table("tiers") is dataset.table("tiers")
    assert [table.spec.name for table in dataset.read_so_far] == ["tiers"]
    assert [table.spec.name for table in dataset.tables] == list(dataset.specs)


def test_a_column_is_found_by_its_name() -> None:
    assert SPECS["tiers"].field("retention").claim
    assert SPECS["tiers"].claims[0] == "training"
    with pytest.raises(KeyError, match="tiers has no column price"):
        SPECS["tiers"].field("price")


def test_a_column_knows_all_that_its_schema_says() -> None:
    assert dataclasses.asdict(SPECS["events"].field("source_ids"))["list_of"] == {
        "relation": "citations",
        "resource": "sources",
        "field": "source_id",
    }
    days = SPECS["tiers"].field("review_days")
    assert (days.type, days.required, days.minimum, days.maximum) == ("integer", True, 7, 730)
    assert SPECS["tiers"].field("verified_on").date == "day"
    assert SPECS["vendors"].field("name").max_length == 200


def test_labels_are_those_of_the_vocabulary(ledger: Ledger) -> None:
    ledger.set("vocabulary", "tiers.training;no", "label", "Never")
    assert ledger.open().labels["tiers.training", "no"] == "Never"


@pytest.mark.parametrize(
    ("date", "day"),
    [("", ""), ("2025", "2025-01-01"), ("2025-08", "2025-08-01"), ("2025-08-28", "2025-08-28")],
)
def test_the_earliest_day_a_date_can_mean(date: str, day: str) -> None:
    assert earliest(date) == day


@pytest.mark.parametrize("text", ["2025-02-30", "2025-2-3", "20250203", "2025-W05-1", "2025-02", "", None, 20250203])
def test_what_is_not_a_day(text: object) -> None:
    assert not is_day(text)
    assert is_day("2024-02-29")


def test_a_list_cell_holds_ids_or_none() -> None:
    assert list_cell("") == []
    assert list_cell("a") == ["a"]
    assert list_cell("a;b") == ["a", "b"]


def test_some_faults_forbid_to_write_the_file_anew(ledger: Ledger) -> None:
    def obstacles(text: str) -> list[str]:
        ledger.write("vendors", text)
        return [fault.kind for fault in ledger.open().table("vendors").obstacles]

    assert obstacles("\ufeffvendor_id,name,website\r\n\r\na,A,x\r\n") == []
    assert obstacles("vendor_id,name,website\na,A\nb,B,y,z\n") == ["FMT005", "FMT005"]
    assert obstacles("vendor_id,name\na,A\n") == ["FMT004"]
    assert obstacles('vendor_id,name,website\n"a,A,x\n') == ["FMT003"]
