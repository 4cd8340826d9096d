"""Prepare a release up to its tag: ``python -m scripts.release --version 2026.11.22``."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from rules.key.KEY002_published_ids_do_not_vanish import COLUMNS, PUBLISHED
from rules.lists import read_list
from scripts.changelog import CHANGELOG, UNRELEASED, data_text, notes, released, with_data
from scripts.changes import changes_document
from scripts.check import check
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.compare import Changes, compare
from scripts.dataset import DESCRIPTOR, CannotRunError, Dataset, open_dataset
from scripts.edit import replace_texts, with_value
from scripts.entries import NOUNS
from scripts.git import git
from scripts.snapshot import Snapshot, of_dataset, open_release
from scripts.versions import number

CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Plan:
    """What is to be released: the dataset, its version, and what differs from the last release, if there was one."""

    dataset: Dataset
    version: str
    last: str
    changes: Changes | None
    changelog: str


def plan(root: Path, version: str, previous: Path | None) -> Plan:
    """Return what is to be released as `version`; `previous` is the last release as it was published.

    Raises CannotRunError where something cannot be read, or `version` is none.
    """
    if not number(version):
        raise CannotRunError(
            f"{version!r} is no version of the data. Write YYYY.MM.DD, or YYYY.MM.DD.N for the same day."
        )
    dataset = open_dataset(root)
    recorded = str(dataset.descriptor["version"])
    last = recorded if number(recorded) else ""
    changes = compare(open_release(previous), of_dataset(dataset)) if previous else None
    path = root / CHANGELOG
    return Plan(dataset, version, last, changes, path.read_text(encoding="utf-8") if path.is_file() else "")


def obstacles(plan: Plan) -> Iterator[str]:
    """Yield every reason why it cannot be released, with the remedy."""
    yield from _of_the_tree(plan.dataset)
    yield from _of_the_version(plan)
    yield from _of_the_previous(plan)
    yield from _of_the_changelog(plan)


def release(plan: Plan) -> None:
    """Write version, changelog and published ids; nothing is written unless all of it can be."""
    root, version = plan.dataset.root, plan.version
    data = data_text(changes_document(plan.changes)) if plan.changes else _first(plan.dataset)
    texts = {
        CHANGELOG: with_data(released(plan.changelog, version), version, data),
        PUBLISHED: _published(plan.dataset),
        DESCRIPTOR: with_value(plan.dataset.descriptor_text, "version", version),
    }
    if (root / CITATION).is_file():
        cited = re.sub(r"(?m)^version: .*$", f"version: {version}", (root / CITATION).read_text(encoding="utf-8"))
        texts[CITATION] = re.sub(r"(?m)^date-released: .*$", f"date-released: {plan.dataset.as_of}", cited)
    replace_texts(root, texts)


def _of_the_tree(dataset: Dataset) -> Iterator[str]:
    status = git(dataset.root, "status", "--porcelain", "--", ".")
    if status is None:
        yield "the folder is in no Git repository. A release is made of a commit: clone the repository."
    elif status:
        files = ", ".join(sorted(line[3:] for line in status.decode().splitlines()))
        yield f"files differ from the last commit: {files}. Commit or remove them."
    report = check(dataset)
    if not report.clean:
        yield f"the check has {len(report.findings)} findings. Run it, and mend what it finds."


def _of_the_version(plan: Plan) -> Iterator[str]:
    day = "-".join(plan.version.split(".")[:3])
    if day != plan.dataset.as_of:
        stands = plan.dataset.as_of.replace("-", ".")
        yield f"the data stand at {plan.dataset.as_of}, so the version begins with {stands}. Or settle {day} first."
    if plan.last and number(plan.version) <= number(plan.last):
        yield f"{plan.version} is not newer than {plan.last}, the last release. Add or raise the number at the end."


def _of_the_previous(plan: Plan) -> Iterator[str]:
    if plan.changes is None:
        if plan.last:
            yield f"what changed since {plan.last} cannot be told. Name that release, as published, with --previous."
        return
    old = plan.changes.old
    if old.version != plan.last:
        what = f"is {plan.last}" if plan.last else "there is none"
        yield f"--previous is {old.version}, but of the last release {DESCRIPTOR} says: {what}. Name that one, or none."
    step = schema_step(old, plan.changes.new)
    if step:
        yield step


def _of_the_changelog(plan: Plan) -> Iterator[str]:
    written = notes(plan.changelog, UNRELEASED)
    if written is None:
        yield f'{CHANGELOG} has no heading "## {UNRELEASED}". Restore it at the top.'
    if notes(plan.changelog, plan.version) is not None:
        yield f"{CHANGELOG} has a section {plan.version} already. Remove it, or release another version."
    if plan.changes and not plan.changes.entries and not written:
        yield f"nothing changed since {plan.last}, neither in the data nor in what {CHANGELOG} says of schema and code."
    if plan.changes and plan.changes.old.schema_version != plan.changes.new.schema_version and not written:
        yield f"the schema has a new version. Say under {UNRELEASED} in {CHANGELOG} what consumers have to do."


def schema_step(old: Snapshot, new: Snapshot) -> str:
    """Say why the schema version of the new state is too low for what changed in tables, columns and codes; or ''."""
    before, after = ({*state.titles, *state.labels} for state in (old, new))
    gone, come = sorted(before - after), sorted(after - before)
    was, is_ = (tuple(map(int, state.schema_version.split("."))) for state in (old, new))
    if gone and is_[0] <= was[0]:
        names = ", ".join(" ".join(name) for name in gone)
        return f"the schema lost {names}: raise MAJOR of schema_version, {old.schema_version}, in {DESCRIPTOR}."
    if is_ < was or (come and is_ == was):
        names = ", ".join(" ".join(name) for name in come) or "a version"
        return f"the schema gained {names}: raise MINOR of schema_version, {old.schema_version}, in {DESCRIPTOR}."
    return ""


def _published(dataset: Dataset) -> str:
    """Return the list of all ids that were ever published, with those that are published now."""
    tables = dataset.specs["redirects"].field("table").enum
    ids = {(table, name) for _, (table, name) in read_list(dataset.root, PUBLISHED, COLUMNS)}
    ids |= {(table, key) for table in tables for key in dataset.table(table).keys}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *sorted(ids)])
    return out.getvalue()


def _first(dataset: Dataset) -> str:
    counts = {noun: len(dataset.table(table).rows) for table, noun in NOUNS.items()}
    words = (f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())
    return f"As of {dataset.as_of}, the first release: {', '.join(words)}."


@click.command(context_settings=CONTEXT)
@click.option(
    "--version", required=True, help="Version of the data: YYYY.MM.DD, the day it stands at, or YYYY.MM.DD.N."
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="The last release as it was published: its folder, database or zip. Left out for the first release.",
)
@root_option
@reports_mistakes
def main(*, version: str, previous: Path | None, root: Path) -> None:
    """Prepare a release up to its tag: version, changelog, published ids.

    Exit code 0: prepared. 1: something is missing, and nothing was written. 2: cannot run.

    Example: python -m scripts.release --version 2026.11.22 --previous published/does-it-train.zip
    """
    planned = plan(root, version, previous)
    reasons = list(obstacles(planned))
    for reason in reasons:
        click.echo(f"refused: {reason}", err=True)
    if reasons:
        click.echo("nothing was written", err=True)
        sys.exit(1)
    release(planned)
    count = f"{len(planned.changes.entries)} changes since {planned.last}" if planned.changes else "the first"
    click.echo(f"prepared {version}: {count}. Read the difference, then:")
    click.echo(f'  git commit --all --message "release: {version}"')
    click.echo(f'  git tag --annotate {version} --message "{version}"')


if __name__ == "__main__":
    main()
