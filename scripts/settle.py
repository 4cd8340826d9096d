"""Move the dataset to a later day and carry the events that fell due: ``python -m scripts.settle DATE``."""

import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from scripts.check import check
from scripts.cli import CONTEXT, day, reports_mistakes, root_option
from scripts.dataset import DESCRIPTOR, CannotRunError, Dataset, canonical, open_dataset
from scripts.edit import replace_texts, with_value
from scripts.engine import Engine
from scripts.github import from_environment, plain
from scripts.proposal import PREFIX, Proposal, propose, standing
from scripts.report import as_text

# What must hold before a fold can be believed: rows are whole, ids stand and stand once, dates and values are legal,
# sources are known.
NEEDED = ("EVT005", "FMT003", "FMT004", "FMT005", "KEY001", "SHP005", "SRC001", "VAL005")

# GitHub starts no workflow for what a workflow opened, so that none can set off the next.
CHECK_IT = "\nRead the documents again before you merge. To have this checked, close it and open it again."

# The value of every claim on a day, with the events it rests on, those that brought it about first.
STATE = """
    select h.tier_id, h.field, h.value, e.event_id, e.effective_on
    from history h
    join readings r on r.tier_id = h.tier_id and r.field = h.field and r.day = h.valid_from
    join events e on e.event_id = r.event_id
    where h.valid_from <= $day and (h.valid_to is null or h.valid_to > $day)
        and (r.value = h.value or h.value = 'conflicting')
    order by h.tier_id, h.field, r.said_on desc, e.line
"""


@dataclass(frozen=True, slots=True)
class Carried:
    """A claim whose balance takes another value: since when (with the precision known), and by which events."""

    tier_id: str
    field: str
    before: str
    after: str
    since: str
    event_ids: tuple[str, ...]

    def __str__(self) -> str:
        change = f"{self.before or 'empty'} -> {self.after}"
        return f"{self.tier_id}  {self.field}: {change} (since {self.since}, {', '.join(self.event_ids)})"


def due(dataset: Dataset, on: str) -> list[Carried]:
    """Return the claims whose value on the day `on` differs from the balance; those without any event stay out."""
    engine = Engine(dataset)
    engine.need(["history", "readings"])
    tiers = {row["tier_id"]: row for row in dataset.table("tiers").rows}
    carried = []
    for (tier_id, field), group in groupby(engine.query(STATE, day=on), lambda row: (row["tier_id"], row["field"])):
        events = list(group)
        value = events[0]["value"]
        if tier_id in tiers and tiers[tier_id][field] != value:
            event_ids = tuple(event["event_id"] for event in events)
            carried.append(Carried(tier_id, field, tiers[tier_id][field], value, events[0]["effective_on"], event_ids))
    return carried


def settled(dataset: Dataset, on: str, carried: list[Carried]) -> dict[str, str]:
    """Return the files that change (path -> text): the claims carried into the balance, the day `on` in the descriptor.

    The balance comes first: killed between the two, a second run completes the work.
    """
    texts = {}
    if carried:
        table = dataset.table("tiers")
        rows = {row["tier_id"]: row for row in table.rows}
        for claim in carried:
            rows[claim.tier_id].cells[claim.field] = claim.after
        texts[table.spec.path] = canonical(table.spec, table.rows)
    if on != dataset.as_of:
        texts[DESCRIPTOR] = with_value((dataset.root / DESCRIPTOR).read_bytes().decode("utf-8"), "as_of", on)
    return texts


def _notes_needed(dataset: Dataset, carried: list[Carried]) -> list[Carried]:
    """Return what was carried and leaves open what holds, where the tier has no note that says why."""
    notes = {row["tier_id"]: row["note"] for row in dataset.table("tiers").rows}
    return [claim for claim in carried if claim.after in {"unclear", "conflicting"} and not notes[claim.tier_id]]


@click.command(context_settings=CONTEXT)
@click.argument("date")
@root_option
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@click.option("--propose", "proposing", is_flag=True, help="Where a claim changes, open a pull request; in a workflow.")
@reports_mistakes
def main(*, date: str, root: Path, dry_run: bool, proposing: bool) -> None:
    """Move the day the dataset stands at forward to DATE (YYYY-MM-DD), and carry the events that fell due.

    With the day it stands at, only the balance is brought in line with the events.

    Exit code 0: done, or nothing to do. 1: the events cannot be relied on and nothing was written. 2: cannot run.

    Example: python -m scripts.settle 2027-01-01 --dry-run
    """
    if dry_run and proposing:
        raise CannotRunError("--dry-run and --propose exclude each other. Give one of them.")
    dataset = open_dataset(root)
    on = day(date)
    if on < dataset.as_of:
        raise CannotRunError(f"the dataset stands at {dataset.as_of} and only moves forward; {on} lies before it.")
    report = check(dataset, rules=NEEDED)
    if not report.clean:
        click.echo(as_text(report), err=True)
        click.echo("nothing was written; mend these findings first", err=True)
        sys.exit(1)
    carried = due(dataset, on)
    if proposing:
        _propose(dataset, on, carried)
        return
    if not dry_run:
        replace_texts(dataset.root, settled(dataset, on, carried))
    for line in _said(dataset, on, carried, dry_run=dry_run):
        click.echo(line)


def _propose(dataset: Dataset, on: str, carried: list[Carried]) -> None:
    """Open a pull request with what fell due, unless one is open; the folder stays as it is."""
    if not carried:
        click.echo(f"no event has fallen due by {on}")
        return
    repository = from_environment()
    if other := standing(repository):
        click.echo(f"{other} is open already; merge or close it first")
        return
    lines = [f"- {plain(line)}" for line in _said(dataset, on, carried, dry_run=False)]
    text = "\n".join(["Events of the ledger have fallen due; the balance follows them.\n", *lines, CHECK_IT])
    title = f"settle: {len(carried)} claim{'' if len(carried) == 1 else 's'} fell due by {on}"
    files = settled(dataset, on, carried)
    click.echo(f"opened {propose(repository, dataset.root, Proposal(f'{PREFIX}{on}', title, text, files))}")


def _said(dataset: Dataset, on: str, carried: list[Carried], *, dry_run: bool) -> list[str]:
    if not carried and on == dataset.as_of:
        return [f"nothing to do: the balance of {on} is what the events give"]
    lines = [f"as_of: {dataset.as_of} -> {on}"] if on != dataset.as_of else []
    lines += [str(claim) for claim in carried]
    lines += [
        f"{claim.tier_id} needs a note that says why {claim.field} is {claim.after}"
        for claim in _notes_needed(dataset, carried)
    ]
    return [*lines, "nothing was written (--dry-run)"] if dry_run else lines


if __name__ == "__main__":
    main()
