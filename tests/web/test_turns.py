"""Turns: one request of a client at a time, a few in all, and none for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from guard import turns
from guard.database import DEADLINE
from guard.gate import Message, Receive, Scope, Send, gate
from guard.turns import Turns, client

Answer = tuple[int, dict[bytes, bytes], bytes]


class App:
    """Answers when it is told to; says who is being answered."""

    def __init__(self) -> None:
        self.running: list[str] = []
        self.go = asyncio.Event()
        self.ended = 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.running.append(scope["client"][0])
        assert DEADLINE.get() < float("inf")
        await self.go.wait()
        self.ended += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


async def ask(app: Callable[..., Awaitable[None]], host: str = "10.0.0.1", **scope: Any) -> Answer:  # noqa: ANN401 parts of a scope
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 40_000, "more_body": True}

    async def send(message: Message) -> None:
        messages.append(message)

    basis = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await app({**basis, "client": (host, 1), **scope}, receive, send)
    return messages[0]["status"], dict(messages[0]["headers"]), messages[1]["body"]


def start(all_turns: Turns, host: str, *, shared: bool = True) -> "asyncio.Task[Answer]":
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await all_turns.answer(scope, receive, send, shared=shared)

    return asyncio.ensure_future(ask(answer, host))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_client_has_one_turn_at_a_time_and_others_have_theirs() -> None:
    async def run() -> None:
        app = App()
        all_turns = Turns(app, running=3)
        asked = [start(all_turns, host) for host in ("a", "a", "b")]
        await settle()
        assert app.running == ["a", "b"]
        app.go.set()
        assert [(await answer)[0] for answer in asked] == [200, 200, 200]
        assert app.running == ["a", "b", "a"]
        assert not all_turns._lines
        assert not all_turns._waiting

    asyncio.run(run())


def test_pages_of_ours_do_not_wait_for_sql_of_others() -> None:
    async def run() -> None:
        app = App()
        all_turns = Turns(app, running=1)
        asked = [start(all_turns, "a"), start(all_turns, "b"), start(all_turns, "c", shared=False)]
        asked.append(start(all_turns, "a", shared=False))
        await settle()
        assert app.running == ["a", "c", "a"]
        app.go.set()
        assert [(await answer)[0] for answer in asked] == [200] * 4

    asyncio.run(run())


def test_who_waits_too_long_is_told_on_whose_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)

    async def run() -> None:
        app = App()
        all_turns = Turns(app, running=1)
        first = start(all_turns, "a")
        await settle()
        status, headers, text = await start(all_turns, "a")
        assert (status, headers[b"retry-after"]) == (429, b"1")
        assert b"Your other request" in text
        status, headers, text = await start(all_turns, "b")
        assert (status, headers[b"retry-after"]) == (503, b"1")
        assert b"Others" in text
        app.go.set()
        assert (await first)[0] == 200
        assert (await start(all_turns, "b"))[0] == 200
        assert not all_turns._lines

    asyncio.run(run())


def test_a_client_with_many_waiting_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAITING", 2)

    async def run() -> None:
        app = App()
        all_turns = Turns(app, running=1)
        asked = [start(all_turns, "a") for _ in range(3)]
        await settle()
        status, _, text = await start(all_turns, "a")
        assert status == 429
        assert b"More than 2" in text
        app.go.set()
        assert [(await answer)[0] for answer in asked] == [200] * 3

    asyncio.run(run())


def test_an_answer_that_does_not_begin_in_time_is_given_up_but_keeps_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SECONDS", 0.01)
    monkeypatch.setattr(turns, "PATIENCE", 0.01)

    async def run() -> None:
        app = App()
        told: list[Message] = []
        answered = asyncio.Event()

        async def send(message: Message) -> None:
            told.append(message)
            if message["type"] == "http.response.body":
                answered.set()

        all_turns = Turns(app, running=1)
        scope = {"client": ("a", 1)}
        late = asyncio.ensure_future(all_turns.answer(scope, None, send, shared=True))
        await answered.wait()
        assert told[0]["status"] == 503
        assert (await start(all_turns, "a"))[0] == 429
        app.go.set()
        await late
        assert (app.ended, len(told)) == (1, 2)
        assert (await start(all_turns, "a"))[0] == 200

    asyncio.run(run())


def test_an_app_that_breaks_gives_its_turn_back() -> None:
    async def run() -> None:
        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        all_turns = Turns(broken, running=1)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await start(all_turns, "a")
        assert not all_turns._lines

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("/run/socket", "/run/socket"),
    ],
)
def test_a_client_is_an_address_or_a_network(host: str, name: str) -> None:
    assert client({"client": (host, 1)}) == name
    assert client({"client": None}) == ""


async def _read(_scope: Scope, receive: Receive, send: Send) -> None:
    kinds = [(await receive())["type"] for _ in range(3)]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": " ".join(kinds).encode()})


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({}, 200),
        ({"method": "OPTIONS"}, 204),
        ({"method": "TRACE"}, 405),
        ({"query_string": b"x" * 8_000}, 414),
        ({"query_string": b"a=1&" * 100}, 400),
        ({"path": "/-/versions.json"}, 404),
        ({"path": "/-"}, 404),
        ({"path": "/-/static/app.css"}, 200),
        ({"path": "/static/../x"}, 404),
        ({"path": "/x\0"}, 404),
        ({"headers": [(b"content-length", b"70000")]}, 413),
    ],
)
def test_the_gate(scope: dict[str, Any], status: int) -> None:
    assert asyncio.run(ask(gate(_read), **scope))[0] == status


def test_the_gate_knows_where_the_site_begins() -> None:
    for path, status in (("/base/-/versions", 404), ("/base/-/static/app.css", 200), ("/base/", 200)):
        assert asyncio.run(ask(gate(_read, "/base"), path=path))[0] == status


def test_a_body_that_turns_out_to_be_too_large_is_cut() -> None:
    assert asyncio.run(ask(gate(_read)))[2] == b"http.request http.disconnect http.disconnect"


def test_the_gate_lets_the_life_of_the_server_pass() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    asyncio.run(gate(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
