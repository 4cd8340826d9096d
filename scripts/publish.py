"""Make everything that a release consists of: ``python -m scripts.publish``."""

import sys
from pathlib import Path

import click

from scripts.build import write_release
from scripts.catalogue import write_catalogue
from scripts.changes import changes_document
from scripts.check import check
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.compare import Changes, compare
from scripts.database import DATABASE
from scripts.dataset import CannotRunError, Dataset, open_dataset
from scripts.documents import write_document
from scripts.instance import write_instance
from scripts.manifest import commit_of, write_manifest
from scripts.output import replacing
from scripts.package import write_package
from scripts.parquet import write_parquet
from scripts.report import Report, as_text
from scripts.snapshot import of_dataset, open_release
from scripts.static_site import write_site


def publish(root: Path, out: Path, *, live: str = "", previous: Path | None = None) -> tuple[Report, list[str]]:
    """Make the whole release of the dataset below `root` and put it in the place of `out`.

    `previous` is the last release as it was published; what changed since goes into `json/changes.json`. `live` is
    the address of a running instance, for what the static copy of the site cannot answer. Returns the report of the
    check, with findings of which nothing is made, and the dead links of the site, in words. Raises CannotRunError
    where the release cannot be made at all.
    """
    dataset = open_dataset(root)
    report = check(dataset)
    if not report.clean:
        return report, []
    changes = changes_document(_since(dataset, previous)) if previous else None
    with replacing(out) as staging:
        write_release(dataset, report, staging, changes)
        if changes:
            write_document(staging / "json" / "changes.json", changes)
        write_package(dataset, staging)
        write_parquet(dataset, staging)
        write_catalogue(dataset, staging)
        write_manifest(dataset, staging, findings=0)
        write_instance(staging / DATABASE, staging / "instance")
        dead = write_site(staging / "instance", staging / "site", homepage=dataset.descriptor["homepage"], live=live)
    return report, dead


def _since(dataset: Dataset, previous: Path) -> Changes:
    commit, modified = commit_of(dataset.root)
    return compare(open_release(previous), of_dataset(dataset, None if modified else commit))


@click.command(context_settings=CONTEXT)
@root_option
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="Folder to publish into."
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="The last release as it was published: its folder, database or zip. Left out for the first release.",
)
@click.option("--live", default="", help="Address of a running instance, which the static copy of the site leads to.")
@reports_mistakes
def main(*, root: Path, out: Path, previous: Path | None, live: str) -> None:
    """Check the dataset and make everything a release consists of: docs/release.md names it.

    Exit code 0: made. 1: the check found something and nothing was made. 2: cannot run.

    Example: python -m scripts.publish --out dist --live https://live.does-it-train.example
    """
    if live and not live.startswith(("https://", "http://")):
        raise CannotRunError(f"--live {live} is not an address. Write it whole, for example https://example.org.")
    report, dead = publish(root, out, live=live.rstrip("/"), previous=previous)
    if not report.clean:
        click.echo(as_text(report), err=True)
        click.echo(f"nothing was published; {out} is as it was", err=True)
        sys.exit(1)
    for link in dead:
        click.echo(f"warning: {link}", err=True)
    click.echo(f"published {out} as of {report.as_of}")


if __name__ == "__main__":
    main()
