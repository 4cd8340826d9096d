"""Put a copy in the place of the database of the alerts: ``python -m scripts.restore FILE``."""

from pathlib import Path

import click

from alerts import outbox, store
from scripts.cli import CONTEXT, reports_mistakes
from scripts.notify import alerts_settings


@click.command(context_settings=CONTEXT)
@click.argument("file", type=click.Path(path_type=Path))
@reports_mistakes
def main(*, file: Path) -> None:
    """Put the copy FILE where the database of the alerts is to be; the former one must have been moved away.

    Who left after the copy was made is in it again, and mails that waited then wait again: docs/alerts.md says what to
    do. FILE stays as it is.

    Exit code 0: restored. 2: cannot run, or the copy is damaged.

    Example: python -m scripts.restore backups/alerts-2026-11-22.sqlite
    """
    with alerts_settings() as settings:
        store.restore(file, settings.database)
        with store.opened(settings.database) as connection:
            waiting, _ = outbox.waiting(connection)
    click.echo(f"restored {settings.database} from {file}; mails waiting in it: {waiting}")


if __name__ == "__main__":
    main()
