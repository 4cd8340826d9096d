"""Both engines hold the same relations; what they hold is what stands in the files."""

import sys

import pytest

from scripts.dataset import CannotRunError, UnreadableTableError
from scripts.engine import DERIVED, ENGINES, Engine
from tests.conftest import Ledger


def rows(ledger: Ledger, engine: str, relation: str, columns: str = "*") -> list[tuple[object, ...]]:
    made = Engine(ledger.open(), engine)
    made.need([relation])
    return sorted(tuple(row.values()) for row in made.query(f'select {columns} from "{relation}"'))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_has_all_columns_the_line_and_null_for_an_empty_cell(ledger: Ledger, engine: str) -> None:
    ledger.add("vendors", vendor_id="zeta", name='Zeta "Z", Inc.', website="")
    assert rows(ledger, engine, "vendors") == [
        ("acme", "Acme", "https://acme.example", 2),
        ("zeta", 'Zeta "Z", Inc.', None, 3),
    ]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("table", "text", "lines"),
    [
        ("vendors", "vendor_id,name,website\na,A,x\n\nb,B,y\n", [2, 4]),
        ("vendors", 'vendor_id,name,website\na,"A\nA",x\nb,B,y', [2, 4]),
        ("vendors", "vendor_id,name,website\r\na,A,x\r\nb,B,y\r\n", [2, 3]),
        ("vendors", "\ufeffvendor_id,name,website\na,A,x\nb,B\n", [2, 3]),
        ("vendors", "vendor_id,name,website\n", []),
        ("vendors", "vendor_id,name,website\n\n", []),
    ],
)
def test_rows_keep_their_lines_however_the_file_is_written(
    ledger: Ledger, engine: str, table: str, text: str, lines: list[int]
) -> None:
    ledger.write(table, text)
    assert [line for (line,) in rows(ledger, engine, table, "line")] == lines


def test_rows_keep_their_lines_where_several_threads_read_the_file(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.engine.LONGEST_LINE", 10_000)  # the parts that threads read are a multiple of it
    lines = range(2, 100_002)
    text = "".join(f'v{line},"Acme, Inc.",https://acme.example/{line:0100}\n' for line in lines)
    ledger.write("vendors", "vendor_id,name,website\n" + text)
    made = Engine(ledger.open(), "duckdb")
    made.need(["vendors"])
    counts = "count(*) as held, count(*) filter (vendor_id <> concat('v', line)) as moved"
    assert list(made.query(f"select {counts} from vendors")) == [{"held": len(lines), "moved": 0}]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_has_one_row_per_id_and_each_id_once(ledger: Ledger, engine: str) -> None:
    ledger.set("misconceptions", "parrot-never-trains", "source_ids", "b;a;b")
    assert rows(ledger, engine, "misconception_sources") == [
        ("parrot-never-trains", "a", 2),
        ("parrot-never-trains", "b", 2),
    ]
    assert rows(ledger, engine, "redirect_targets") == [("polly", "products", "parrot", 2)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_of_nothing_is_an_empty_relation(ledger: Ledger, engine: str) -> None:
    ledger.set("redirects", "polly;products", "new_ids", "")
    assert rows(ledger, engine, "redirect_targets") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_claims_have_one_row_per_filled_claim_field(ledger: Ledger, engine: str) -> None:
    ledger.remove("tiers", "parrot-api")
    assert rows(ledger, engine, "claims") == [
        ("parrot-free", "human_review", "unspecified", 2),
        ("parrot-free", "opt_out", "setting", 2),
        ("parrot-free", "retention", "P30D", 2),
        ("parrot-free", "retention_if_training", "P5Y", 2),
        ("parrot-free", "training", "opt_out", 2),
    ]


@pytest.mark.parametrize("relation", DERIVED)
def test_what_is_made_of_relations_is_the_same_in_both_engines(ledger: Ledger, relation: str) -> None:
    first, second = (rows(ledger, engine, relation, "cast(count(*) as integer)") for engine in ENGINES)
    assert first == second
    assert first > [(0,)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_relation_that_nothing_makes_is_an_error(ledger: Ledger, engine: str) -> None:
    with pytest.raises(KeyError, match="nothing_makes_it"):
        Engine(ledger.open(), engine).need(["nothing_makes_it"])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("relation", ["vendors", "citations", "claims", "history"])
def test_a_table_that_cannot_be_read_is_an_error_every_time(ledger: Ledger, engine: str, relation: str) -> None:
    for table in ("vendors", "events", "tiers"):
        ledger.write(table, b"\xff\xfe")
    made = Engine(ledger.open(), engine)
    for _ in range(2):
        with pytest.raises(UnreadableTableError):
            made.need([relation])


def test_an_engine_that_is_not_known_is_a_mistake(ledger: Ledger) -> None:
    with pytest.raises(CannotRunError, match="there is no engine 'oracle'"):
        Engine(ledger.open(), "oracle")


def test_an_engine_that_is_not_installed_is_a_mistake(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)  # as Python itself marks a module that cannot be imported
    with pytest.raises(CannotRunError, match="DuckDB is not installed"):
        Engine(ledger.open(), "duckdb")
