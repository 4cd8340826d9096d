"""`/vendors/<vendor_id>`: the products of a company and what it changed."""

from datasette import Response

from pages.home import together
from pages.visit import Visit, page


@page
async def vendor(visit: Visit) -> Response:
    """Show a company's products with their answers, and its changes."""
    vendor_id = visit.request.url_vars["vendor_id"]
    context = {
        "vendor": await visit.find("vendors", "vendor", vendor_id=vendor_id),
        "products": await visit.rows("vendor_products", vendor_id=vendor_id),
        "changes": together(await visit.rows("vendor_changes", vendor_id=vendor_id)),
        "kinds": await visit.rows("vendor_sources", vendor_id=vendor_id),
    }
    return await visit.html("vendor.html", context)
