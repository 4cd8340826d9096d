"""`/misconceptions` and `/sources/<source_id>`: what the dataset refutes, and what it rests on."""

from datasette import Response

from pages.home import together
from pages.visit import Visit, grouped, page


@page
async def misconceptions(visit: Visit) -> Response:
    """Show every wrong belief with what refutes it, by product."""
    found = await visit.rows("misconceptions")
    by_product = {
        product: list(grouped(rows, "misconception_id").values())
        for product, rows in grouped(found, "product_id").items()
    }
    return await visit.html("misconceptions.html", {"products": by_product})


@page
async def source(visit: Visit) -> Response:
    """Show a document and all that rests on it."""
    source_id = visit.request.url_vars["source_id"]
    context = {
        "source": await visit.find("sources", "source", source_id=source_id),
        "events": together(await visit.rows("source_events", source_id=source_id)),
        "misconceptions": await visit.rows("source_misconceptions", source_id=source_id),
        "others": await visit.rows("source_others", source_id=source_id),
    }
    return await visit.html("source.html", context)
