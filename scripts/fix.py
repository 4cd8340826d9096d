"""Write the tables in canonical form and mend what rules can mend: ``python -m scripts.fix``.

There is no list of fixers: every rule marked `mends` says itself what a cell must hold (`Place.expected`), and the
canonical writer does the rest. A file that cannot be read for certain is left as it is.
"""

import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from rules import Context, Place, all_rules
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import Dataset, Row, Table, canonical, open_dataset, replace_text
from scripts.engine import Engine

# Faults of a file after which its cells cannot be told apart for certain.
UNCERTAIN = {"FMT003", "FMT004", "FMT005"}


@dataclass(frozen=True, slots=True)
class Mended:
    """A table and its text before and after."""

    path: str
    before: str
    after: str


def mend(dataset: Dataset) -> Iterator[Mended]:
    """Yield the tables that change; those with faults of the kind `UNCERTAIN` are passed over."""
    places = _expected(dataset)
    for table in dataset.tables:
        if doubts(table):
            continue
        rows = [Row(row.line, dict(row.cells)) for row in table.rows]
        _fill(table, rows, [place for place in places if place.file == table.spec.path])
        before = (dataset.root / table.spec.path).read_bytes().decode("utf-8")
        after = canonical(table.spec, rows)
        if after != before:
            yield Mended(table.spec.path, before, after)


def doubts(table: Table) -> list[tuple[int, str]]:
    """Return line and description of the faults that keep a table from being mended."""
    return [(fault.line, fault.detail) for fault in table.faults if fault.kind in UNCERTAIN]


def _expected(dataset: Dataset) -> list[Place]:
    context = Context(dataset, dataset.as_of)
    engine = Engine(dataset)
    rules = [rule for rule in all_rules() if rule.mends and rule.run == "always"]
    return [place for rule in rules for place in rule.find(context, engine) if place.expected is not None]


def _fill(table: Table, rows: list[Row], places: list[Place]) -> None:
    """Write what is expected into the cells; an id that is taken gets the next free number behind it."""
    taken = set(table.keys)
    key = table.spec.primary_key[0]
    by_line = {row.line: row for row in rows}
    for place in places:
        value = place.expected or ""
        if place.column == key:
            value = _free(value, taken)
            taken.add(value)
        by_line[place.line].cells[place.column] = value


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


@click.command(context_settings=CONTEXT)
@root_option
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
@reports_mistakes
def main(*, root: Path, dry_run: bool) -> None:
    """Write the tables in canonical form, fill the ids of events, and mend what rules can mend.

    Exit code 0: done, or nothing to do. 1: a file cannot be read for certain and was left as it is. 2: cannot run.

    Example: python -m scripts.fix --dry-run
    """
    dataset = open_dataset(root)
    for mended in list(mend(dataset)):
        if dry_run:
            lines = difflib.unified_diff(
                mended.before.splitlines(),
                mended.after.splitlines(),
                mended.path,
                f"{mended.path} (mended)",
                lineterm="",
            )
            click.echo("\n".join(lines))
        else:
            replace_text(root / mended.path, mended.after)
            click.echo(f"mended {mended.path}")
    left = [(table.spec.path, line, detail) for table in dataset.tables for line, detail in doubts(table)]
    for path, line, detail in left:
        click.echo(f"{path}:{line}: {detail}; the file is left as it is. Mend this line by hand.", err=True)
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
