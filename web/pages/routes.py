"""Which page answers at which address."""

from collections.abc import Callable
from typing import Any

from datasette import Response

from pages.home import home
from pages.product import product

ID = "[^/.]+"

ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/$", home),
    (rf"^/products/(?P<product_id>{ID})/?$", product),
    (r"^/healthz$", lambda: Response.text("ok")),
]
