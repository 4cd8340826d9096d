"""What there is to send: prepared in one transaction, taken one by one, marked when it is done."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from alerts import DAY, HOUR, MINUTE
from alerts.changes import Entry, moves, product_of, told
from alerts.store import transaction
from alerts.subscriptions import EVERYTHING

FIRST_WAIT, LONGEST_WAIT = 5 * MINUTE, 12 * HOUR
GIVEN_UP = 5 * DAY  # after so long a mail is tried no more, RFC 5321 4.5.4.1
KINDS = ("confirm", "manage", "note")  # the most urgent first

# Whom the changes of a release concern. Only subscriptions older than the note count: what is younger was made in the
# knowledge of the change.
CONCERNED = """
    from (select distinct product_id from changes where release = :release) as changed
    join follows on follows.product_id in (changed.product_id, :everything)
    join subscribers using (subscriber_id)
    where confirmed_at <= :prepared_at and refused_at is null
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is due: to whom, what it is (see schema.sql), and how often it was tried."""

    mail_id: int
    subscriber_id: int
    key: str
    address: str
    kind: str
    release: str | None
    product_id: str | None
    queued_at: int
    tries: int


def release_of(document: dict[str, Any]) -> str:
    """Return the name of the release that a changes.json leads to: its version and what it was made from."""
    new = document["new"]
    return f"{new['version']}+{new['commit'] or new['as_of']}"


def prepare(connection: sqlite3.Connection, document: dict[str, Any], now: int) -> int | None:
    """Make one note for everyone whom the changes of a release concern; return how many.

    All or nothing, once per release: returns None where it was done before. What an earlier note told is not told
    again.
    """
    release = release_of(document)
    with transaction(connection):
        if connection.execute("select 1 from releases where release = ?", [release]).fetchone():
            return None
        connection.execute("insert into releases (release, prepared_at) values (?, ?)", [release, now])
        _move(connection, moves(document["changes"]))
        _add_changes(connection, release, document["changes"])
        made = connection.execute(
            f"""
            insert into outbox (subscriber_id, kind, release, queued_at, due_at)
            select distinct subscriber_id, 'note', :release, :prepared_at, :prepared_at {CONCERNED}
            """,
            {"release": release, "prepared_at": now, "everything": EVERYTHING},
        )
        return made.rowcount


def next_due(connection: sqlite3.Connection, now: int) -> Mail | None:
    """Return the mail that is due first: those that a person waits for go before notes."""
    for kind in KINDS:
        found = connection.execute(
            """
            select mail_id, subscriber_id, key, address, kind, release, product_id, queued_at, tries
            from outbox join subscribers using (subscriber_id)
            where kind = ? and due_at <= ? order by due_at limit 1
            """,
            [kind, now],
        ).fetchone()
        if found:
            return Mail(*found)
    return None


def products_told(connection: sqlite3.Connection, mail: Mail) -> list[str]:
    """Return the products that a note is about: those of its release that the person follows still."""
    found = connection.execute(
        f"select distinct changed.product_id {CONCERNED} and subscriber_id = :subscriber_id order by 1",
        {
            "release": mail.release,
            "prepared_at": mail.queued_at,
            "everything": EVERYTHING,
            "subscriber_id": mail.subscriber_id,
        },
    )
    return [row[0] for row in found]


def changes_of(connection: sqlite3.Connection, release: str, product_id: str) -> list[Entry]:
    """Return what a release tells of a product."""
    found = connection.execute(
        "select entry from changes where release = ? and product_id = ? order by position", [release, product_id]
    )
    return [json.loads(row["entry"]) for row in found]


def sent(connection: sqlite3.Connection, mail: Mail, now: int) -> None:
    """Mark a mail as sent."""
    connection.execute("update outbox set due_at = null, sent_at = ? where mail_id = ?", [now, mail.mail_id])


def drop(connection: sqlite3.Connection, mail: Mail) -> None:
    """Take a mail away that has nothing to say any more."""
    connection.execute("delete from outbox where mail_id = ?", [mail.mail_id])


def postpone(connection: sqlite3.Connection, mail: Mail, answer: str, now: int) -> None:
    """Try a mail again after a wait that doubles with every try, or give it up after five days."""
    wait = min(FIRST_WAIT * 2**mail.tries, LONGEST_WAIT)
    due_at = now + wait if now - mail.queued_at < GIVEN_UP else None
    connection.execute(
        "update outbox set tries = tries + 1, due_at = ?, answer = ? where mail_id = ?", [due_at, answer, mail.mail_id]
    )


def refuse(connection: sqlite3.Connection, mail: Mail, answer: str, now: int) -> None:
    """Mark an address that takes no mail: nothing more is sent to it."""
    with transaction(connection):
        connection.execute(
            "update outbox set due_at = null, answer = ? where subscriber_id = ? and due_at is not null",
            [answer, mail.subscriber_id],
        )
        connection.execute(
            "update subscribers set refused_at = ?, answer = ? where subscriber_id = ?",
            [now, answer, mail.subscriber_id],
        )


def accept_again(connection: sqlite3.Connection, mail: Mail, answer: str, now: int) -> None:
    """Take back that an address was marked: it turned out that the server refuses everyone."""
    with transaction(connection):
        connection.execute(
            "update subscribers set refused_at = null, answer = null where subscriber_id = ?", [mail.subscriber_id]
        )
        connection.execute(
            "update outbox set due_at = ? "
            "where subscriber_id = ? and due_at is null and sent_at is null and answer = ?",
            [now + FIRST_WAIT, mail.subscriber_id, answer],
        )


def waiting(connection: sqlite3.Connection) -> tuple[int, int | None]:
    """Return how many mails wait, and when the next one is due."""
    found = connection.execute("select count(*), min(due_at) from outbox where due_at is not null").fetchone()
    return found[0], found[1]


def _move(connection: sqlite3.Connection, moved: list[tuple[str, str, str]]) -> None:
    """Let the followers of a product follow it under its new ids, and notes that wait speak of it there."""
    for old, new, name in moved:
        connection.execute(
            """
            insert into follows (subscriber_id, product_id, product, asked_at, confirmed_at)
            select subscriber_id, ?, ?, asked_at, confirmed_at from follows where product_id = ?
            on conflict do update set confirmed_at = min(
                coalesce(confirmed_at, excluded.confirmed_at), coalesce(excluded.confirmed_at, confirmed_at)
            )
            """,
            [new, name, old],
        )
        connection.execute("update changes set product_id = ? where product_id = ?", [new, old])
    connection.executemany("delete from follows where product_id = ?", [(old,) for old, _, _ in moved])


def _add_changes(connection: sqlite3.Connection, release: str, entries: list[Entry]) -> None:
    """Store what is to be told, unless the last that was told of the same cell was the same."""
    last = (
        "select change_id from changes join releases using (release) "
        "where subject = ? order by prepared_at desc limit 1"
    )
    for position, entry in enumerate(told(entries)):
        subject = ";".join(str(entry[part]) for part in ("table", "key", "field"))
        before = connection.execute(last, [subject]).fetchone()
        if before is None or before["change_id"] != entry["change_id"]:
            connection.execute(
                "insert into changes (release, position, change_id, subject, what, product_id, entry) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                [release, position, entry["change_id"], subject, entry["what"], product_of(entry), json.dumps(entry)],
            )
