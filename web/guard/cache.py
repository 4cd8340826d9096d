"""Keeps the pages that were rendered: a page is a function of the database, which does not change meanwhile."""

import asyncio
import gzip
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

from guard.gate import App, Message, Receive, Scope, Send

Key: TypeAlias = tuple[str, str]  # path, query in its normal form
Headers: TypeAlias = list[tuple[bytes, bytes]]

CAPACITY: Final = 64_000_000  # bytes of all bodies
LARGEST: Final = 8_000_000  # bytes of a body that is kept
SMALLEST: Final = 500  # bytes from which on compression pays
OVERHEAD: Final = 2_000  # bytes that an entry takes beside its bodies
# The parameters that pages of ours know. An address with another one is answered, but not kept.
PARAMETERS: Final = frozenset({"as_of", "audience", "category", "products", "q", "region", "sort", "v", "verdict"})
MAX_AGE: Final = b"public, max-age=300"
FOREVER: Final = b"public, max-age=31536000, immutable"  # of what has its digest in its address
PERSONAL: Final = {b"cookie", b"authorization", b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
COMPUTED: Final = {b"content-length", b"vary", b"etag", b"transfer-encoding"}
TEXT: Final = re.compile(rb"text/|application/(.*\+)?(json|xml|javascript)|image/svg")
REFUSES: Final = re.compile(rb"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


@dataclass(frozen=True, slots=True)
class Kept:
    """One representation of a page: its headers, its body, and its ETag, which stands among the headers too."""

    headers: Headers
    body: bytes
    etag: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as it is sent: plain, and compressed where that pays."""

    plain: Kept
    packed: Kept | None

    @property
    def size(self) -> int:
        """Return the bytes that it takes."""
        return OVERHEAD + len(self.plain.body) + (len(self.packed.body) if self.packed else 0)

    def fit(self, accepted: bytes) -> Kept:
        """Return the representation for an Accept-Encoding."""
        return self.packed if self.packed and b"gzip" in accepted and not REFUSES.search(accepted) else self.plain


class Cache:
    """Answers for `app` where a path matches `own`, from what was kept; the least recently used makes room."""

    def __init__(self, app: App, own: re.Pattern[str], capacity: int = CAPACITY) -> None:
        """Keep at most `capacity` bytes."""
        self._app, self._own, self._capacity = app, own, capacity
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._size = 0
        self._rendering: dict[Key, asyncio.Future[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not self._own.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        entry = self._entries.get(key) if key else None
        while entry is None and key in self._rendering:
            await asyncio.wait({self._rendering[key]})
            entry = self._entries.get(key)
        if entry is None:
            await self._render(key, scope, receive, send)
        else:
            if key:
                self._entries.move_to_end(key)
            await _send(entry, scope, send)

    async def _render(self, key: Key | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, for anybody; keep the answer where it is whole, good and small enough."""
        headers = [(name, value) for name, value in scope["headers"] if name not in PERSONAL]
        recorder = Recorder(send, head=scope["method"] == "HEAD")
        rendered = asyncio.get_running_loop().create_future()
        if key:
            self._rendering[key] = rendered
        try:
            await self._app({**scope, "method": "GET", "headers": headers}, receive, recorder.record)
            entry = recorder.entry(forever="/static/" in scope["path"] and b"v=" in scope["query_string"])
            if key and entry:
                self._put(key, entry)
        finally:
            if key:
                del self._rendering[key]
            rendered.set_result(None)
        if entry:
            await _send(entry, scope, send)

    def _put(self, key: Key, entry: Entry) -> None:
        self._entries[key] = entry
        self._size += entry.size
        while self._size > self._capacity:
            self._size -= self._entries.popitem(last=False)[1].size


class Recorder:
    """Takes down an answer; passes on at once what is not to be kept: errors, what sets a cookie, what is too large."""

    def __init__(self, send: Send, *, head: bool) -> None:
        """Pass on to `send`; where only the head was asked for, without the body."""
        self._send, self._head = send, head
        self._start: Message | None = None
        self._chunks: list[bytes] = []
        self._complete = False

    async def record(self, message: Message) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start" and _good(message):
            self._start = message
        elif self._start is None:
            await self._send({**message, "body": b""} if self._head and "body" in message else message)
        else:
            self._chunks.append(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if sum(map(len, self._chunks)) > LARGEST:
                await self._give_up(more_body=not self._complete)

    def entry(self, *, forever: bool) -> Entry | None:
        """Return what was taken down, None where it was passed on; `forever` where it can never change."""
        if self._start is None or not self._complete:
            return None
        body = b"".join(self._chunks)
        lower = [(name.lower(), value) for name, value in self._start["headers"]]
        headers = [header for header in lower if header[0] not in COMPUTED]
        given = dict(headers)
        if forever or b"cache-control" not in given:
            headers = [header for header in headers if header[0] != b"cache-control"]
            headers.append((b"cache-control", FOREVER if forever else MAX_AGE))
        digest = hashlib.sha256(body).hexdigest()[:32].encode()
        plain = _kept(headers, body, b'"%s"' % digest)
        if len(body) < SMALLEST or not TEXT.match(given.get(b"content-type", b"")):
            return Entry(plain, None)
        packed = gzip.compress(body, mtime=0)
        return Entry(plain, _kept([*headers, (b"content-encoding", b"gzip")], packed, b'"%s-gzip"' % digest))

    async def _give_up(self, *, more_body: bool) -> None:
        start, self._start = self._start, None
        assert start is not None
        body = b"" if self._head else b"".join(self._chunks)
        self._chunks.clear()
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": more_body})


def _key(scope: Scope) -> Key | None:
    """Return what a page is kept under: parameters by name, empty ones left out; None where one is not known."""
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
    if not scope["query_string"]:
        return path, ""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"))
    if not {name for name, _ in pairs} <= PARAMETERS:
        return None
    return path, urlencode(sorted(pairs, key=lambda pair: pair[0]))


def _good(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    kept = b"no-store" not in headers.get(b"cache-control", b"")
    return bool(start["status"] == 200 and kept and b"set-cookie" not in headers and b"content-encoding" not in headers)  # noqa: PLR2004 OK


def _kept(headers: Headers, body: bytes, etag: bytes) -> Kept:
    length = str(len(body)).encode()
    return Kept([*headers, (b"vary", b"Accept-Encoding"), (b"etag", etag), (b"content-length", length)], body, etag)


async def _send(entry: Entry, scope: Scope, send: Send) -> None:
    accepted = wanted = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            wanted = value
    kept = entry.fit(accepted)
    known = {tag.strip().removeprefix(b"W/") for tag in wanted.split(b",")}
    if wanted and known & {kept.etag, b"*"}:
        headers = [header for header in kept.headers if not header[0].startswith(b"content-length")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else kept.body})
