"""Move the dataset to a later day and carry the events that fell due: ``python -m scripts.settle DATE``."""

import re
from dataclasses import dataclass
from pathlib import Path

import click

from scripts.cli import CONTEXT, day, reports_mistakes, root_option
from scripts.dataset import DESCRIPTOR, CannotRunError, Dataset, canonical, open_dataset, replace_text
from scripts.engine import Engine

# The value of every claim on a day, with the day it began on.
STATE = """
    select tier_id, field, value, valid_from
    from history
    where valid_from <= $day and (valid_to is null or valid_to > $day)
"""


@dataclass(frozen=True, slots=True, order=True)
class Carried:
    """A claim whose balance takes another value."""

    tier_id: str
    field: str
    before: str
    after: str
    since: str


def due(dataset: Dataset, on: str) -> list[Carried]:
    """Return the claims whose value on the day `on` differs from the balance; those without any event stay out.

    Raises CannotRunError where a table cannot be read.
    """
    for name in ("tiers", "events", "sources"):
        if dataset.table(name).faults:
            raise CannotRunError(f"{dataset.specs[name].path}: cannot be read for certain. Run the check and mend it.")
    engine = Engine(dataset)
    engine.need(["history"])
    rows = {row["tier_id"]: row for row in dataset.table("tiers").rows}
    carried = []
    for state in engine.query(STATE, day=on):
        tier_id, field, value = state["tier_id"], state["field"], state["value"]
        if tier_id in rows and rows[tier_id][field] != value:
            carried.append(Carried(tier_id, field, rows[tier_id][field], value, state["valid_from"]))
    return sorted(carried)


def settle(dataset: Dataset, on: str) -> list[Carried]:
    """Write the balance of the day `on`, and that day into the descriptor; return what changed.

    The tables come first: killed in between, a second run completes the work.
    """
    carried = due(dataset, on)
    table = dataset.table("tiers")
    rows = {row["tier_id"]: row for row in table.rows}
    for claim in carried:
        rows[claim.tier_id].cells[claim.field] = claim.after
    if carried:
        replace_text(dataset.root / table.spec.path, canonical(table.spec, table.rows))
    if on != dataset.as_of:
        # Only the one value changes, so that the rest of the file stays as it was typed.
        text = re.sub(r'("as_of"\s*:\s*)"[^"]*"', rf'\g<1>"{on}"', dataset.descriptor_text, count=1)
        replace_text(dataset.root / DESCRIPTOR, text)
    return carried


def notes_needed(dataset: Dataset, carried: list[Carried]) -> list[str]:
    """Return the tiers that now hold an unclear or conflicting claim and have no note."""
    notes = {row["tier_id"]: row["note"] for row in dataset.table("tiers").rows}
    open_ = {claim.tier_id for claim in carried if claim.after in {"unclear", "conflicting"}}
    return sorted(tier_id for tier_id in open_ if not notes[tier_id])


@click.command(context_settings=CONTEXT)
@click.argument("date")
@root_option
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@reports_mistakes
def main(*, date: str, root: Path, dry_run: bool) -> None:
    """Move the day the dataset stands at forward to DATE (YYYY-MM-DD), and carry the events that fell due.

    Exit code 0: done. 2: cannot run.

    Example: python -m scripts.settle 2027-01-01 --dry-run
    """
    dataset = open_dataset(root)
    later = _later(date, dataset.as_of)
    carried = due(dataset, later) if dry_run else settle(dataset, later)
    for claim in carried:
        change = f"{claim.before or 'empty'} -> {claim.after}"
        click.echo(f"{claim.tier_id}  {claim.field}: {change} (since {claim.since})")
    for tier_id in notes_needed(dataset, carried):
        click.echo(f"{tier_id}  write into its note what is unclear, or which document says what")
    count = f"{len(carried)} claim{'' if len(carried) == 1 else 's'}"
    click.echo(f"{'would move' if dry_run else 'moved'} from {dataset.as_of} to {later}, {count} carried")


def _later(text: str, as_of: str) -> str:
    later = day(text)
    if later < as_of:
        raise CannotRunError(f"the dataset stands at {as_of} and only moves forward; {later} lies before it.")
    return later


if __name__ == "__main__":
    main()
