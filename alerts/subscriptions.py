"""What a person does: ask for notes, confirm, look, stop, and be forgotten.

Asking does the same work and gives the same answer whether an address is known or not; what differs is only the mail
that goes to the address itself.
"""

import secrets
import sqlite3
from dataclasses import dataclass

from alerts import DAY, HOUR, addresses, limits, tokens
from alerts.settings import Settings
from alerts.store import tidy, transaction

EVERYTHING = "_all"  # in place of a product_id; no id begins with an underscore
UNCONFIRMED = 48 * HOUR  # how long an address is kept that nobody confirmed
REFUSED = 30 * DAY  # and one that takes no mail


@dataclass(frozen=True, slots=True)
class Follow:
    """What a person follows: `product_id` (or EVERYTHING), its name, and whether the person has confirmed it."""

    product_id: str
    product: str
    confirmed: bool


def subscribe(  # noqa: PLR0913 what a form holds
    connection: sqlite3.Connection, settings: Settings, *, address: str, product_id: str, product: str, now: int
) -> None:
    """Ask for notes about a product: queues a mail to `address` whose link confirms it.

    One who follows it already gets a link to what there is to manage instead. Nothing happens where the mailbox was
    written to too often.
    """
    with transaction(connection):
        if not limits.allow(connection, settings, "mailbox", addresses.mailbox(address), now):
            return
        connection.execute(
            "insert into subscribers (key, address) values (?, ?) on conflict (address) do nothing",
            [secrets.token_urlsafe(12), address],
        )
        (subscriber_id,) = connection.execute(
            "select subscriber_id from subscribers where address = ?", [address]
        ).fetchone()
        (confirmed_at,) = connection.execute(
            """
            insert into follows (subscriber_id, product_id, product, asked_at) values (?, ?, ?, ?)
            on conflict do update set asked_at = excluded.asked_at, product = excluded.product
            returning confirmed_at
            """,
            [subscriber_id, product_id, product, now],
        ).fetchone()
        kind, about = ("confirm", product_id) if confirmed_at is None else ("manage", None)
        _queue(connection, subscriber_id, kind, about, now)


def ask_for_link(connection: sqlite3.Connection, settings: Settings, *, address: str, now: int) -> None:
    """Queue a mail with a link to the page that manages what `address` follows, if it follows anything."""
    with transaction(connection):
        if not limits.allow(connection, settings, "mailbox", addresses.mailbox(address), now):
            return
        found = connection.execute(
            "select subscriber_id from subscribers join follows using (subscriber_id) "
            "where address = ? and confirmed_at is not null",
            [address],
        ).fetchone()
        if found:
            _queue(connection, found["subscriber_id"], "manage", None, now)


def asked(connection: sqlite3.Connection, settings: Settings, token: str, now: int) -> tuple[str, Follow] | None:
    """Return whose a link of a confirmation mail is (the key) and what it is about, or None where it is dead."""
    key, _, product_id = (tokens.subject_of(settings, "confirm", token, now) or "").partition(":")
    found = [follow for follow in follows(connection, key) if follow.product_id == product_id]
    return (key, found[0]) if found else None


def confirm(connection: sqlite3.Connection, key: str, product_id: str, now: int) -> None:
    """Let a subscription count. An address that once took no mail is written to again: this link came by mail."""
    with transaction(connection):
        person = "subscriber_id = (select subscriber_id from subscribers where key = ?)"
        connection.execute(
            f"update follows set confirmed_at = ? where {person} and product_id = ? and confirmed_at is null",  # noqa: S608 a constant
            [now, key, product_id],
        )
        connection.execute("update subscribers set refused_at = null, answer = null where key = ?", [key])


def follows(connection: sqlite3.Connection, key: str) -> list[Follow]:
    """Return what a person follows or has asked to follow, by name; nothing where the person is unknown."""
    found = connection.execute(
        "select product_id, product, confirmed_at from follows join subscribers using (subscriber_id) "
        "where key = ? order by product, product_id",
        [key],
    )
    return [Follow(row["product_id"], row["product"], row["confirmed_at"] is not None) for row in found]


def person(connection: sqlite3.Connection, settings: Settings, purpose: str, token: str, now: int) -> str | None:
    """Return the key of the subscriber that a link to manage or to unsubscribe belongs to; None where it is dead."""
    key = tokens.subject_of(settings, purpose, token, now)
    found = connection.execute("select key from subscribers where key = ?", [key]).fetchone()
    return found["key"] if found else None


def stop(connection: sqlite3.Connection, key: str, product_id: str) -> None:
    """End one subscription; with the last one the address goes as well."""
    with transaction(connection):
        connection.execute(
            "delete from follows where product_id = ? "
            "and subscriber_id = (select subscriber_id from subscribers where key = ?)",
            [product_id, key],
        )
        _drop_idle(connection)
    tidy(connection)


def leave(connection: sqlite3.Connection, key: str) -> None:
    """End all subscriptions and delete the address, with every mail to it that waits."""
    with transaction(connection):
        connection.execute("delete from subscribers where key = ?", [key])
    tidy(connection)


def forget(connection: sqlite3.Connection, settings: Settings, address: str) -> bool:
    """Delete an address and all that is known of it; say whether it was known."""
    with transaction(connection):
        gone = connection.execute("delete from subscribers where address = ?", [address]).rowcount
        limits.forget(connection, settings, "mailbox", addresses.mailbox(address))
    tidy(connection)
    return bool(gone)


def purge(connection: sqlite3.Connection, now: int) -> None:
    """Delete what is kept no longer.

    That is: what nobody confirmed in 48 hours, addresses that have taken no mail for 30 days, subscriptions to what
    was withdrawn once its followers know, mails about links, and limits that no longer count.
    """
    with transaction(connection):
        before = connection.total_changes
        connection.execute("delete from follows where confirmed_at is null and asked_at <= ?", [now - UNCONFIRMED])
        connection.execute("delete from subscribers where refused_at <= ?", [now - REFUSED])
        connection.execute(
            """
            delete from follows
            where product_id in (select product_id from changes where what in ('id_withdrawn', 'product_removed'))
                and not exists (
                    select 1 from outbox where outbox.subscriber_id = follows.subscriber_id and due_at is not null
                )
            """
        )
        _drop_idle(connection)
        connection.execute("delete from outbox where kind <> 'note' and queued_at <= ?", [now - UNCONFIRMED])
        connection.execute("delete from attempts where until <= ?", [now])
        done = connection.total_changes > before
    if done:
        tidy(connection)


def _queue(connection: sqlite3.Connection, subscriber_id: int, kind: str, product_id: str | None, now: int) -> None:
    connection.execute(
        "insert into outbox (subscriber_id, kind, product_id, queued_at, due_at) values (?, ?, ?, ?, ?)",
        [subscriber_id, kind, product_id, now, now],
    )


def _drop_idle(connection: sqlite3.Connection) -> None:
    """Delete who follows nothing."""
    connection.execute(
        "delete from subscribers where not exists "
        "(select 1 from follows where follows.subscriber_id = subscribers.subscriber_id)"
    )
