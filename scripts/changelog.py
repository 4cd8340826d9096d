"""Write what changed in the data into CHANGELOG.md: ``python -m scripts.changelog CHANGES``.

The notes on schema and code are written by hand under `Unreleased`; what stands between the two marks of a section is
made here, and made anew by every run.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from scripts.changes import markdown, read_changes
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError
from scripts.edit import replace_texts

CHANGELOG = "CHANGELOG.md"
UNRELEASED = "Unreleased"
START = "<!-- data: made by scripts/changelog.py; what is written here by hand is lost -->"
END = "<!-- end of data -->"


def notes(text: str, heading: str) -> str | None:
    """Return what a changelog says under a heading of the second level; None where there is no such heading."""
    found = re.search(_pattern(heading), text)
    return found["body"].strip() if found else None


def released(text: str, version: str) -> str:
    """Return the changelog with what was unreleased under the heading of a version, and nothing unreleased."""
    body = notes(text, UNRELEASED)
    heading = f"## {UNRELEASED}\n\n## {version}\n"
    return re.sub(_pattern(UNRELEASED), lambda _: f"{heading}\n{body}\n\n" if body else f"{heading}\n", text, count=1)


def with_data(text: str, version: str, data: str) -> str:
    """Return the changelog with a text on the data of a version, which takes the place of an earlier one.

    A version without a section gets one, before all others. Raises CannotRunError where the changelog has no place
    for it.
    """
    if notes(text, version) is None:
        if notes(text, UNRELEASED) is None:
            raise CannotRunError(f'{CHANGELOG}: has no heading "## {UNRELEASED}". Restore it at the top.')
        text = re.sub(_pattern(UNRELEASED), lambda found: f"{found[0].rstrip()}\n\n## {version}\n\n", text, count=1)
    body = re.sub(f"### Data\n+{re.escape(START)}.*?{re.escape(END)}", "", notes(text, version) or "", flags=re.DOTALL)
    section = "\n\n".join(part for part in (body.strip(), f"### Data\n\n{START}\n\n{data}\n\n{END}") if part)
    filled = re.sub(_pattern(version), lambda found: f"{found['heading']}\n\n{section}\n\n", text, count=1)
    return f"{filled.rstrip()}\n"


def data_text(document: Mapping[str, Any]) -> str:
    """Return what a changelog says of a document of changes: between which days, and a line for every entry."""
    old, new = document["old"], document["new"]
    return f"As of {new['as_of']}; since {old['version']}, as of {old['as_of']}:\n\n{markdown(document)}"


def _pattern(heading: str) -> str:
    """Return a pattern of a section: its heading, and its body up to the next heading of that level."""
    return rf"(?ms)^(?P<heading>## {re.escape(heading)})(?=\s)[^\n]*\n?(?P<body>.*?)(?=^## |\Z)"


@click.command(context_settings=CONTEXT)
@click.argument("changes", type=click.Path(path_type=Path))
@root_option
@reports_mistakes
def main(*, changes: Path, root: Path) -> None:
    """Write what CHANGES tells, a file made by `changes --format json`, into the section of its version.

    Exit code 0: written. 2: cannot run.

    Example: python -m scripts.changelog dist/json/changes.json
    """
    document = read_changes(changes)
    path = root / CHANGELOG
    if not path.is_file():
        raise CannotRunError(f"{path}: there is no such file. Name the folder that holds it with --root.")
    version = document["new"]["version"]
    text = with_data(path.read_text(encoding="utf-8"), version, data_text(document))
    replace_texts(root, {CHANGELOG: text})
    click.echo(f"{CHANGELOG}: {len(document['changes'])} changes under {version}")


if __name__ == "__main__":
    main()
