"""`/changes`, `/changes/<yyyy>-<mm>` and `/upcoming`: what vendors changed, month by month, and what they announced."""

from datasette import Response

from pages.home import together
from pages.visit import UnknownIdError, Visit, page


@page
async def changes(visit: Visit) -> Response:
    """List the months on record, and show the latest changes."""
    months = await visit.rows("months")
    context = {"months": months, "events": together(await visit.rows("latest_changes"))}
    return await visit.html("changes.html", context)


@page
async def month(visit: Visit) -> Response:
    """Show the changes and other dated happenings of a month."""
    asked = visit.request.url_vars["month"]
    months = [row["month"] for row in await visit.rows("months")]
    if asked not in months:
        raise UnknownIdError("months", asked)
    place = months.index(asked)  # the latest first
    context = {
        "month": asked,
        "events": together(await visit.rows("month", month=asked)),
        "later": months[place - 1] if place else "",
        "earlier": months[place + 1] if place + 1 < len(months) else "",
    }
    return await visit.html("month.html", context)


@page
async def upcoming(visit: Visit) -> Response:
    """Show announced changes that have not taken effect, and choices that fall due."""
    return await visit.html("upcoming.html", {"events": together(await visit.rows("upcoming"))})
