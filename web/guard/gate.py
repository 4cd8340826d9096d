"""What is not answered at all: addresses too long, pages about the machine, bodies too large."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

ADDRESS: Final = 8_000  # bytes of path and query together
PARAMETERS: Final = 100  # of one query
BODY: Final = 65_536  # bytes; the only forms are short ones
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
# Of Datasette's pages about itself: what its other pages load, and what a reader may want to know. The rest shows
# versions, threads, plugins and files of the machine.
OPEN: Final = ("/-/static/", "/-/static-plugins/", "/-/metadata", "/-/settings")
PREFLIGHT: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"If-None-Match, Range"),
    (b"access-control-max-age", b"86400"),
]


def gate(app: App, base: str = "") -> App:
    """Let pass what may be asked of a site whose addresses begin with `base`."""

    async def gated(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await reply(send, 204, headers=PREFLIGHT)
        elif (refused := refusal(scope, base)) is not None:
            await reply(send, *refused)
        else:
            await app(scope, _limited(receive), send)

    return gated


async def reply(send: Send, status: int, text: str = "", headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """Answer with a line of plain text."""
    body = f"{text}\n".encode() if text else b""
    sent = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def refusal(scope: Scope, base: str = "") -> tuple[int, str] | None:
    """Return status and text of the refusal of a request, None where it may pass."""
    path, query = scope["path"], scope["query_string"]
    if scope["method"] not in METHODS:
        return 405, f"{scope['method']} is not answered here."
    if len(scope.get("raw_path") or path.encode()) + len(query) > ADDRESS:
        return 414, f"The address is longer than {ADDRESS} bytes."
    if query.count(b"&") + query.count(b";") >= PARAMETERS:
        return 400, f"There are more than {PARAMETERS} parameters."
    if _closed(path.removeprefix(base)):
        return 404, "There is no such page."
    if int(dict(scope["headers"]).get(b"content-length", b"0") or 0) > BODY:
        return 413, f"The body is larger than {BODY} bytes."
    return None


def _closed(path: str) -> bool:
    # A segment of dots is taken out by every browser; one that arrives is a probe for files.
    return "\0" in path or ".." in path.split("/") or (path.startswith("/-") and not path.startswith(OPEN))


def _limited(receive: Receive) -> Receive:
    """Cut a body that turns out to be larger than it may be: what comes after is as if the sender had gone away."""
    left = BODY

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited
