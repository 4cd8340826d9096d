"""Put a release that `publish` made on GitHub: ``python -m scripts.upload TAG``."""

import urllib.parse
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import click

from scripts.changelog import CHANGELOG, notes
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError
from scripts.github import LONGEST_BODY, RefusedError, Repository, from_environment

FOLDERS = ("", "parquet")  # of a release: the files in these are what people download one by one


def assets(folder: Path) -> list[Path]:
    """Return the files to upload. Raises CannotRunError where there are none, or two have one name."""
    files = [path for name in FOLDERS for path in sorted((folder / name).glob("*")) if path.is_file()]
    names = [path.name for path in files]
    if not files or len(set(names)) < len(names):
        raise CannotRunError(f"{folder}: holds no release. Run `nox -s publish` first.")
    return files


def upload(repository: Repository, tag: str, text: str, files: Sequence[Path]) -> str:
    """Make a release with its files, unseen until it is whole, and return its address.

    Raises CannotRunError where there is a release of this tag: what is published never changes.
    """
    try:
        repository.call("GET", f"/releases/tags/{tag}")
    except RefusedError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
    else:
        raise CannotRunError(f"{tag} is released already. Set a new tag.")
    body = {"tag_name": tag, "name": tag, "body": text[:LONGEST_BODY], "draft": True}
    draft = repository.call("POST", "/releases", body)
    address = draft["upload_url"].partition("{")[0]
    try:
        for file in files:
            query = urllib.parse.urlencode({"name": file.name})
            repository.send("POST", f"{address}?{query}", file.read_bytes(), "application/octet-stream")
        return str(repository.call("PATCH", f"/releases/{draft['id']}", {"draft": False})["html_url"])
    except CannotRunError:
        repository.call("DELETE", f"/releases/{draft['id']}")
        raise


@click.command(context_settings=CONTEXT)
@click.argument("tag")
@root_option
@click.option(
    "--from", "folder", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="The release."
)
@reports_mistakes
def main(*, tag: str, root: Path, folder: Path) -> None:
    """Put the release in a folder on GitHub under TAG, with its section of CHANGELOG.md; run by a workflow.

    Exit code 0: released. 2: cannot run, and nothing can be seen of it.

    Example: python -m scripts.upload 2026.11.22 --from dist
    """
    try:
        changelog = (root / CHANGELOG).read_text(encoding="utf-8")
    except OSError as error:
        raise CannotRunError(f"{CHANGELOG}: cannot be read ({error.strerror}). Write it first.") from None
    text, files = notes(changelog, tag), assets(folder)
    if not text:
        raise CannotRunError(f"{CHANGELOG}: has no section ## {tag}. Run `nox -s release` before you set the tag.")
    click.echo(f"released {upload(from_environment(), tag, text, files)} with {len(files)} files")


if __name__ == "__main__":
    main()
