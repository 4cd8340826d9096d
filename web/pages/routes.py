"""Which page answers at which address."""

from collections.abc import Callable
from typing import Any

from datasette import Response

from pages import about, changes, compare, evidence, files, home, product, quality, vendor

ID = "[^/.]+"

ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/$", home.home),
    (rf"^/products/(?P<product_id>{ID})/?$", product.product),
    (rf"^/products/(?P<product_id>{ID})\.(?P<ending>json|atom|ics|feed\.json)$", files.beside),
    (rf"^/products/(?P<product_id>{ID})\.svg$", files.badge),
    (rf"^/products/(?P<product_id>{ID})\.md$", files.markdown),
    (rf"^/vendors/(?P<vendor_id>{ID})/?$", vendor.vendor),
    (r"^/compare$", compare.compare),
    (r"^/changes$", changes.changes),
    *(
        (rf"^/changes\.{ending.replace('.', chr(92) + '.')}$", files.feed(ending))
        for ending in ("atom", "ics", "feed.json")
    ),
    (r"^/changes/(?P<month>\d{4}-\d{2})$", changes.month),
    (r"^/upcoming$", changes.upcoming),
    (r"^/misconceptions$", evidence.misconceptions),
    (rf"^/sources/(?P<source_id>{ID})/?$", evidence.source),
    (r"^/quality$", quality.quality),
    (r"^/data$", about.data),
    (r"^/about$", about.about),
    (r"^/release/(?P<path>.+)$", files.release),
    (r"^/(?P<path>schema/[a-z]+\.schema\.json)$", files.schema),
    (r"^/llms\.txt$", files.llms),
    (r"^/sitemap\.xml$", files.sitemap),
    (r"^/robots\.txt$", files.robots),
    (r"^/opensearch\.xml$", files.opensearch),
    (r"^/healthz$", lambda: Response.text("ok")),
]
