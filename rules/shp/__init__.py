"""Rules on shape: what Frictionless finds, in our words.

Frictionless runs once per dataset; each rule of the family takes its share of the errors. It runs only where all tables
can be read: what is wrong with files as files is left to the family FMT, which says it with line and remedy.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rules import Place
from scripts.dataset import DESCRIPTOR
from scripts.locate import line_of

if TYPE_CHECKING:
    from scripts.dataset import Dataset, Field, Table

# Frictionless stops after this many errors in a table; SHP007 says so where it happens.
LIMIT = 10_000
# More examples of a column than these would not help.
EXAMPLES = 3

# The kind of an error after which a table has not been looked at.
WHOLE = "whole"
# What Frictionless adds where the cells of an id are empty; SHP002 has said so.
NO_KEY = 'cells composing the primary keys are all "None"'
# The rule that speaks of an error of Frictionless, by its type or the name of the constraint that does not hold.
RULE_OF = {
    "required": "SHP002",
    "enum": "SHP003",
    "pattern": "SHP004",
    "maxLength": "SHP004",
    "minimum": "SHP004",
    "maximum": "SHP004",
    "primary-key": "SHP005",
    "foreign-key": "SHP006",
}
# What FMT005 says of rows with too few or too many cells, FMT008 of blank lines and SHP001 of numbers. Tables that
# cannot be read, or whose header is another, do not come here.
SAID_ELSEWHERE = {"missing-cell", "extra-cell", "blank-row", "type-error"}


def places(dataset: "Dataset", rule: str) -> Iterator[Place]:
    """Yield the places that Frictionless reports and that belong to `rule`.

    What keeps Frictionless from looking at a table belongs to every rule, for none of them has been checked.
    """
    for kind, place in _report(_Once(dataset)):
        if kind == WHOLE or RULE_OF.get(kind, "SHP007") == rule:
            yield place


class _Once:
    """A dataset as a key of the cache: one report per object."""

    def __init__(self, dataset: "Dataset") -> None:
        self.dataset = dataset

    def __hash__(self) -> int:
        return id(self.dataset)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.dataset is self.dataset


@lru_cache(maxsize=1)
def _report(once: _Once) -> tuple[tuple[str, Place], ...]:
    from frictionless import FrictionlessException, Package, system  # noqa: PLC0415 only this family needs half a second

    dataset = once.dataset
    try:
        with system.use_context(trusted=False):
            package = Package(dataset.descriptor, basepath=str(dataset.root))
            report = package.validate(limit_errors=LIMIT)
    except FrictionlessException as exception:
        reasons = exception.reasons or [exception.error]
        return tuple((WHOLE, Place(DESCRIPTOR, 1, "", "", reason.message)) for reason in reasons)
    found = [(WHOLE, Place(DESCRIPTOR, 1, "", "", error.message)) for error in report.errors]
    for task in report.tasks:
        table = dataset.table(task.name)
        records = _records(table)
        errors = [error for error in task.errors if error.type not in SAID_ELSEWHERE and error.note != NO_KEY]
        found += [_place(dataset, table, records, error) for error in errors]
        if len(task.errors) >= LIMIT:
            detail = f"Frictionless stopped after {LIMIT:,} errors; there may be more"
            found.append(("other", Place(table.spec.path, 1, "", "", detail)))
    return tuple(found)


def _records(table: "Table") -> list[tuple[int, str]]:
    """Return line and key of each record as Frictionless counts them: the header, the rows and the blank lines."""
    blank = [(fault.line, "") for fault in table.faults if fault.kind == "FMT008"]
    return sorted([(1, ""), *blank, *((row.line, table.key(row)) for row in table.rows)])


def _place(dataset: "Dataset", table: "Table", records: list[tuple[int, str]], error: Any) -> tuple[str, Place]:  # noqa: ANN401 errors of Frictionless have no common type
    if not hasattr(error, "row_number"):
        number = list(dataset.specs).index(table.spec.name)
        line = line_of(dataset.descriptor_text, ["resources", number, "path"])
        return WHOLE, Place(DESCRIPTOR, line, "", "", error.message)
    kind, column = error.type, getattr(error, "field_name", "")
    line, key = records[error.row_number - 1]
    if kind == "primary-key":
        column = table.spec.primary_key[0]
        other, _ = records[int(error.note.split()[-1]) - 1]
        detail = f'the id "{key}" stands in line {other} too'
    elif kind == "foreign-key":
        column = error.field_names[0]
        detail = f'there is no "{error.field_cells[0]}" in {dataset.specs[error.reference_name].path}'
    elif kind == "constraint-error":
        kind = error.note.split('"')[1]
        detail = _constraint(kind, table.spec.field(column), error.cell) or error.message
    else:
        detail = error.message
    return kind, Place(table.spec.path, line, column, key, detail)


def _constraint(name: str, field: "Field", cell: str) -> str:
    """Say how a cell breaks the constraint `name` of its column; '' for a constraint this project does not use."""
    examples = ", ".join(field.examples[:EXAMPLES])
    return {
        "required": "the cell is empty",
        "enum": f'"{cell}" is not one of the codes of this column: {", ".join(field.enum)}',
        "pattern": f'"{cell}" is not written as this column wants it, for example: {examples}',
        "maxLength": f"the cell has {len(cell)} characters; the limit is {field.max_length}",
        "minimum": f"{cell} is less than {field.minimum}, the least this column allows",
        "maximum": f"{cell} is more than {field.maximum}, the most this column allows",
    }.get(name, "")
