"""Build the release from the tables: ``python -m scripts.build``.

The same commit gives the same bytes (of the database: for one SQLite version). The old output stays whole until the
new one takes its place in one step.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from scripts.catalogue import write_catalogue
from scripts.check import check
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.database import DATABASE, write_database
from scripts.dataset import CannotRunError, Dataset, open_dataset
from scripts.documents import write_documents
from scripts.feeds import write_feeds
from scripts.manifest import write_manifest
from scripts.output import replacing
from scripts.report import Report, as_text


def build(root: Path, out: Path, *, allow_findings: bool = False) -> Report:
    """Build the release of the dataset below `root` and put it in the place of `out`.

    Returns the report of the check. With findings nothing is built, unless `allow_findings`; then the manifest counts
    them. Raises CannotRunError where the dataset cannot be read or built at all.
    """
    dataset = open_dataset(root)
    report = check(dataset)
    if not report.clean and not allow_findings:
        return report
    if not all(table.readable for table in dataset.tables):
        raise CannotRunError("a file cannot be read, so nothing can be built. Run the check and mend what it finds.")
    with replacing(out) as staging:
        write_release(dataset, report, staging)
        write_catalogue(dataset, staging)
        write_manifest(dataset, staging, findings=len(report.findings))
    return report


def write_release(dataset: Dataset, report: Report, folder: Path, changes: Mapping[str, Any] | None = None) -> None:
    """Write into `folder` what every release holds: the database, the JSON documents and the feeds.

    The database says what the check found. With the document of the changes since the last release, the feeds mark
    what was corrected.

    Raises CannotRunError where the data break a constraint of the database.
    """
    write_database(dataset, folder / DATABASE, _found(report))
    write_documents(folder / DATABASE, folder / "json")
    write_feeds(folder / DATABASE, folder / "feeds", changes)


def _found(report: Report) -> dict[str, int | None]:
    """Return how much each rule found; a rule that did not run is absent."""
    return {rule: sum(finding.rule == rule for finding in report.findings) for rule in report.rules_run}


@click.command(context_settings=CONTEXT)
@root_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("dist"),
    show_default=True,
    help="Folder to put the release in.",
)
@click.option("--allow-findings", is_flag=True, help="Build even if the check finds something; the manifest says so.")
@reports_mistakes
def main(*, root: Path, out: Path, allow_findings: bool) -> None:
    """Check the dataset and build the release: the database, the JSON documents, the feeds, catalogues, the manifest.

    Exit code 0: built. 1: the check found something and nothing was built. 2: cannot run.

    Example: python -m scripts.build --out dist
    """
    report = build(root, out, allow_findings=allow_findings)
    if not report.clean:
        click.echo(as_text(report), err=True)
        if not allow_findings:
            click.echo(f"nothing was built; {out} is as it was", err=True)
            sys.exit(1)
    click.echo(f"built {out} as of {report.as_of}")


if __name__ == "__main__":
    main()
