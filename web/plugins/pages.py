"""The site: gives Datasette the addresses of our pages, which live in the package `pages` beside this folder."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pages.routes import ROUTES


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Give Datasette the addresses of the site."""
    return ROUTES
