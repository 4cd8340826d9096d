"""Add a row by answering questions or by options: ``python -m scripts.new vendor|product|tier|event|…``.

Questions, options and their help come from the Table Schemas and the vocabulary; nothing here names a column but for
the defaults and for what ids are made of.
"""

import dataclasses
import difflib
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from rules import Context, chosen
from scripts.check import check
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError, Dataset, Field, Row, Table, TableSpec, canonical, list_cell, open_dataset
from scripts.edit import replace_texts, taken_ids
from scripts.engine import Engine
from scripts.fix import mend
from scripts.report import as_text

# In the order in which a product is entered.
TABLES = {
    "vendor": "vendors",
    "product": "products",
    "tier": "tiers",
    "source": "sources",
    "event": "events",
    "misconception": "misconceptions",
    "redirect": "redirects",
}

# What an id is made of where none is given; that of an event comes from the rule on ids.
ID_PARTS: Mapping[str, tuple[str, ...]] = {
    "vendors": ("name",),
    "products": ("name",),
    "tiers": ("product_id", "name"),
    "sources": ("publisher", "title", "published_on"),
    "misconceptions": ("product_id", "belief"),
}
LONGEST_ID = 100

# Rules that judge a row by itself or against the rows beside it, and need no file.
ROW_RULES = ("EVT005", "FMT002", "KEY001", "KEY003", "SRC002", "VAL005")

VALUES = ("value_before", "value")  # columns of an event that hold values of its field

NEW = 0  # line of a row that stands in no file yet
MOST_LISTED = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A row that is not written yet, at the end of its table in memory.

    `taken` are the ids it cannot have, `given` the columns that someone filled or left empty on purpose.
    """

    dataset: Dataset
    table: Table
    row: Row
    taken: set[str]
    given: frozenset[str]

    @property
    def key(self) -> Field | None:
        """The column that holds the id of the row; None where the row is about the id of another."""
        first, *more = self.table.spec.primary_key
        return None if more else self.table.spec.field(first)

    @property
    def columns(self) -> list[Field]:
        """The columns but for the id: the kind first, because it decides what else a row must say."""
        others = [field for field in self.table.spec.fields if field != self.key]
        return sorted(others, key=lambda field: field.name != "kind")

    def faults(self, fields: Iterable[Field]) -> dict[str, str]:
        """Return what is wrong with the cells of these columns, by column."""
        broken = dict(self._broken_rules())
        faults = {field.name: self._fault(field, broken.get(field.name, "")) for field in fields}
        return {column: fault for column, fault in faults.items() if fault}

    def described_by(self, field: Field) -> tuple[str, Field]:
        """Return the table and column that say what `field` takes: of an event's values, the claim it speaks of."""
        tiers = self.dataset.specs["tiers"]
        if self.table.spec.name == "events" and field.name in VALUES and self.row["field"] in tiers.claims:
            return tiers.name, tiers.field(self.row["field"])
        return self.table.spec.name, field

    def candidates(self, field: Field) -> list[str]:
        """Return the ids a column may refer to, given what the row refers to already."""
        target = self._target(field)
        if target is None:
            return []
        ours = {key.field for key in self.table.spec.foreign_keys}
        shared = [key.field for key in target.spec.foreign_keys if key.field in ours]
        return [target.key(row) for row in target.rows if all(row[name] == self.row[name] for name in shared)]

    def follow(self) -> None:
        """Fill cells that follow from others: an event's product from its tier, its value before from the balance."""
        cells, keys = self.row.cells, self.table.spec.foreign_keys
        ours = {key.field for key in keys} - self.given
        for key in keys:
            target = self.dataset.table(key.resource)
            for row in (row for row in target.rows if row[key.reference] == cells[key.field]):
                shared = [other.field for other in target.spec.foreign_keys if other.field in ours]
                cells.update({name: row[name] for name in shared if not cells[name]})
                changed = cells["field"] if cells.get("kind") == "change" else ""
                if changed in target.spec.claims and not cells["value_before"] and "value_before" not in self.given:
                    cells["value_before"] = row[changed]

    def complete(self) -> None:
        """Mend what rules can mend, and fill the id where it can be made of other cells."""
        mend(self.dataset, {(self.table.spec.path, NEW): self.row})
        if self.key and not self.row[self.key.name]:
            parts = (self.row[column] for column in ID_PARTS.get(self.table.spec.name, ()))
            self.row.cells[self.key.name] = slug(" ".join(parts))

    def _fault(self, field: Field, broken: str) -> str:
        """Return the most telling thing that is wrong with a cell; `broken` is what a rule says of it."""
        cell = self.row[field.name]
        detail = _shape_fault(field, cell)
        if detail and (not cell or not broken):
            return f"{detail}. {field.description}{_hint(field, cell)}"
        return broken or self._reference_fault(field, cell)

    def _reference_fault(self, field: Field, cell: str) -> str:
        if field.name == self.table.spec.primary_key[0] and (key := self.table.key(self.row)) in self.taken:
            return self._taken_fault(key)
        target = self._target(field)
        if target is None:
            return ""
        known = sorted({target.key(row) for row in target.rows})
        return next((_unknown(name, known, target.spec.path) for name in list_cell(cell) if name not in known), "")

    def _taken_fault(self, cell: str) -> str:
        for row in self.table.rows:
            if row is not self.row and self.table.key(row) == cell:
                return f'"{cell}" is taken by {self.table.spec.path}:{row.line}'
        return f'"{cell}" was an id before ({self.dataset.specs["redirects"].path}) and is never given again'

    def _target(self, field: Field) -> Table | None:
        names = [key.resource for key in self.table.spec.foreign_keys if key.field == field.name]
        names += [field.list_of.resource or self.row["table"]] if field.list_of else []
        return self.dataset.table(names[0]) if names and names[0] in self.dataset.specs else None

    def _broken_rules(self) -> Iterator[tuple[str, str]]:
        context, engine = Context(self.dataset, self.dataset.as_of), Engine(self.dataset)
        for rule in chosen(ROW_RULES):
            for place in rule.find(context, engine):
                if (place.file, place.line) == (self.table.spec.path, NEW) and place.expected is None:
                    yield place.column, place.detail


