"""Tell those who follow a product what a release changed: ``python -m scripts.notify OLD NEW``."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from alerts import outbox, store, subscriptions
from alerts.sending import Delivered, deliver
from alerts.settings import DATABASE, Settings, SettingsError, from_environment
from scripts.changes import changes_document, read_changes
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.compare import compare
from scripts.dataset import CannotRunError
from scripts.snapshot import open_snapshot


@contextmanager
def alerts_settings() -> Iterator[Settings]:
    """Give the settings of the alerts. Raises CannotRunError where they are off, or what is set cannot work."""
    try:
        settings = from_environment(os.environ)
        if settings is None:
            raise CannotRunError(f"the alerts are off: {DATABASE} is not set. docs/alerts.md says what to set.")
        yield settings
    except SettingsError as error:
        raise CannotRunError(str(error)) from None


def now() -> int:
    """Return the time in seconds since 1970."""
    return int(time.time())


@click.command(context_settings=CONTEXT)
@click.argument("old", required=False)
@click.argument("new", required=False)
@root_option
@click.option("--changes", "file", type=click.Path(path_type=Path), help="A changes.json in place of OLD and NEW.")
@reports_mistakes
def main(*, old: str | None, new: str | None, root: Path, file: Path | None) -> None:
    """Send one mail about what differs between OLD and NEW to everyone who follows a product that it concerns.

    OLD and NEW are what `changes` takes: releases, folders or commits. Run again it goes on where it stopped, and
    nobody gets a second mail about a release. Without any of them, only mails that wait are sent.

    Exit code 0: nothing waits. 1: mails wait for another try. 2: cannot run, or the server cannot be used.

    Example: python -m scripts.notify --changes dist/json/changes.json
    """
    document = _changes(old, new, root, file)
    with alerts_settings() as settings:
        with store.opened(settings.database) as connection:
            subscriptions.purge(connection, now())
            if document is not None:
                click.echo(_prepared(document, outbox.prepare(connection, document, now())))
        done = deliver(settings, now, wait=True)
        assert done is not None  # it waited for its turn
        with store.opened(settings.database) as connection:
            waiting, next_due = outbox.waiting(connection)
    click.echo(_said(done))
    if done.trouble:
        raise CannotRunError(f"{done.trouble}. Run it again; {_mails(waiting)} waiting.")
    if next_due is not None:
        day = datetime.fromtimestamp(next_due, UTC)
        click.echo(f"{_mails(waiting)} waiting for another try, not before {day:%Y-%m-%d %H:%M} UTC; run it again.")
        sys.exit(1)


def _changes(old: str | None, new: str | None, root: Path, file: Path | None) -> dict[str, Any] | None:
    if file is not None and old is None:
        return read_changes(file)
    if file is None and old is not None and new is not None:
        return changes_document(compare(open_snapshot(old, root), open_snapshot(new, root)))
    if file is None and old is None:
        return None
    raise CannotRunError("name OLD and NEW, or --changes FILE, or neither to send what waits.")


def _prepared(document: dict[str, Any], made: int | None) -> str:
    name = outbox.release_of(document)
    if made is None:
        return f"{name}: prepared before; nobody is told twice"
    return f"{name}: {_mails(made)} to send"


def _said(done: Delivered) -> str:
    return f"sent {done.sent}, postponed {done.postponed}, refused {done.refused}"


def _mails(count: int) -> str:
    return f"{count} mail{'s' * (count != 1)}"


if __name__ == "__main__":
    main()
