"""Say what differs between two states of the dataset: ``python -m scripts.changes OLD NEW``."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.compare import Changes, compare
from scripts.dataset import CannotRunError
from scripts.entries import HEADINGS, Change
from scripts.report import annotation
from scripts.snapshot import Snapshot, open_snapshot

Document = dict[str, Any]

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "release" / "changes.schema.json"

# The entries of an entry document, in their order.
NAMES = (
    *("change_id", "what", "table", "key", "product_id", "product", "tier_id", "tier", "field", "field_label"),
    *("before", "before_label", "after", "after_label", "since", "date_basis", "late", "worse"),
    *("sources", "summary", "text"),
)


def changes_document(changes: Changes) -> Document:
    """Return the changes as schema/release/changes.schema.json describes them."""
    return {
        "$schema": "schema/changes.schema.json",
        "name": changes.new.name,
        "old": _side(changes.old),
        "new": _side(changes.new),
        "changes": [_entry(entry) for entry in changes.entries],
        "counts": dict(changes.counts),
    }


def read_changes(path: Path) -> Document:
    """Read a document of changes. Raises CannotRunError where it is none."""
    try:
        document: Document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRunError(f"{path}: cannot be read as JSON ({error}). Make it with the command changes.") from None
    fault = best_match(Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).iter_errors(document))
    if fault:
        said = f"{fault.json_path}: {fault.message[:200]}"
        raise CannotRunError(f"{path} is no changes.json: {said}. Make it with the command changes.")
    return document


def as_json(changes: Changes) -> str:
    """Say it for programs."""
    return json.dumps(changes_document(changes), indent=1, ensure_ascii=False)


def as_markdown(changes: Changes) -> str:
    """Say it for people, as the text of a release or a comment."""
    return markdown(changes_document(changes))


def as_github(changes: Changes) -> str:
    """Say it as workflow commands, which GitHub shows on the lines of a pull request."""
    return "\n".join(_annotation(changes, entry) for entry in changes.entries) or f"::notice::{_nothing(changes)}"


def markdown(document: Mapping[str, Any]) -> str:
    """Return the entries of a document of changes as a list under headings, one line per entry."""
    if not document["changes"]:
        return "Nothing changed in the data."
    sections = []
    for what, entries in groupby(document["changes"], key=lambda entry: entry["what"]):
        lines = [f"- {escaped(entry['text'])}" for entry in entries]
        sections.append("\n".join([f"#### {HEADINGS[what]} ({len(lines)})", "", *lines]))
    return "\n\n".join(sections)


def escaped(text: str) -> str:
    """Return text in which Markdown and GitHub find no markup, reference or mention, on one line."""
    plain = re.sub(r"([\\`*_{}\[\]<>|~$!])", r"\\\1", " ".join(text.split()))
    return re.sub("[&@#]", lambda sign: f"&#{ord(sign[0])};", plain)


FORMATS: Mapping[str, Callable[[Changes], str]] = {"json": as_json, "markdown": as_markdown, "github": as_github}


def _side(snapshot: Snapshot) -> Document:
    return {"version": snapshot.version, "as_of": snapshot.as_of, "commit": snapshot.commit}


def _entry(entry: Change) -> Document:
    cells = {**asdict(entry), "change_id": entry.change_id, "sources": [asdict(source) for source in entry.sources]}
    return {name: cells[name] for name in NAMES}


def _annotation(changes: Changes, entry: Change) -> str:
    place = changes.new.places[entry.table].get(entry.key) or changes.old.places[entry.table].get(entry.key, "")
    file, _, line = place.rpartition(":")
    level = "warning" if entry.what.startswith("claim") and entry.worse else "notice"
    return annotation(level, file, int(line), HEADINGS[entry.what], entry.text)


def _nothing(changes: Changes) -> str:
    return f"nothing changed between {_said(changes.old)} and {_said(changes.new)}"


def _said(snapshot: Snapshot) -> str:
    at = f", commit {snapshot.commit[:12]}" if snapshot.commit else ""
    return f"{snapshot.version} (as of {snapshot.as_of}{at})"


@click.command(context_settings=CONTEXT)
@click.argument("old")
@click.argument("new")
@root_option
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="markdown",
    show_default=True,
    help="How to say it.",
)
@reports_mistakes
def main(*, old: str, new: str, root: Path, form: str) -> None:
    """Say what differs between OLD and NEW, value changes first and worst for users first.

    Each is a release folder, the database of a release, the zip of the data package, a folder that holds
    datapackage.json, or a commit of the repository that --root lies in.

    Exit code 0: said, also where nothing differs. 2: one of the two cannot be read.

    Example: python -m scripts.changes HEAD~1 . --format markdown
    """
    changes = compare(open_snapshot(old, root), open_snapshot(new, root))
    if not changes.entries:
        click.echo(_nothing(changes), err=True)
    click.echo(FORMATS[form](changes))


if __name__ == "__main__":
    main()
