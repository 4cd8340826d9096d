"""Every constraint of every Table Schema has been seen to fail: one mutated cell for each, generated from the schemas.

All mutants stand in one ledger, each in a row of its own, which is legal but for the mutated cell.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.check import check
from scripts.dataset import Row, canonical
from tests.conftest import PROJECT, Ledger, copy_ledger

Column = Mapping[str, Any]
Place = tuple[str, str]  # rule, column

TABLES = {
    resource["name"]: json.loads((PROJECT / resource["schema"]).read_text(encoding="utf-8"))
    for resource in json.loads((PROJECT / "datapackage.json").read_text(encoding="utf-8"))["resources"]
}
# What must differ in a copy of a row, so that both may stand: per key of the table, the column that is written anew.
KEYS = {
    "vendors": ("vendor_id", "name"),
    "products": ("product_id", "name"),
    "tiers": ("tier_id", "name"),
    "events": ("event_id",),
    "sources": ("source_id", "title"),
    "misconceptions": ("misconception_id", "belief"),
    "redirects": ("old_id",),
    "vocabulary": ("value", "rank"),
}
RULE_OF_RELATION = {
    "citations": "SRC001",
    "misconception_events": "SRC001",
    "misconception_sources": "SRC001",
    "redirect_targets": "KEY004",
}


def first_bad(column: Column, legal: Callable[[str], object]) -> str:
    """The first of the column's own bad examples that breaks the constraint."""
    return next(bad for bad in column["examples_bad"] if bad and not legal(bad))


def other_letters(column: Column, length: int) -> str:
    assert {"[a-z0-9]+(-[a-z0-9]+)*", "\\S(.*\\S)?"} >= {column["constraints"]["pattern"]}
    return "x" * length


# A cell that breaks the constraint and nothing else, and the rule that must say so.
MUTATIONS: Mapping[str, tuple[str, Callable[[Column, Any], str]]] = {
    "required": ("SHP002", lambda _column, _value: ""),
    "enum": ("SHP003", lambda column, value: first_bad(column, value.__contains__)),
    "pattern": ("SHP004", lambda column, value: first_bad(column, re.compile(value).fullmatch)),
    "maxLength": ("SHP004", lambda column, value: other_letters(column, value + 1)),
    "minimum": ("SHP004", lambda _column, value: str(value - 1)),
    "maximum": ("SHP004", lambda _column, value: str(value + 1)),
    "integer": ("SHP001", lambda _column, _value: "many"),
    "date": ("VAL005", lambda _column, _value: "2026-02-30"),
    "foreignKeys": ("SHP006", lambda _column, _value: "not-there"),
    "listOf": ("", lambda _column, _value: "not-there"),
}


@dataclass(frozen=True)
class Mutant:
    table: str
    column: str
    constraint: str
    rule: str
    cell: str | None  # None: the cell of the row that was copied

    def __str__(self) -> str:
        return f"{self.table}.{self.column}-{self.constraint}"


def mutants() -> Iterator[Mutant]:
    for table, schema in TABLES.items():
        foreign = {key["fields"][0] for key in schema.get("foreignKeys", [])}
        for column in schema["fields"]:
            name = column["name"]
            broken = dict(column.get("constraints", {}))
            broken |= {"integer": True} if column["type"] == "integer" else {}
            broken |= {kind: column[kind] for kind in ("date", "listOf") if kind in column}
            broken |= {"foreignKeys": True} if name in foreign else {}
            for constraint, value in broken.items():
                rule, mutate = MUTATIONS[constraint]
                if constraint == "listOf":
                    rule = RULE_OF_RELATION[value["relation"]]
                yield Mutant(table, name, constraint, rule, mutate(column, value))
        primary, *unique = KEYS[table]
        assert primary in schema["primaryKey"]
        yield Mutant(table, primary, "primaryKey", "SHP005", None)
        for key, column_name in zip(schema.get("uniqueKeys", []), unique, strict=True):
            assert column_name == key[-1]
            yield Mutant(table, column_name, "uniqueKeys", "KEY003", None)


MUTANTS = list(mutants())


def mutate(ledger: Ledger) -> dict[Mutant, int]:
    """Add a row per mutant to the ledger, and return the lines they stand on."""
    dataset = ledger.open()
    added: dict[Mutant, Row] = {}
    for spec in dataset.specs.values():
        original = dataset.table(spec.name).rows[0]
        copies = []
        for number, mutant in enumerate(it for it in MUTANTS if it.table == spec.name):
            fresh = dict.fromkeys(KEYS[spec.name], f"z-{spec.name}-{number}")
            fresh |= {"rank": str(1000 + number)} if "rank" in fresh else {}
            changed = original[mutant.column] if mutant.cell is None else mutant.cell
            row = Row(0, {**original.cells, **fresh, mutant.column: changed})
            copies.append(row)
            added[mutant] = row
        ledger.write(spec.name, canonical(spec, [*dataset.table(spec.name).rows, *copies]))
    lines = {}
    after = ledger.open()
    for mutant, row in added.items():
        same = [found.line for found in after.table(mutant.table).rows if found.cells == row.cells]
        lines[mutant] = same[-1]  # a copy that has its key from the row it was made of stands behind it
    return lines


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[Mutant, list[Place]]:
    """What the rules find on the row of each mutant."""
    ledger = copy_ledger(tmp_path_factory.mktemp("mutants"))
    lines = mutate(ledger)
    dataset = ledger.open()
    places: dict[tuple[str, int], list[Place]] = defaultdict(list)
    # Apart, because Frictionless gives way where another rule speaks of the same cell.
    for rules in (["SHP"], ["VAL005", "KEY003", "SRC001", "KEY004"]):
        for it in check(dataset, rules=rules).findings:
            places[it.file, it.line].append((it.rule, it.column))
    return {mutant: places[dataset.specs[mutant.table].path, line] for mutant, line in lines.items()}


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_constraint_is_broken_alone(mutant: Mutant, found: dict[Mutant, list[Place]]) -> None:
    places = found[mutant]
    if mutant.rule.startswith("SHP"):
        places = [place for place in places if place[0].startswith("SHP")]
    column = TABLES[mutant.table]["primaryKey"][0] if mutant.constraint == "primaryKey" else mutant.column
    assert places[0] == (mutant.rule, column)
    # What is no id is not found in another table either.
    also = {("SHP006", column)} if mutant.constraint == "pattern" else set()
    assert set(places[1:]) <= also


def test_there_is_a_mutation_for_everything_that_a_schema_may_demand() -> None:
    meta = json.loads((PROJECT / "schema" / "meta" / "table.schema.json").read_text(encoding="utf-8"))
    column = meta["properties"]["fields"]["items"]["properties"]
    assert set(column["constraints"]["properties"]) <= MUTATIONS.keys()
    assert set(column["type"]["enum"]) - {"string"} <= MUTATIONS.keys()
    assert {mutant.constraint for mutant in MUTANTS} == {*MUTATIONS, "primaryKey", "uniqueKeys"}
