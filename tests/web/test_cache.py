"""The store of rendered pages: each is rendered once, for everybody, and sent as the reader can take it."""

import asyncio
import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from guard import cache
from guard.cache import Cache
from guard.gate import Message, Receive, Scope, Send
from tests.conftest import PROJECT
from tests.web.server import ONE, Site, serving

pytestmark = pytest.mark.xdist_group("cache")

TEXT = b"What they may do with what you type. " * 40
HTML = (b"content-type", b"text/html; charset=utf-8")
OWN = re.compile(r"/(?!table)")


@dataclass
class Origin:
    """An app that answers what it is told, and counts."""

    body: bytes = TEXT
    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: [HTML])
    status: int = 200
    seen: list[Scope] = field(default_factory=list)
    wait: asyncio.Event | None = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.seen.append(scope)
        if self.wait:
            await self.wait.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        half = len(self.body) // 2
        await send({"type": "http.response.body", "body": self.body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[half:]})


@dataclass
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


async def ask(app: Callable[..., Any], target: str = "/page", method: str = "GET", **headers: str) -> Answer:
    path, _, query = target.partition("?")
    sent = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode()}
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        messages.append(message)

    await app({**scope, "headers": sent}, receive, send)
    start, *bodies = messages
    assert all(message["type"] == "http.response.body" for message in bodies)
    assert [bool(message.get("more_body")) for message in bodies] == [True] * (len(bodies) - 1) + [False]
    names = [name for name, _ in start["headers"]]
    assert len(names) == len(set(names)), names
    return Answer(start["status"], dict(start["headers"]), b"".join(message["body"] for message in bodies))


def answers(origin: Origin, *requests: dict[str, Any], capacity: int = cache.CAPACITY) -> list[Answer]:
    """What is answered to requests, one after another."""

    async def run() -> list[Answer]:
        app = Cache(origin, OWN, capacity)
        return [await ask(app, **request) for request in requests]

    return asyncio.run(run())


def test_a_page_is_rendered_once_and_stays_the_same() -> None:
    origin = Origin()
    first, second = answers(origin, {}, {})
    assert first == second
    assert first.body == TEXT
    assert first.headers[b"content-length"] == str(len(TEXT)).encode()
    assert first.headers[b"cache-control"] == cache.MAX_AGE
    assert len(origin.seen) == 1


def test_what_the_page_says_of_its_age_stays() -> None:
    (page,) = answers(Origin(headers=[HTML, (b"Cache-Control", b"max-age=5"), (b"Vary", b"Cookie")]), {})
    assert page.headers[b"cache-control"] == b"max-age=5"
    assert page.headers[b"vary"] == b"Accept-Encoding"


def test_the_etag_is_strong_and_answered_with_304() -> None:
    origin = Origin()
    (page,) = answers(origin, {})
    etag = page.headers[b"etag"].decode()
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        (same,) = answers(origin, {"if_none_match": known})
        assert (same.status, same.body) == (304, b"")
        assert same.headers[b"etag"].decode() == etag
        assert b"content-length" not in same.headers
    (changed,) = answers(Origin(body=TEXT + b"!"), {"if_none_match": etag})
    assert changed.status == 200


def test_each_representation_has_its_own_etag() -> None:
    plain, packed, again = answers(
        Origin(), {}, {"accept_encoding": "br, gzip"}, {"accept_encoding": "gzip", "if_none_match": '"x"'}
    )
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers[b"content-encoding"] == b"gzip"
    assert packed.headers[b"etag"] != plain.headers[b"etag"]
    assert packed == again
    assert len(packed.body) < len(plain.body) / 2


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0, br"])
def test_who_takes_no_gzip_gets_none(accepted: str) -> None:
    (page,) = answers(Origin(), {"accept_encoding": accepted})
    assert page.body == TEXT
    assert b"content-encoding" not in page.headers


@pytest.mark.parametrize(("kind", "body"), [(b"image/png", TEXT), (b"text/html", b"short")])
def test_what_would_not_shrink_is_not_compressed(kind: bytes, body: bytes) -> None:
    (page,) = answers(Origin(body=body, headers=[(b"content-type", kind)]), {"accept_encoding": "gzip"})
    assert page.body == body


def test_head_is_get_without_the_body() -> None:
    origin = Origin()
    head, page = answers(origin, {"method": "HEAD"}, {})
    assert (head.status, head.headers, head.body) == (page.status, page.headers, b"")
    assert [scope["method"] for scope in origin.seen] == ["GET"]
    (failed,) = answers(Origin(status=404), {"method": "HEAD"})
    assert (failed.status, failed.body) == (404, b"")


def test_the_page_is_rendered_for_nobody_in_particular() -> None:
    origin = Origin()
    answers(origin, {"cookie": "ds_actor=x", "authorization": "Bearer x", "accept": "text/html"})
    assert origin.seen[0]["headers"] == [(b"accept", b"text/html")]


