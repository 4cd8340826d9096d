"""One request at a time for each client, a few at a time in all, each for a limited time.

Only what asks the database takes a turn; what is kept in `guard.cache` does not come here.
"""

import asyncio
import ipaddress
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from guard.database import DEADLINE
from guard.gate import App, Message, Receive, Scope, Send, reply

SQL_SECONDS: Final = 1.4  # for all queries of a request together
SECONDS: Final = 1.8  # until an answer must have begun
PATIENCE: Final = 1.0  # seconds that a request waits for its turn
WAITING: Final = 20  # requests of one client that wait
IPV6_NETWORK: Final = 64  # bits; what one subscriber of a provider gets
RETRY: Final = [(b"retry-after", b"1")]


class LateError(Exception):
    """The answer comes after the client was told that it will not."""


class BusyError(Exception):
    """There is no turn to be had in time; `status` says on whose account."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class Turns:
    """Gives turns: `running` requests for which `shared(scope)` holds run at a time, of each client one.

    The address of a client is that of the connection, or what uvicorn took from `X-Forwarded-For` of a proxy that it
    trusts (its setting FORWARDED_ALLOW_IPS).
    """

    def __init__(self, app: App, running: int) -> None:
        """Let `app` answer in turns."""
        self._app = app
        self._running = asyncio.Semaphore(running)
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: Counter[str] = Counter()

    async def answer(self, scope: Scope, receive: Receive, send: Send, *, shared: bool) -> None:
        """Answer a request when its turn comes; where none comes in time, 429 or 503."""
        try:
            async with self._turn(f"{shared} {client(scope)}", shared=shared):
                await self._timed(scope, receive, send)
        except BusyError as busy:
            await reply(send, busy.status, busy.text, RETRY)

    @asynccontextmanager
    async def _turn(self, line: str, *, shared: bool) -> AsyncIterator[None]:
        if self._waiting[line] > WAITING:
            raise BusyError(429, f"More than {WAITING} requests of yours wait for their turn. Ask one after another.")
        self._waiting[line] += 1
        try:
            lock = self._lines[line]
            await _acquire(lock, BusyError(429, "Your other request still runs. Ask one after another."))
            try:
                if shared:
                    await _acquire(self._running, BusyError(503, "Others ask just now. Try again in a second."))
                try:
                    yield
                finally:
                    if shared:
                        self._running.release()
            finally:
                lock.release()
        finally:
            self._waiting[line] -= 1
            if not self._waiting[line]:
                del self._waiting[line], self._lines[line]

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and say so where the answer does not begin in time; its turn ends when its queries have ended."""
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        late = False

        async def sent(message: Message) -> None:
            if late:
                raise LateError
            if not begun.done():
                begun.set_result(None)
            await send(message)

        DEADLINE.set(time.monotonic() + SQL_SECONDS)
        answer = asyncio.ensure_future(self._app(scope, receive, sent))
        await asyncio.wait({answer, begun}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not begun.done() and not answer.done():
            late = True
            await reply(send, 503, f"This takes more than {SECONDS} seconds. Ask for less at a time.", RETRY)
        try:
            await answer
        except LateError:
            return


def client(scope: Scope) -> str:
    """Return who asks: the address, of IPv6 the network."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004 IPv4
        return host
    return str(ipaddress.ip_network((int(address), IPV6_NETWORK), strict=False))


async def _acquire(turn: asyncio.Lock | asyncio.Semaphore, otherwise: BusyError) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await turn.acquire()
    except TimeoutError:
        raise otherwise from None
