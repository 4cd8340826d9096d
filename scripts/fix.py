"""Write the tables in canonical form and mend what rules can mend: ``python -m scripts.fix``.

There is no list of fixers: every rule marked `mends` says itself what a cell must hold (`Place.expected`), and the
canonical writer does the rest. A file that cannot be read for certain is left as it is.
"""

import difflib
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from rules import Context, Place, Rule, all_rules
from rules.exc import valid_exceptions
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import Dataset, Row, UnreadableTableError, canonical, open_dataset
from scripts.edit import free_id, replace_texts, taken_ids
from scripts.engine import Engine


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A table that changes: its text before and after, whether its form changed, and the column of each mended cell."""

    path: str
    before: str
    after: str
    reformed: bool
    mended: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What was done, in one line."""
        parts = ["written in canonical form"] if self.reformed else []
        if self.mended:
            cells = (f"{column} ({number})" for column, number in sorted(Counter(self.mended).items()))
            parts.append(f"mended {', '.join(cells)}")
        return f"{self.path}: {'; '.join(parts)}"

    @property
    def diff(self) -> str:
        """The difference as a unified diff that `git apply -p0` and `patch -p0` take."""
        lines = difflib.unified_diff(_lines(self.before), _lines(self.after), self.path, self.path)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def fix(dataset: Dataset) -> list[Rewrite]:
    """Return the tables that change, in the order of the descriptor; nothing is written.

    The rows of `dataset` are mended in place. Tables with `obstacles` are passed over.
    """
    tables = [table for table in dataset.tables if not table.obstacles]
    unmended = {table.spec.name: canonical(table.spec, table.rows) for table in tables}
    cells = mend(dataset, {(table.spec.path, row.line): row for table in tables for row in table.rows})
    found = []
    for table in tables:
        path = table.spec.path
        before = (dataset.root / path).read_bytes().decode("utf-8")
        after = canonical(table.spec, table.rows)
        if after != before:
            mended = tuple(column for file, _, column in cells if file == path)
            found.append(Rewrite(path, before, after, unmended[table.spec.name] != before, mended))
    return found


def mend(dataset: Dataset, rows: Mapping[tuple[str, int], Row]) -> set[tuple[str, int, str]]:
    """Write into `rows` (by file and line) what the rules expect; return the cells by file, line and column.

    An id filled in where there was none is one that nothing else has. A mended cell can be what another rule waits for
    (an id is made of cells without space at their edges), so the rules are asked until none has anything new to say.
    """
    done: set[tuple[str, str, int, str]] = set()
    specs = {spec.path: spec for spec in dataset.specs.values()}
    taken = {spec.path: taken_ids(dataset, spec.name) for spec in dataset.specs.values()}
    while True:
        cells: dict[tuple[str, int, str], str] = {}
        for rule, place in _mendable(dataset):
            cell = (place.file, place.line, place.column)
            known = place.expected is not None and (place.file, place.line) in rows
            if known and cell not in cells and (rule.id, *cell) not in done:
                done.add((rule.id, *cell))
                cells[cell] = place.expected or ""
        if not cells:
            return {(file, line, column) for _, file, line, column in done}
        for (file, line, column), expected in cells.items():
            row, value = rows[file, line], expected
            if not row[column] and specs[file].primary_key == (column,):
                value = free_id(expected, taken[file])
                taken[file].add(value)
            row.cells[column] = value


def _mendable(dataset: Dataset) -> Iterator[tuple[Rule, Place]]:
    """Yield the places that the rules with a mend object to, but for those that an exception excuses."""
    context, engine = Context(dataset, dataset.as_of), Engine(dataset)
    excused = {(exception.rule, exception.key) for exception in valid_exceptions(dataset.root, dataset.as_of)}
    for rule in all_rules():
        if rule.mends and rule.run == "always":
            for place in _places(rule, context, engine):
                if (rule.id, place.key) not in excused:
                    yield rule, place


def _places(rule: Rule, context: Context, engine: Engine) -> Iterable[Place]:
    try:
        return list(rule.find(context, engine))
    except UnreadableTableError:
        return []


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only a line feed ends a line, as Git sees it."""
    return list(io.StringIO(text, newline="\n"))


@click.command(context_settings=CONTEXT)
@root_option
@click.option("--dry-run", is_flag=True, help="Print the difference as a patch and write nothing.")
@reports_mistakes
def main(*, root: Path, dry_run: bool) -> None:
    """Write the tables in canonical form, fill the ids of events, and mend what rules can mend.

    Exit code 0: done, or nothing to do. 1: a file or cell can be read in two ways and was left as it is. 2: cannot run.

    Example: python -m scripts.fix --dry-run
    """
    dataset = open_dataset(root)
    found = fix(dataset)
    if dry_run:
        click.echo("".join(rewrite.diff for rewrite in found), nl=False)
    else:
        replace_texts(root, {rewrite.path: rewrite.after for rewrite in found})
    for rewrite in found:
        click.echo(rewrite.summary, err=dry_run)
    left = list(_left(dataset if dry_run or not found else open_dataset(root)))
    for line in left:
        click.echo(line, err=True)
    if not found and not left:
        click.echo("nothing to fix", err=dry_run)
    sys.exit(1 if left else 0)


def _left(dataset: Dataset) -> Iterator[str]:
    """Yield what only a person can mend: files that cannot be read for certain, and cells that can mean two things."""
    remedies = {rule.id: rule.fix for rule in all_rules()}
    for table in dataset.tables:
        for fault in table.obstacles:
            yield f"{table.spec.path}:{fault.line}: {fault.detail}; the file is left as it is"
            yield f"    fix: {remedies[fault.kind]}"
    for rule, place in _mendable(dataset):
        if place.expected is None and place.column:
            yield f"{place.file}:{place.line}: {place.column}: {place.detail}; the cell is left as it is"
            yield f"    fix: {place.remedy or rule.fix}"


if __name__ == "__main__":
    main()
