"""Build the release from the tables: ``python -m scripts.build``.

The same commit gives the same bytes (of the database: for one SQLite version). The old output stays whole until the
new one takes its place in one step.
"""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from scripts.check import check
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.database import DATABASE, content_digest, write_database
from scripts.dataset import CannotRunError, Dataset, open_dataset
from scripts.documents import write_documents
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
        write_database(dataset, staging / DATABASE, _found(report))
        write_documents(staging / DATABASE, staging / "json")
        manifest = _manifest(dataset, staging / DATABASE, report)
        (staging / "manifest.json").write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return report


def _found(report: Report) -> dict[str, int | None]:
    """Return how much each rule found; a rule that did not run is absent."""
    return {rule: sum(finding.rule == rule for finding in report.findings) for rule in report.rules_run}


def _manifest(dataset: Dataset, database: Path, report: Report) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        digest = content_digest(connection)
    finally:
        connection.close()
    commit, modified = _commit(dataset.root)
    return {
        "$schema": "json/schema/manifest.schema.json",
        "name": dataset.descriptor["name"],
        "version": dataset.descriptor["version"],
        "schema_version": dataset.descriptor["schema_version"],
        "as_of": dataset.as_of,
        "commit": commit,
        "modified": modified,
        "findings": len(report.findings),
        "content_sha256": digest,
        "sqlite_version": sqlite3.sqlite_version,
        "counts": {table.spec.name: len(table.rows) for table in dataset.tables},
    }


def _commit(root: Path) -> tuple[str | None, bool]:
    """Return the commit that `root` is checked out at, and whether files differ from it; (None, True) outside Git."""
    head = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", ".")
    return (None, True) if head is None or changes is None else (head, bool(changes))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607 fixed words
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


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
    """Check the dataset and build the release: the database, the JSON documents, the manifest.

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
