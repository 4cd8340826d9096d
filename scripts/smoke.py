"""Serve the site and look whether it answers: ``python -m scripts.smoke``."""

import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError, open_dataset

PROJECT = Path(__file__).resolve().parent.parent
SECONDS = 60
SAYS = "serving "


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve the site as `serve` does, on a free port, and give its address. Raises CannotRunError if it ends early."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--root", str(root.resolve()), "--out", str(Path(folder) / "dist"), "--port", "0"]
        command = [sys.executable, "-m", "scripts.serve", *options]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 our own
            try:
                lines = iter(server.stdout or ())
                address = next((line.removeprefix(SAYS).strip() for line in lines if line.startswith(SAYS)), "")
                if not address:
                    raise CannotRunError("the server ended before it served anything; what it said stands above.")
                yield address
            finally:
                server.terminate()


def fault(address: str, wanted: str) -> str:
    """Return what is wrong with a page that must hold the text `wanted`, or ''."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 the address of our own server
            page = answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        error.close()
        return f"{address}: {error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return f"{address}: {error}"
    return "" if wanted in page else f'{address}: does not say "{wanted}"'


@click.command(context_settings=CONTEXT)
@root_option
@reports_mistakes
def main(*, root: Path) -> None:
    """Build and serve the site, and ask it about every product.

    Exit code 0: every page answers. 1: a page does not. 2: cannot run.

    Example: python -m scripts.smoke
    """
    products = open_dataset(root).table("products").rows
    with served(root) as address:
        pages = {"": "</html>", **{f"products/{row['product_id']}": " train on your data?" for row in products}}
        faults = [said for path, wanted in pages.items() if (said := fault(f"{address}{path}", wanted))]
    for said in faults:
        click.echo(said, err=True)
    click.echo(f"{len(pages) - len(faults)} of {len(pages)} pages answer")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
