"""Get the release before another one, as it was published: ``python -m scripts.last --before TAG``."""

import hashlib
import re
from pathlib import Path
from typing import Any

import click

from scripts.cli import CONTEXT, reports_mistakes
from scripts.dataset import CannotRunError
from scripts.github import Repository, download, from_environment, output

ZIP = "does-it-train.zip"
SUMS = "SHA256SUMS"
VERSION = re.compile(r"(20[0-9]{2})\.([0-9]{2})\.([0-9]{2})(?:\.([1-9][0-9]*))?")


def version(tag: str) -> tuple[int, ...]:
    """Return a data version `YYYY.MM.DD[.N]` as numbers in their order; () for a tag that is none."""
    match = VERSION.fullmatch(tag)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def release_before(repository: Repository, tag: str) -> dict[str, Any] | None:
    """Return the newest release before the version `tag`, as GitHub describes it, or None.

    Raises CannotRunError where `tag` is no data version.
    """
    if not version(tag):
        raise CannotRunError(f"{tag} is no data version. Run this on a tag such as 2026.11.22.")
    published = (release for release in repository.pages("/releases") if not release["draft"])
    older = [release for release in published if () < version(release["tag_name"]) < version(tag)]
    return max(older, key=lambda release: version(release["tag_name"]), default=None)


def take(release: dict[str, Any]) -> bytes:
    """Return the data package of a release. Raises CannotRunError where it is not there, or not what was published."""
    addresses = {asset["name"]: asset["browser_download_url"] for asset in release["assets"]}
    missing = {ZIP, SUMS} - addresses.keys()
    if missing:
        raise CannotRunError(f"the release {release['tag_name']} has no {min(missing)}. Upload it again.")
    sums = download(addresses[SUMS]).decode("utf-8", errors="replace").splitlines()
    content = download(addresses[ZIP])
    if f"{hashlib.sha256(content).hexdigest()}  {ZIP}" not in sums:
        raise CannotRunError(f"the {ZIP} of {release['tag_name']} is not the one that its {SUMS} names.")
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
    (out / ZIP).write_bytes(content)
    output("zip", str(out / ZIP))
    click.echo(f"took {ZIP} of {release['tag_name']}")


if __name__ == "__main__":
    main()