def slug(text: str) -> str:
    """Return `text` as an id: lower-case letters and digits joined by hyphens, without accents; '' if none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_ID].strip("-")


def start(dataset: Dataset, name: str, given: Mapping[str, str]) -> Draft:
    """Return a draft for the table `name` with the cells given, and defaults for some others.

    Raises CannotRunError where a table cannot be read for certain.
    """
    for table in dataset.tables:
        for fault in table.obstacles:
            raise CannotRunError(f"{table.spec.path}:{fault.line}: {fault.detail}. Mend this first.")
    table = dataset.table(name)
    taken = taken_ids(dataset, name)
    said = {**_defaults(dataset), **given}
    row = Row(NEW, {column: said.get(column, "").strip() for column in table.spec.columns})
    table.rows.append(row)
    draft = Draft(dataset, table, row, taken, frozenset(given))
    draft.follow()
    return draft


def finish(draft: Draft) -> None:
    """Fill the id of a draft and hold its row to the rules. Raises CannotRunError with everything that is wrong."""
    faults = draft.faults(draft.columns)
    if not faults:
        draft.complete()
        faults = draft.faults(draft.table.spec.fields)
    if faults:
        lines = [f"\n  {_option(column)}: {fault}" for column, fault in faults.items()]
        raise CannotRunError(f"the row cannot be written:{''.join(lines)}")


def write(draft: Draft) -> None:
    """Write the table with the new row in its place, and say where it stands and what the rules say of it."""
    spec, row = draft.table.spec, draft.row
    replace_texts(draft.dataset.root, {spec.path: canonical(spec, draft.table.rows)})
    dataset = open_dataset(draft.dataset.root)
    table = dataset.table(spec.name)
    line = next(other.line for other in table.rows if table.key(other) == table.key(row))
    click.echo(f"wrote {spec.path}:{line}")
    report = check(dataset)
    ids = {table.key(row), row[spec.primary_key[0]], *(row[key.field] for key in spec.foreign_keys)} - {""}
    about = tuple(found for found in report.findings if found.key in ids)
    if about:
        click.echo("What the rules say of it, and of the rows it refers to; other rows may still be to come:")
        click.echo(as_text(dataclasses.replace(report, findings=about)))
    else:
        click.echo("no rule objects to it")


def _defaults(dataset: Dataset) -> dict[str, str]:
    """Return what a cell holds where nothing else is said. No day comes from the clock of the machine."""
    days = dict.fromkeys(("verified_on", "accessed_on", "date"), dataset.as_of)
    return {**days, "review_days": "90"}


def _shape_fault(field: Field, cell: str) -> str:
    """Say why the Table Schema does not allow this text in this column, or return ''."""
    if not cell:
        return "must be filled" if field.required else ""
    if not cell.isascii() and re.search(r"[\ud800-\udfff]", cell):
        return "holds bytes that are not UTF-8 text"
    if field.enum:
        return "" if cell in field.enum else f'"{cell}" is not one of {", ".join(field.enum)}'
    if field.type == "integer":
        return _number_fault(field, cell)
    if field.max_length is not None and len(cell) > field.max_length:
        return f"has {len(cell):,} characters; the limit is {field.max_length:,}"
    if field.pattern and not re.fullmatch(field.pattern, cell):
        return f'"{cell}" is not written as this column wants it'
    return ""


def _hint(field: Field, cell: str) -> str:
    """Return what the column takes, where the fault of the cell does not say it already."""
    if field.enum:
        return "" if cell else f" One of: {', '.join(field.enum)}"
    return f" For example: {', '.join(field.examples)}"


def _number_fault(field: Field, cell: str) -> str:
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", cell):
        return f'"{cell}" is not a whole number'
    low = field.minimum if field.minimum is not None else int(cell)
    high = field.maximum if field.maximum is not None else int(cell)
    return "" if low <= int(cell) <= high else f"{cell} does not lie between {low} and {high}"


def _unknown(name: str, known: list[str], path: str) -> str:
    near = difflib.get_close_matches(name, known, n=3)
    advice = f"did you mean {' or '.join(near)}?" if near else "add it first"
    return f'there is no "{name}" in {path}; {advice}'


def _interview(draft: Draft, given: Mapping[str, str]) -> None:
    """Ask for every column that is not given, again for every one at fault, and last for the id."""
    for field in draft.columns:
        if field.name not in given:
            _ask(draft, field)
    while faults := draft.faults(draft.columns):
        _ask_again(draft, faults)
    draft.complete()
    if draft.key and draft.key.name not in given:
        _ask(draft, draft.key)
    while faults := draft.faults(draft.table.spec.fields):
        _ask_again(draft, faults)


def _ask_again(draft: Draft, faults: Mapping[str, str]) -> None:
    for column, fault in faults.items():
        click.echo(f"{column}: {fault}")
        draft.row.cells[column] = ""
        _ask(draft, draft.table.spec.field(column))


def _ask(draft: Draft, field: Field) -> None:
    """Ask for a cell until the answer is legal."""

    def accepted(text: str) -> str:
        draft.row.cells[field.name] = text.strip()
        for fault in draft.faults([field]).values():
            raise click.UsageError(fault)
        return text.strip()

    draft.follow()
    click.echo(f"\n{field.title}: {field.description}")
    for line in _choices(draft, field):
        click.echo(f"  {line}")
    default = draft.row[field.name] or (None if field.required else "")
    hint = field.name if field.required else f"{field.name} (Enter leaves it empty)"
    click.prompt(hint, default=default, show_default=bool(default), value_proc=accepted)


def _choices(draft: Draft, field: Field) -> list[str]:
    """Return what may be answered, line by line: codes with their labels, ids, or examples."""
    table, column = draft.described_by(field)
    if column.enum:
        rows = draft.dataset.table("vocabulary").rows
        words = {row["value"]: row for row in rows if row["field"] == f"{table}.{column.name}"}
        width = max(map(len, words))
        return [f"{code:<{width}}  {words[code]['label']}. {words[code]['meaning']}" for code in column.enum]
    ids = draft.candidates(field)
    if ids and len(ids) <= MOST_LISTED:
        return [f"one of: {', '.join(ids)}"]
    return [f"for example: {', '.join(column.examples)}"]


def _option(column: str) -> str:
    return f"--{column.replace('_', '-')}"


def _column_option(dataset: Dataset, spec: TableSpec, field: Field) -> click.Option:
    metavar = "CODE" if field.enum else "DATE" if field.date else "NUMBER" if field.type == "integer" else "TEXT"
    choices = f" One of: {', '.join(field.enum)}." if field.enum else ""
    need = f" {_need(dataset, spec, field)}" if field.required else ""
    return click.Option([_option(field.name)], metavar=metavar, help=f"{field.description}{choices}{need}")


def _need(dataset: Dataset, spec: TableSpec, field: Field) -> str:
    """Say what happens where a required column is not given and nothing is asked."""
    if (field.name,) == spec.primary_key:
        return "Made of other columns where it is not given."
    default = _defaults(dataset).get(field.name)
    return f"Otherwise {default}." if default else "Must be given."


def _command(kind: str, dataset: Dataset) -> click.Command:
    """Return the command that adds a row of this kind, with an option for each column of its table."""
    spec = dataset.specs[TABLES[kind]]
    example = [
        f"{_option(field.name)} {shlex.quote(field.examples[0])}"
        for field in spec.fields
        if (field.name,) != spec.primary_key and field.name not in _defaults(dataset)
    ]
    lines = " \\\n  ".join([f"python -m scripts.new {kind} --no-input", *example])

    @click.command(
        kind,
        context_settings=CONTEXT,
        help=f"Add one {kind} to {spec.path}. {spec.description}\n\nWhat no option gives is asked for.",
        epilog=f"Example:\n\n\b\n{lines}",
    )
    @root_option
    @click.option("--no-input", is_flag=True, help="Ask nothing; what is not given stays empty or takes its default.")
    @reports_mistakes
    def command(*, root: Path, no_input: bool, **cells: str | None) -> None:
        given = {column: cell for column, cell in cells.items() if cell is not None}
        draft = start(open_dataset(root), spec.name, given)
        if not no_input:
            _interview(draft, given)
        finish(draft)
        for column, cell in draft.row.cells.items():
            click.echo(f"  {column}: {cell}")
        if not no_input:
            click.confirm(f"Write this row to {spec.path}?", default=True, abort=True)
        write(draft)

    command.params[:0] = [_column_option(dataset, spec, field) for field in spec.fields]
    return command


# Finds `--root` among the options of a command that cannot be made before, because the schemas lie there.
ROOT = root_option(
    click.Command(
        "root", add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
    )
)


class Kinds(click.Group):
    """One command per kind of row, made from the Table Schemas below its `--root`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 set by click
        """Return the kinds in the order in which a product is entered."""
        return list(TABLES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 set by click
        """Return a command that only has a name and a line of help, for the list of commands."""
        return click.Command(cmd_name, help=f"Add one {cmd_name}.") if cmd_name in TABLES else None

    @reports_mistakes
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command for the first argument, with its options."""
        near = difflib.get_close_matches(args[0], TABLES, n=1)
        if near and args[0] not in TABLES and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
        name, command, rest = super().resolve_command(ctx, args)
        if name and command:
            root = ROOT.make_context(name, list(rest)).params["root"]
            command = _command(name, open_dataset(root))
        return name, command, rest


@click.group(cls=Kinds, context_settings=CONTEXT)
def main() -> None:
    """Add a vendor, product, tier, source, event and so on: asks for each column and writes a legal row.

    Every column is also an option; see the help of each command.

    Exit code 0: written. 1: stopped, nothing was written. 2: the row is not legal, or the command cannot run.

    Example: python -m scripts.new vendor --no-input --name Anthropic --website https://www.anthropic.com
    """


if __name__ == "__main__":
    main()
