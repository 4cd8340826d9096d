"""What all commands share: the option `--root`, and how a user's mistake ends."""

import datetime
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from scripts.dataset import CannotRunError

P = ParamSpec("P")
R = TypeVar("R")

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="this folder",
    help="Folder that holds datapackage.json.",
)


def day(text: str) -> str:
    """Return `text` if it is a day (YYYY-MM-DD); raises CannotRunError otherwise."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 a day has no time zone
    except ValueError:
        raise CannotRunError(f"{text!r} is not a day. Write it as YYYY-MM-DD, for example 2026-11-22.") from None


def reports_mistakes(command: Callable[P, R]) -> Callable[P, R]:
    """End a command with exit code 2 and one sentence where a `CannotRunError` says that it cannot run."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CannotRunError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(2)

    return wrapped
