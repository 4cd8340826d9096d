"""Delete an address and all that the alerts know of it: ``python -m scripts.forget ADDRESS``."""

from pathlib import Path

import click

from alerts import addresses, store, subscriptions
from alerts.transport import Folder
from scripts.cli import CONTEXT, reports_mistakes
from scripts.dataset import CannotRunError
from scripts.notify import alerts_settings


@click.command(context_settings=CONTEXT)
@click.argument("address")
@reports_mistakes
def main(*, address: str) -> None:
    """Delete ADDRESS, what it follows, every mail to it that waits or lies in the outbox folder, and its limits.

    Exit code 0: nothing is known of it any more. 2: cannot run.

    Example: python -m scripts.forget name@example.org
    """
    known = addresses.canonical(address)
    if known is None:
        raise CannotRunError(f"{address!r} is not an address that was ever written to. It looks like name@example.org.")
    with alerts_settings() as settings, store.opened(settings.database) as connection:
        found = subscriptions.forget(connection, settings, known)
        if isinstance(settings.mail, Path):
            Folder(settings.mail).forget(known)
    click.echo("forgotten" if found else "nothing was known of this address")


if __name__ == "__main__":
    main()
