"""`/alerts/…`: asking for notes by e-mail, confirming, managing and ending them.

The form stands on other pages and is the same for every visitor; each answer is a page of its own, kept by nobody.
Following a link changes nothing, since programs follow links as well: a button does.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote

from datasette import Response
from datasette.utils.asgi import Request

from alerts import addresses, limits, store, subscriptions, tokens
from alerts.settings import Settings, SettingsError
from alerts.subscriptions import EVERYTHING
from pages.visit import CACHE, View, Visit, page

PAGES = ("subscribe", "confirm", "manage", "unsubscribe", "forget")
LARGEST_FORM = 4096  # bytes
MOST_FIELDS = 8
TRAP = "leave_empty"  # a field that people do not see; what fills it in is a program
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
# Pages that say one thing: status, heading, text.
SAID = {
    "asked": (
        200,
        "Look into your mailbox",
        "If this address can be written to, a mail is on its way. Nothing comes of it unless you follow its link.",
    ),
    "left": (200, "You get no more notes", "No note will be sent to you any more, and your address is deleted."),
    "dead": (404, "This link does not work", "It was used, has expired, or was not copied whole. Ask for a new one."),
    "foreign": (403, "Not sent from this site", "The form was sent from another site. Please use ours."),
    "broken": (503, "Not now", "Notes by e-mail do not work at the moment. Please try again later."),
    "too_large": (413, "Too much", "The form is too large to be one of ours."),
    "too_often": (429, "Too often", "There were too many requests from your network. Please try again in an hour."),
}

T = TypeVar("T")
log = logging.getLogger("alerts")
Handler = Callable[[Visit], Awaitable[Response]]


class NotTakenError(Exception):
    """A request is not done; `said` says why, a name in SAID."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers for the alerts as they are set; `clock` gives the time."""

    settings: Settings
    clock: Callable[[], int]

    def routes(self) -> list[tuple[str, View]]:
        """Return the addresses and what answers there."""
        token = r"(?P<token>[^/]+)"  # noqa: S105 a pattern
        return [
            (r"^/alerts/subscribe$", _route(self.subscribe)),
            (r"^/alerts/manage$", _route(self.find)),
            (rf"^/alerts/confirm/{token}$", _route(self.confirm)),
            (rf"^/alerts/manage/{token}$", _route(self.manage)),
            (rf"^/alerts/unsubscribe/{token}$", _route(self.unsubscribe)),
            (rf"^/alerts/forget/{token}$", _route(self.forget)),
        ]

    async def subscribe(self, visit: Visit) -> Response:
        """Take the form of a product page, or of all products; show it where it is not sent."""
        sent = await self._sent(visit) if _is_post(visit) else None
        product_id = (sent or {}).get("product_id") or visit.argument("product_id") or EVERYTHING
        known = {EVERYTHING: "all products"} | {
            row["id"]: row["name"] for row in await visit.rows("names", table="products")
        }
        product = known.get(product_id)
        if sent is None and product is not None:
            return await _html(visit, "alerts/subscribe.html", {"followed": (product_id, product)}, headers=CACHE)
        address = addresses.canonical((sent or {}).get("address", ""))
        if sent is None or address is None or product is None:
            shown = {"followed": (product_id, product) if product else (EVERYTHING, known[EVERYTHING]), "wrong": True}
            return await _html(visit, "alerts/subscribe.html", shown, 400)
        return await self._ask(
            visit,
            sent,
            lambda connection, now: subscriptions.subscribe(
                connection, self.settings, address=address, product_id=product_id, product=product, now=now
            ),
        )

    async def find(self, visit: Visit) -> Response:
        """Send the link to what an address follows to that address."""
        if not _is_post(visit):
            return await _html(visit, "alerts/find.html", {}, headers=CACHE)
        sent = await self._sent(visit)
        address = addresses.canonical(sent.get("address", ""))
        if address is None:
            return await _html(visit, "alerts/find.html", {"wrong": True}, 400)
        return await self._ask(
            visit,
            sent,
            lambda connection, now: subscriptions.ask_for_link(connection, self.settings, address=address, now=now),
        )

    async def confirm(self, visit: Visit) -> Response:
        """Let a subscription count, once the button behind the link of the mail is pressed."""
        token = _token(visit)
        asked = await self._work(lambda connection, now: subscriptions.asked(connection, self.settings, token, now))
        if asked is None:
            raise NotTakenError("dead")
        key, follow = asked
        if _is_post(visit) and not follow.confirmed:
            await self._sent(visit)
            await self._work(lambda connection, now: subscriptions.confirm(connection, key, follow.product_id, now))
        elif not follow.confirmed:
            return await _html(visit, "alerts/press.html", {"purpose": "confirm", "follow": follow})
        return await self._managed(visit, key)

    async def manage(self, visit: Visit) -> Response:
        """Show what a person follows, and stop one of it."""
        key = await self._person(visit, "manage")
        if key is None:
            raise NotTakenError("dead")
        if _is_post(visit):
            sent = await self._sent(visit)
            await self._work(lambda connection, _: subscriptions.stop(connection, key, sent.get("product_id", "")))
        return await self._managed(visit, key)

    async def unsubscribe(self, visit: Visit) -> Response:
        """End everything, by the link in every mail: with one click, which may come from a program (RFC 8058)."""
        return await self._leave(visit, "unsubscribe")

    async def forget(self, visit: Visit) -> Response:
        """End everything, by the button of the page to manage."""
        if _is_post(visit):
            await self._sent(visit)
        return await self._leave(visit, "manage")

    async def _leave(self, visit: Visit, purpose: str) -> Response:
        token = _token(visit)
        key = tokens.subject_of(self.settings, purpose, token, self.clock())
        if key is None:
            raise NotTakenError("dead")
        if not _is_post(visit):
            return await _html(visit, "alerts/press.html", {"purpose": "leave"})
        await self._work(lambda connection, _: subscriptions.leave(connection, key))
        return await _said(visit, "left")

    async def _person(self, visit: Visit, purpose: str) -> str | None:
        token = _token(visit)
        return await self._work(
            lambda connection, now: subscriptions.person(connection, self.settings, purpose, token, now)
        )

    async def _managed(self, visit: Visit, key: str) -> Response:
        found = await self._work(lambda connection, _: subscriptions.follows(connection, key))
        if not found:
            return await _said(visit, "left")
        token = tokens.token(self.settings, "manage", key, self.clock())
        return await _html(visit, "alerts/manage.html", {"follows": found, "token": token})

    async def _ask(
        self, visit: Visit, sent: dict[str, str], ask: Callable[[sqlite3.Connection, int], None]
    ) -> Response:
        """Do what a form asks for, unless a program sent it or its network has asked too often."""

        def asking(connection: sqlite3.Connection, now: int) -> bool:
            with store.transaction(connection):
                may = limits.allow(connection, self.settings, "client", self._client(visit.request), now)
            if may:
                ask(connection, now)
            return may

        if not sent.get(TRAP) and not await self._work(asking):
            raise NotTakenError("too_often")
        return await _said(visit, "asked")

    async def _sent(self, visit: Visit) -> dict[str, str]:
        """Return the fields of a form that was sent from a page of this site. Raises NotTakenError."""
        headers = visit.request.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        # What sends neither header is no browser, and lends nobody's rights.
        if site not in {"same-origin", "none"} if site else origin not in {None, self.settings.origin}:
            raise NotTakenError("foreign")
        try:
            fields = parse_qs((await _body(visit.request)).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        except ValueError:
            raise NotTakenError("too_large") from None
        return {name: values[0] for name, values in fields.items()}

    def _client(self, request: Request) -> str:
        peer = (request.scope.get("client") or ("",))[0]
        forwarded = [value.decode("latin-1") for name, value in request.scope["headers"] if name == b"x-forwarded-for"]
        return addresses.client(peer, forwarded, self.settings.proxies)

    async def _work(self, work: Callable[[sqlite3.Connection, int], T]) -> T:
        """Do something with the database of the alerts, in a thread of its own."""

        def working() -> T:
            with store.opened(self.settings.database) as connection:
                return work(connection, self.clock())

        return await asyncio.to_thread(working)


def _route(handler: Handler) -> View:
    async def answered(visit: Visit) -> Response:
        try:
            return await handler(visit)
        except NotTakenError as error:
            return await _said(visit, error.said)
        except (sqlite3.Error, SettingsError) as error:
            log.error("the alerts do not work: %s", error)  # noqa: TRY400 a traceback could name addresses
            return await _said(visit, "broken")

    return page(answered)


def _token(visit: Visit) -> str:
    """Return the token of the address, also where a mail program has encoded what needed no encoding."""
    return unquote(visit.request.url_vars["token"])


def _is_post(visit: Visit) -> bool:
    return bool(visit.request.method == "POST")


async def _body(request: Request) -> bytes:
    """Return what was sent, read no further than a form of ours can be long."""
    body, more = b"", True
    while more:
        message = await request.receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_FORM:
            raise NotTakenError("too_large")
    return body


async def _said(visit: Visit, name: str) -> Response:
    status, heading, text = SAID[name]
    return await _html(visit, "alerts/said.html", {"said": name, "heading": heading, "text": text}, status)


async def _html(
    visit: Visit, template: str, context: dict[str, Any], status: int = 200, headers: dict[str, str] = PRIVATE
) -> Response:
    # The address of the page as others may know it: without the token.
    address = "/".join([visit.dataset["homepage"], *visit.request.path.split("/")[1:3]])
    text = await visit.text(template, {"address": address, "trap": TRAP, **context})
    return Response.html(text, status=status, headers=headers)
