"""Rules on shape: what Frictionless finds, in our words.

Frictionless runs once per dataset; each rule of the family takes its share of the errors. What Frictionless says of
files as files (bytes, header, rows) is left to the family FMT, which says it with line and remedy.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rules import Place

if TYPE_CHECKING:
    from scripts.dataset import Dataset

# Frictionless stops after this many errors in a table; SHP007 says so where it happens.
LIMIT = 10_000

# Errors on cells and rows; those of family FMT are not taken twice.
RULE_OF = {
    "type-error": "SHP001",
    "required": "SHP002",
    "enum": "SHP003",
    "pattern": "SHP004",
    "primary-key": "SHP005",
    "foreign-key": "SHP006",
}
LEFT_TO_FMT = {
    "encoding-error",
    "source-error",
    "scheme-error",
    "format-error",
    "missing-label",
    "extra-label",
    "incorrect-label",
    "duplicate-label",
    "blank-label",
    "blank-header",
    "missing-cell",
    "extra-cell",
    "blank-row",
    "byte-count",
    "hash-count",
}


def places(dataset: "Dataset", rule: str) -> Iterator[Place]:
    """Yield the places that Frictionless reports and that belong to `rule`."""
    for kind, place in _report(_Once(dataset)):
        if RULE_OF.get(kind, "SHP007") == rule:
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
    from frictionless import Package, system  # noqa: PLC0415 half a second that only this family needs

    dataset = once.dataset
    with system.use_context(trusted=False):
        package = Package(dataset.descriptor, basepath=str(dataset.root))
        report = package.validate(limit_errors=LIMIT)
    found = [("other", Place("datapackage.json", 1, "", "", error.message)) for error in report.errors]
    for task in report.tasks:
        table = dataset.table(task.name)
        keys = {row.line: table.key(row) for row in table.rows}
        found += [_place(table.spec.path, keys, error) for error in task.errors if error.type not in LEFT_TO_FMT]
        if len(task.errors) >= LIMIT:
            detail = f"Frictionless stopped after {LIMIT:,} errors; there may be more"
            found.append(("other", Place(table.spec.path, 1, "", "", detail)))
    return tuple(found)


def _place(path: str, keys: dict[int, str], error: Any) -> tuple[str, Place]:  # noqa: ANN401 errors of Frictionless have no common type
    kind = error.type
    if kind == "constraint-error":
        kind = str(error.note).split('"')[1]
        kind = kind if kind in RULE_OF else "pattern"
    line = getattr(error, "row_number", 1)
    column = getattr(error, "field_name", "")
    cell = getattr(error, "cell", "")
    detail = {
        "type-error": f'"{cell}" is not a whole number',
        "required": "the cell is empty",
        "enum": f'"{cell}" is not one of the codes of this column',
        "pattern": f'"{cell}" is not written as this column wants it ({error.note})',
        "primary-key": "the id stands in another row too, or is empty",
        "foreign-key": f"the id is not in the table it refers to ({error.note})",
    }.get(kind, error.message)
    return kind, Place(path, line, column, keys.get(line, ""), detail)
