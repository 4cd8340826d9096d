"""Get the release before another one, as it was published: ``python -m scripts.last --before TAG``."""

import hashlib
from pathlib import Path
from typing import Any

import click

from scripts.cli import CONTEXT, reports_mistakes
from scripts.dataset import CannotRunError
from scripts.github import Repository, download, from_environment, output
from scripts.output import CHECKSUMS
from scripts.package import PACKAGE
from scripts.versions import number


def release_before(repository: Repository, tag: str) -> dict[str, Any] | None:
    """Return the newest release before the version `tag`, as GitHub describes it, or None.

    Raises CannotRunError where `tag` is no data version.
    """
    if not number(tag):
        raise CannotRunError(f"{tag} is no data version. Run this on a tag such as 2026.11.22.")
    published = (release for release in repository.pages("/releases") if not release["draft"])
    older = [release for release in published if () < number(release["tag_name"]) < number(tag)]
    return max(older, key=lambda release: number(release["tag_name"]), default=None)


def take(release: dict[str, Any]) -> bytes:
    """Return the data package of a release. Raises CannotRunError where it is not there, or not what was published."""
    addresses = {asset["name"]: asset["browser_download_url"] for asset in release["assets"]}
    missing = {PACKAGE, CHECKSUMS} - addresses.keys()
    if missing:
        raise CannotRunError(f"the release {release['tag_name']} has no {min(missing)}. Upload it again.")
    sums = download(addresses[CHECKSUMS]).decode("utf-8", errors="replace").splitlines()
    content = download(addresses[PACKAGE])
    if f"{hashlib.sha256(content).hexdigest()}  {PACKAGE}" not in sums:
        raise CannotRunError(f"the {PACKAGE} of {release['tag_name']} is not the one that its {CHECKSUMS} names.")
    return content


@click.command(context_settings=CONTEXT)
@click.option("--before", "tag", metavar="TAG", required=True, help="The release before this version.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to put the zip into.")
@reports_mistakes
def main(*, tag: str, out: Path) -> None:
    """Get the data package of the release before TAG from GitHub: the baseline of what `publish` says has changed.

    The steps of a workflow that follow are given its path as `zip`.

    Exit code 0: taken, or there is none before it. 2: cannot run.

    Example: python -m scripts.last --before 2026.11.22 --out last
    """
    release = release_before(from_environment(), tag)
    if release is None:
        click.echo(f"there is no release before {tag}")
        return
    content = take(release)
    out.mkdir(parents=True, exist_ok=True)
    (out / PACKAGE).write_bytes(content)
    output("zip", str(out / PACKAGE))
    click.echo(f"took {PACKAGE} of {release['tag_name']}")


if __name__ == "__main__":
    main()
