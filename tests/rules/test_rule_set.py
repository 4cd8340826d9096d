"""What holds of the rules themselves: each explains itself, declares what it reads, and has been seen to fail."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import rules
from rules import FOLDER, HEADER, RETIRED, Context, Rule, all_rules, chosen
from scripts.check import check
from scripts.dataset import TABLES
from scripts.engine import DERIVED, ENGINES, Engine, SqliteConnection
from tests.conftest import Ledger
from tests.rules.test_cases import CASES

RULES = all_rules()
SQL_RULES = [rule for rule in RULES if rule.path.suffix == ".sql"]
PYTHON_RULES = [rule for rule in RULES if rule.path.suffix == ".py"]
# Rules that no edit of the data alone can break; they have tests of their own.
APART = {
    "EXC002": "test_exceptions.py",  # needs the findings of other rules
    "EXC003": "test_exceptions.py",  # needs a rule that crashes
    "NET001": "test_net.py",  # needs a server
    "NET002": "test_net.py",
}
SUPPORT = {"__init__.py", "lists.py", "exceptions.csv", "published_ids.csv", *(file for file, _ in DERIVED.values())}


COLUMNS = ["file", "line", "column", "key", "detail"]


def named(rule: Rule) -> str:
    return rule.id


def made_by(file: str) -> set[str]:
    return set(re.findall(r"create table (\w+)", (FOLDER / file).read_text(encoding="utf-8")))


def relations_in(sql: str) -> set[str]:
    """The relations that a statement takes rows from, but for those that it makes itself."""
    code = re.sub(r"--.*|'[^']*'", "", sql)
    own = set(re.findall(r"(\w+) as \(", code))
    return set(re.findall(r"\b(?:from|join)\s+(\w+)", code)) - own


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_explains_itself(rule: Rule) -> None:
    for part in (rule.title, rule.why, rule.fix, rule.bad, rule.good):
        assert part
        assert part == part.strip()
    assert rule.fix.endswith(".")
    assert rule.why.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.severity in {"error", "warning"}
    assert rule.run in {"always", "request"}


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_lies_where_its_id_says(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}_[a-z0-9_]+\.(sql|py)", rule.path.name)
    assert rule.path.parent == FOLDER / rule.family.lower()


def test_ids_are_unique_and_never_given_again() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert not set(ids) & RETIRED


def test_the_folder_holds_rules_and_their_support_alone() -> None:
    known = {rule.path for rule in RULES}
    others = {path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts} - known
    assert {path.name for path in others if path.parent == FOLDER} == SUPPORT
    assert {path.name for path in others if path.parent != FOLDER} == {"__init__.py"}


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_rule_has_been_seen_to_pass_and_to_fail(rule: Rule) -> None:
    if rule.id in APART:
        assert f"def test_{rule.id.lower()}_" in Path(__file__).with_name(APART[rule.id]).read_text(encoding="utf-8")
    else:
        cases = tomllib.loads((CASES / f"{rule.id}.toml").read_text(encoding="utf-8"))
        assert cases.keys() == {"pass", "fail"}
        assert cases["pass"]
        assert cases["fail"]


def test_every_file_of_cases_belongs_to_a_rule() -> None:
    assert {path.stem for path in CASES.iterdir()} == {rule.id for rule in RULES} - APART.keys()


@pytest.mark.parametrize("rule", SQL_RULES, ids=named)
def test_an_sql_rule_reads_exactly_what_it_declares(rule: Rule) -> None:
    made = {name: relation for relation, (file, _) in DERIVED.items() for name in made_by(file)}
    mentioned = relations_in(rule.path.read_text(encoding="utf-8"))
    assert {made.get(name, name) for name in mentioned} == set(rule.reads)


@pytest.mark.parametrize("rule", SQL_RULES, ids=named)
def test_an_sql_rule_selects_places(rule: Rule, ledger: Ledger) -> None:
    connection = SqliteConnection()
    engine = Engine(ledger.open())
    engine.connection = connection
    engine.need(rule.reads)
    sql = rule.path.read_text(encoding="utf-8")
    selected = connection.raw.execute(sql, {"as_of": "2026-01-15", "settled_on": "2026-01-15"}).description
    columns = [column[0] for column in selected]
    assert columns in (COLUMNS, [*COLUMNS, "expected"])


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=named)
def test_a_python_rule_reads_exactly_what_it_declares(rule: Rule, ledger: Ledger) -> None:
    dataset = ledger.open()
    (ledger.root / "data" / "sources.csv").write_text(
        ledger.text("sources").replace("https://", "http://localhost:1/"), encoding="utf-8"
    )
    list(rule.find(Context(dataset, dataset.as_of), Engine(dataset)))
    read = {table.spec.name for table in dataset.read_so_far}
    assert read == set(rule.reads) if rule.reads else read in (set(), set(TABLES))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_small_ledger_is_clean(ledger: Ledger, engine: str) -> None:
    report = check(ledger.open(), engine=engine)
    assert report.findings == ()
    assert report.rules_skipped == ()
    assert report.rules_run == tuple(rule.id for rule in RULES if rule.run == "always")


def test_only_rules_that_leave_the_machine_wait_to_be_asked_for() -> None:
    assert {rule.family for rule in RULES if rule.run == "request"} == {"NET"}
    assert "NET001" not in {rule.id for rule in chosen([])}


def test_rules_are_chosen_by_id_or_family() -> None:
    assert [rule.id for rule in chosen(["STL", "EVT002"])] == ["EVT002", "STL001", "STL002"]
    with pytest.raises(KeyError, match="EVT2"):
        chosen(["EVT2"])


HEADERS = {
    "one_line_missing": "-- title: x\n",
    "another_order": "".join(f"-- {name}: x\n" for name in reversed(HEADER)),
    "one_line_too_much": "".join(f"-- {name}: x\n" for name in (*HEADER, "author")),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_refuses_a_rule_whose_header_is_not_complete_or_not_in_order(header: str, tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    (tmp_path / "abc" / "ABC001_it_holds.sql").write_text(f"{header}\nselect 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ABC001_it_holds.sql: the header must have title, why, fix"):
        all_rules(tmp_path)


def lines_of(header: str) -> Iterator[str]:
    for name in HEADER:
        yield f"{name}: {header}"
        yield f"  goes on for {name}"


def test_a_line_of_a_header_may_go_on(tmp_path: Path) -> None:
    text = "Not part of it.\n" + "\n".join(lines_of("it")) + "\n"
    (tmp_path / "abc").mkdir()
    (tmp_path / "abc" / "ABC001_it_holds.py").write_text(f'"""\n{text}"""\n', encoding="utf-8")
    (rule,) = rules.all_rules(tmp_path)
    assert rule.title == "it goes on for title"
    assert rule.reads == ("it goes on for reads",)
    assert not rule.mends