def test_parameters_are_kept_by_name_and_empty_ones_do_not_count() -> None:
    origin = Origin()
    answers(
        origin,
        {"target": "/page?sort=name&as_of=2025-01-01"},
        {"target": "/page?as_of=2025-01-01&q=&sort=name"},
        {"target": "/page?as_of=2025-01-02&sort=name"},
    )
    assert len(origin.seen) == 2


@pytest.mark.parametrize(
    ("origin", "request_"),
    [
        (Origin(status=404), {}),
        (Origin(status=500), {}),
        (Origin(headers=[HTML, (b"set-cookie", b"a=b")]), {}),
        (Origin(headers=[HTML, (b"cache-control", b"private, no-store")]), {}),
        (Origin(), {"target": "/page?unknown=1"}),
        (Origin(), {"target": "/table"}),
        (Origin(), {"method": "POST"}),
    ],
)
def test_what_is_not_a_page_for_everybody_is_not_kept(origin: Origin, request_: dict[str, Any]) -> None:
    first, second = answers(origin, request_, request_)
    assert len(origin.seen) == 2
    assert first == second
    assert (first.status, first.body) == (origin.status, TEXT)


def test_what_is_too_large_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (len(TEXT) - 1, len(TEXT) // 2 - 1):
        monkeypatch.setattr(cache, "LARGEST", limit)
        origin = Origin()
        page, again, head = answers(origin, {}, {}, {"method": "HEAD"})
        assert page.body == again.body == TEXT
        assert head.body == b""
        assert len(origin.seen) == 3


def test_the_least_recently_used_makes_room() -> None:
    origin = Origin(headers=[(b"content-type", b"image/png")])
    room = 2 * (len(TEXT) + cache.OVERHEAD)
    answers(origin, *({"target": path} for path in ("/a", "/b", "/a", "/c", "/a", "/b")), capacity=room)
    assert [scope["path"] for scope in origin.seen] == ["/a", "/b", "/c", "/b"]


def test_a_page_that_many_ask_for_at_once_is_rendered_once() -> None:
    async def run() -> tuple[list[Answer], int]:
        origin = Origin(wait=asyncio.Event())
        app = Cache(origin, OWN)
        asked = [asyncio.ensure_future(ask(app)) for _ in range(5)]
        await asyncio.sleep(0)
        assert origin.wait is not None
        origin.wait.set()
        return [await answer for answer in asked], len(origin.seen)

    pages, rendered = asyncio.run(run())
    assert {page.body for page in pages} == {TEXT}
    assert rendered == 1


def test_a_failure_is_not_shared() -> None:
    async def run() -> int:
        origin = Origin(status=503, wait=asyncio.Event())
        app = Cache(origin, OWN)
        asked = [asyncio.ensure_future(ask(app)) for _ in range(3)]
        await asyncio.sleep(0)
        assert origin.wait is not None
        origin.wait.set()
        assert [(await answer).status for answer in asked] == [503] * 3
        return len(origin.seen)

    assert asyncio.run(run()) == 3


def test_a_page_that_breaks_leaves_nobody_waiting() -> None:
    async def run() -> None:
        async def broken(*_: object) -> None:
            await asyncio.sleep(0)
            raise ZeroDivisionError

        app = Cache(broken, OWN)
        for answer in await asyncio.gather(ask(app), ask(app), return_exceptions=True):
            assert isinstance(answer, ZeroDivisionError)

    asyncio.run(run())


def test_pages_know_no_parameter_that_the_cache_does_not() -> None:
    files = [path for path in (PROJECT / "web" / "pages").glob("*.py") if path.name != "alerts.py"]  # never kept
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    asked = set(re.findall(r"""(?:argument|args\.get|args\.getlist)\(["'](\w+)["']""", code))
    assert {"as_of"} <= asked <= cache.PARAMETERS


def test_the_site_keeps_its_pages(instance: Path) -> None:
    with serving(instance) as site:
        for path in ("/", "/products/claude", "/products/claude?as_of=2025-08-01"):
            page = site.get(path, accept_encoding="gzip")
            assert page.headers["content-encoding"] == "gzip"
            assert page.headers["vary"] == "Accept-Encoding"
            again = site.get(path, accept_encoding="gzip", if_none_match=page.headers["etag"], cookie="ds_actor=x")
            assert again.status == 304
            assert site.get(path, method="HEAD").headers["content-length"] == str(len(gzip.decompress(page.body)))
        style = site.get("/static/site.css?v=1")
        assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert _same_for_everybody(site)
        table = site.get("/does-it-train/events", accept_encoding="gzip")
        assert table.headers["content-encoding"] == "gzip"
        assert "etag" not in table.headers


def _same_for_everybody(site: Site) -> bool:
    return site.get("/", ONE).body == site.get("/", ONE, cookie="a=b", authorization="Bearer x").body
