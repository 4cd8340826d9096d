"""The headers that tell a browser what a page may do, by the kind of page."""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

import datasette

from guard.gate import App, Message, Receive, Scope, Send

Headers: TypeAlias = list[tuple[bytes, bytes]]

COMMON: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
# Pages of people are for themselves; data, feeds and badges are for everybody's pages.
PAGE: Final = {"x-frame-options": "DENY", "cross-origin-resource-policy": "same-origin"}
DATA: Final = {
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Retry-After",
}
OWN_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# An image that is opened by itself is a document: one without scripts, in a world of its own.
DATA_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Datasette writes styles into its pages, which depend on the table; its scripts are known by their hashes.
STOCK_POLICY: Final = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def with_headers(app: App, is_stock: "re.Pattern[str]") -> App:
    """Add the headers to every answer; a path that `is_stock` matches is one of Datasette's own pages."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                stock = is_stock.match(scope["path"]) is not None
                message = {**message, "headers": decorated(message.get("headers", []), stock=stock)}
            await send(message)

        await app(scope, receive, sent if scope["type"] == "http" else send)

    return answered


def decorated(headers: Iterable[tuple[bytes, bytes]], *, stock: bool) -> Headers:
    """Return the headers of an answer with those that belong to its kind; what it has of them itself stays."""
    present = {name.lower(): value for name, value in headers}
    page = present.get(b"content-type", b"text/html").startswith(b"text/html")
    policy = stock_policy() if stock else OWN_POLICY
    wanted = {**COMMON, **(PAGE if page else DATA), "content-security-policy": policy if page else DATA_POLICY}
    return [*headers, *((k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in present)]


@cache
def stock_policy() -> str:
    """Return the policy of Datasette's own pages, with the hashes of the scripts that its templates contain."""
    templates = sorted((Path(datasette.__file__).parent / "templates").glob("*.html"))
    found = {
        script.replace("{{ datasette_allow_facet }}", value)
        for template in templates
        for script in re.findall(r"<script>(.*?)</script>", template.read_text(encoding="utf-8"), re.DOTALL)
        for value in ("true", "false")
    }
    fixed = sorted(script for script in found if "{{" not in script and "{%" not in script)
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in fixed]
    return STOCK_POLICY.format(scripts=" ".join(f"'sha256-{digest}'" for digest in hashes))
