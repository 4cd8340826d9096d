"""Copy the database of the alerts: ``python -m scripts.backup FILE``."""

from pathlib import Path

import click

from alerts import store
from scripts.cli import CONTEXT, reports_mistakes
from scripts.notify import alerts_settings


@click.command(context_settings=CONTEXT)
@click.argument("file", type=click.Path(path_type=Path))
@reports_mistakes
def main(*, file: Path) -> None:
    """Write a copy of the database of the alerts to the new FILE, whole and of one moment, while the site runs.

    Exit code 0: written. 2: cannot run.

    Example: python -m scripts.backup backups/alerts-2026-11-22.sqlite
    """
    with alerts_settings() as settings:
        store.backup(settings.database, file)
    click.echo(f"wrote {file}")


if __name__ == "__main__":
    main()
