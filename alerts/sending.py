"""Sending what is due: one process at a time, each mail marked as soon as it was taken."""

import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from alerts import outbox, store, subscriptions, transport
from alerts.mails import Section, confirmation, management, note, section
from alerts.outbox import Mail
from alerts.settings import Settings
from alerts.transport import PostponedError, RefusedError, Transport, UnavailableError

IN_A_ROW = 20  # after so many mails that were not taken, none in between that was, something else is wrong
TICK = 30  # seconds after which the site looks for mails whose wait is over

Clock = Callable[[], int]
log = logging.getLogger("alerts")


@dataclass(slots=True)
class Delivered:
    """What became of the mails: how many were sent, postponed, refused; `trouble` says why it stopped early."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    trouble: str = ""


@dataclass(slots=True)
class _Run:
    """One run of `deliver`; `failed` are the last mails in a row that were not taken, with the answer."""

    connection: sqlite3.Connection
    settings: Settings
    transport: Transport
    clock: Clock
    done: Delivered = field(default_factory=Delivered)
    failed: list[tuple[Mail, str]] = field(default_factory=list)
    sections: dict[tuple[str, str], Section] = field(default_factory=dict)

    def all(self) -> None:
        """Send until nothing is due, or nothing can be sent."""
        while len(self.failed) < IN_A_ROW and (mail := outbox.next_due(self.connection, self.clock())):
            try:
                self._one(mail)
            except UnavailableError as error:
                self.done.trouble = str(error)
                return
        if len(self.failed) == IN_A_ROW:
            self.done.trouble = f"the server took none of {IN_A_ROW} mails in a row; it said last: {self.failed[-1][1]}"
            for mail, answer in self.failed:
                outbox.accept_again(self.connection, mail, answer, self.clock())

    def _one(self, mail: Mail) -> None:
        message = self._compose(mail)
        if message is None:
            outbox.drop(self.connection, mail)
            return
        try:
            self.transport.send(message)
        except PostponedError as error:
            outbox.postpone(self.connection, mail, str(error), self.clock())
            self.done.postponed += 1
            self.failed.append((mail, str(error)))
        except RefusedError as error:
            outbox.refuse(self.connection, mail, str(error), self.clock())
            self.done.refused += 1
            self.failed.append((mail, str(error)))
        else:
            outbox.sent(self.connection, mail, self.clock())
            self.done.sent += 1
            self.failed.clear()

    def _compose(self, mail: Mail) -> EmailMessage | None:
        """Return a mail as it reads now, or None where the person no longer follows what it is about."""
        if mail.kind == "note":
            sections = [self._section(mail, product_id) for product_id in outbox.products_told(self.connection, mail)]
            return note(self.settings, mail, sections, self.clock()) if sections else None
        if mail.kind == "manage":
            return management(self.settings, mail, self.clock())
        asked = subscriptions.follows(self.connection, mail.key)
        found = [follow for follow in asked if follow.product_id == mail.product_id and not follow.confirmed]
        return confirmation(self.settings, mail, found[0], self.clock()) if found else None

    def _section(self, mail: Mail, product_id: str) -> Section:
        assert mail.release is not None
        key = (mail.release, product_id)
        if key not in self.sections:
            self.sections[key] = section(self.settings, product_id, outbox.changes_of(self.connection, *key))
        return self.sections[key]


def deliver(settings: Settings, clock: Clock, *, wait: bool) -> Delivered | None:
    """Send all mails that are due.

    While another process sends, this one waits for it to end, or with `wait` off leaves it to that one and returns
    None. Killed at any point, the next run goes on where this one was: only a mail that the server has taken, and that
    is not yet marked, goes out twice, with the same Message-ID.
    """
    with store.opened(settings.database) as connection, _alone(settings, wait=wait) as alone:
        if not alone:
            return None
        with transport.opened(settings) as way:
            run = _Run(connection, settings, way, clock)
            run.all()
        return run.done


@contextmanager
def _alone(settings: Settings, *, wait: bool) -> Iterator[bool]:
    """Be the only one who sends. The lock is the kernel's: it ends with the process, however that ends."""
    with settings.database.with_name(f"{settings.database.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


class Worker(threading.Thread):
    """Sends beside the site: when woken, and every half minute what has waited long enough; purges as well."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(name="alerts", daemon=True)
        self.settings, self.clock = settings, clock
        self.wanted, self.ended = threading.Event(), threading.Event()

    def run(self) -> None:
        """Work until told to end."""
        while not self.ended.is_set():
            self.work()
            self.wanted.wait(TICK)
            self.wanted.clear()

    def work(self) -> None:
        """Purge and send once; what goes wrong is logged, and tried again the next time."""
        try:
            with store.opened(self.settings.database) as connection:
                subscriptions.purge(connection, self.clock())
            done = deliver(self.settings, self.clock, wait=False)
        except Exception:
            log.exception("the alerts could not be sent")
            return
        if done is not None and done.trouble:
            log.warning("mails wait: %s", done.trouble)

    def wake(self) -> None:
        """Let it look at once."""
        self.wanted.set()

    def end(self) -> None:
        """Let it end after the mail it is at."""
        self.ended.set()
        self.wake()
