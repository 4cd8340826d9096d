"""`/quality`: what the dataset is worth, by the rules it keeps and by how much is known."""

from datasette import Response

from pages.visit import Visit, grouped, page


@page
async def quality(visit: Visit) -> Response:
    """Show the rules with what they found, how much is known, what is stale and where documents disagree."""
    context = {
        "rules": await visit.rows("rules"),
        "coverage": await visit.rows("coverage"),
        "totals": (await visit.rows("coverage_totals"))[0],
        "stale": await visit.rows("stale"),
        "conflicts": grouped(await visit.rows("conflicts"), "tier_id", "field"),
    }
    return await visit.html("quality.html", context)
