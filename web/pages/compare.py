"""`/compare?products=a,b,c`: the tiers of several products side by side."""

from collections.abc import Sequence

from datasette import Response

from pages.claims import headings, tiers_of, value
from pages.visit import BadParameterError, Row, UnknownIdError, Visit, page

MOST = 6


@page
async def compare(visit: Visit) -> Response:
    """Show tiers of up to six products side by side, and mark where they differ."""
    audiences = await visit.rows("codes", field="tiers.audience")
    audience = visit.argument("audience", [row["value"] for row in audiences])
    names = await visit.rows("names", table="products")
    product_ids = asked(",".join(visit.request.args.getlist("products")))
    try:
        found = await headings(visit, product_ids)
    except UnknownIdError as error:
        legal = "ids of products, such as claude,chatgpt; the list below has them all"
        raise BadParameterError("products", error.row_id, legal) from None
    tiers = [tier for tier in await tiers_of(visit, product_ids, {}) if audience in {"", tier["audience"]}]
    columns = [(product, [tier for tier in tiers if tier["product_id"] == product["product_id"]]) for product in found]
    fields = await visit.rows("codes", field="events.field")
    context = {
        "products": found,
        "columns": columns,
        "tiers": [tier for _, those in columns for tier in those],
        "lines": [(field, differs(tiers, field["value"])) for field in fields],
        "names": sorted(names, key=lambda row: row["name"].lower()),
        "most": MOST,
        "audiences": audiences,
        "audience": audience,
    }
    return await visit.html("compare.html", context)


def asked(text: str) -> list[str]:
    """Return the ids of a list separated by commas, each once. Raises BadParameterError where they are too many."""
    ids = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if len(ids) > MOST:
        raise BadParameterError("products", text, f"up to {MOST} ids separated by commas")
    return ids


def differs(tiers: Sequence[Row], field: str) -> bool:
    """Whether the tiers that have the claim have different values of it."""
    return len({value(tier, field) for tier in tiers} - {""}) > 1
