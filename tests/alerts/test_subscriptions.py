"""What a person does: ask, confirm, look, stop, be forgotten; and how often it may be asked for."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from alerts import DAY, HOUR, addresses, limits, store, subscriptions, tokens
from alerts.sending import deliver
from alerts.settings import Settings, SettingsError
from alerts.subscriptions import Follow
from alerts.transport import Folder
from tests.mailing import NOW, changes, entry, follow, link_in, parsed, prepared, settings

ADDRESS = "anna@example.com"


@pytest.fixture
def to(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.fixture
def connection(to: Settings) -> Iterator[sqlite3.Connection]:
    with store.opened(to.database) as connection:
        yield connection


def ask(connection: sqlite3.Connection, to: Settings, now: int = NOW, **changed: str) -> None:
    form = {"address": ADDRESS, "product_id": "parrot", "product": "Parrot"} | changed
    subscriptions.subscribe(connection, to, now=now, **form)


def waiting(connection: sqlite3.Connection) -> list[str]:
    return [row["kind"] for row in connection.execute("select kind from outbox where due_at is not null")]


def key_of(connection: sqlite3.Connection, address: str = ADDRESS) -> str:
    return str(connection.execute("select key from subscribers where address = ?", [address]).fetchone()["key"])


def confirm_token(to: Settings, key: str, now: int = NOW, product_id: str = "parrot") -> str:
    return tokens.token(to, "confirm", f"{key}:{product_id}", now)


def test_a_subscription_counts_only_once_it_is_confirmed(connection: sqlite3.Connection, to: Settings) -> None:
    ask(connection, to)
    key = key_of(connection)
    assert waiting(connection) == ["confirm"]
    assert subscriptions.follows(connection, key) == [Follow("parrot", "Parrot", confirmed=False)]
    assert prepared(to, changes(entry())) == 0
    assert subscriptions.asked(connection, to, confirm_token(to, key), NOW) == (
        key, Follow("parrot", "Parrot", confirmed=False),
    )  # fmt: skip
    subscriptions.confirm(connection, key, "parrot", NOW)
    assert subscriptions.follows(connection, key) == [Follow("parrot", "Parrot", confirmed=True)]
    assert prepared(to, changes(entry(), version="0.3.0")) == 0  # told before
    assert prepared(to, changes(entry(change_id="1" * 16), version="0.4.0"), NOW + 1) == 1


def test_a_link_to_confirm_works_for_48_hours_for_what_it_says_and_while_it_is_asked_for(
    connection: sqlite3.Connection, to: Settings
) -> None:
    ask(connection, to)
    key = key_of(connection)
    token = confirm_token(to, key)
    assert subscriptions.asked(connection, to, token, NOW + 48 * HOUR)
    assert subscriptions.asked(connection, to, token, NOW + 48 * HOUR + 1) is None
    assert subscriptions.asked(connection, to, confirm_token(to, key, product_id="macaw"), NOW) is None
    subscriptions.stop(connection, key, "parrot")
    assert subscriptions.asked(connection, to, token, NOW) is None


@pytest.mark.parametrize("purpose", ["manage", "unsubscribe"])
def test_a_link_works_for_what_it_was_made_for_and_nothing_else(
    connection: sqlite3.Connection, to: Settings, purpose: str
) -> None:
    key = follow(to, ADDRESS, "parrot")
    token = tokens.token(to, purpose, key, NOW)
    assert subscriptions.person(connection, to, purpose, token, NOW) == key
    for other in {"manage", "unsubscribe", "confirm"} - {purpose}:
        assert tokens.subject_of(to, other, token, NOW) is None
    for wrong in ("", "x", token[:-1], token + "A", "A" + token, "A" * 400, token.replace("~", "."), "\0", "é"):
        assert subscriptions.person(connection, to, purpose, wrong, NOW) is None
    subscriptions.leave(connection, key)
    assert subscriptions.person(connection, to, purpose, token, NOW) is None


def test_a_link_to_manage_expires_and_one_to_leave_does_not(to: Settings) -> None:
    token = tokens.token(to, "manage", "k", NOW)
    assert tokens.subject_of(to, "manage", token, NOW + 30 * DAY) == "k"
    assert tokens.subject_of(to, "manage", token, NOW + 30 * DAY + 1) is None
    leave = tokens.token(to, "unsubscribe", "k", NOW)
    assert tokens.subject_of(to, "unsubscribe", leave, NOW + 3650 * DAY) == "k"


def test_links_outlive_the_change_of_the_secret_as_long_as_the_old_one_is_kept(tmp_path: Path) -> None:
    old, new = "o" * 32, "n" * 32
    token = tokens.token(settings(tmp_path, ALERTS_SECRET=old), "manage", "k", NOW)
    assert tokens.subject_of(settings(tmp_path, ALERTS_SECRET=f"{old} {new}"), "manage", token, NOW) == "k"
    assert tokens.subject_of(settings(tmp_path, ALERTS_SECRET=new), "manage", token, NOW) is None
    both = tokens.token(settings(tmp_path, ALERTS_SECRET=f"{old} {new}"), "manage", "k", NOW)
    assert tokens.subject_of(settings(tmp_path, ALERTS_SECRET=new), "manage", both, NOW) == "k"


def test_who_follows_already_gets_a_link_to_manage(connection: sqlite3.Connection, to: Settings) -> None:
    follow(to, ADDRESS, "parrot")
    ask(connection, to)
    assert waiting(connection) == ["manage"]
    ask(connection, to, product_id="macaw", product="Macaw")
    assert sorted(waiting(connection)) == ["confirm", "manage"]


def statements(connection: sqlite3.Connection, work: Callable[[], None]) -> list[str]:
    """The statements that are run, without their values."""
    seen: list[str] = []
    connection.set_trace_callback(lambda sql: seen.append(sql.split("values")[0].split("where")[0].strip()))
    work()
    connection.set_trace_callback(None)
    return seen


def test_asking_does_the_same_work_whether_the_address_is_known_or_not(
    connection: sqlite3.Connection, to: Settings
) -> None:
    follow(to, ADDRESS, "parrot")
    known = statements(connection, lambda: ask(connection, to))
    unknown = statements(connection, lambda: ask(connection, to, address="new@example.com"))
    assert known == unknown
    assert any("insert into outbox" in sql for sql in known)


def test_a_link_is_sent_to_whom_it_concerns_alone(connection: sqlite3.Connection, to: Settings) -> None:
    follow(to, ADDRESS, "parrot")
    ask(connection, to, address="unconfirmed@example.com")
    connection.execute("delete from outbox")
    for address in ("unconfirmed@example.com", "nobody@example.com", ADDRESS.upper()):
        subscriptions.ask_for_link(connection, to, address=address, now=NOW)
    assert waiting(connection) == ["manage"]


def test_a_mailbox_cannot_be_flooded(connection: sqlite3.Connection, to: Settings) -> None:
    spellings = [
        "anna@example.com",
        "ANNA@example.com",
        "an.na@example.com",
        "anna+x@example.com",
        "anna+y@EXAMPLE.com",
    ]
    for _ in range(4):
        for spelling in spellings:
            ask(connection, to, address=spelling)
    assert len(waiting(connection)) == 3
    connection.execute("update follows set confirmed_at = ?", [NOW])
    for spelling in spellings:
        subscriptions.ask_for_link(connection, to, address=spelling, now=NOW)
    assert len(waiting(connection)) == 3
    for day in range(1, 30):
        for _ in range(5):
            ask(connection, to, now=NOW + day * DAY)
    assert len(waiting(connection)) == 10
    ask(connection, to, address="other@example.com")
    assert len(waiting(connection)) == 11


def test_a_network_may_ask_ten_times_an_hour(connection: sqlite3.Connection, to: Settings) -> None:
    times = [NOW + 60 * minute for minute in range(120)]
    allowed = [limits.allow(connection, to, "client", "192.0.2.1", now) for now in times]
    assert allowed[:11] == [True] * 10 + [False]
    assert sum(allowed) == 20
    assert limits.allow(connection, to, "client", "192.0.2.2", NOW)


def test_limits_hold_neither_addresses_nor_networks_and_are_dropped(
    connection: sqlite3.Connection, to: Settings
) -> None:
    limits.allow(connection, to, "client", "192.0.2.1", NOW)
    ask(connection, to)
    kept = connection.execute("select key from attempts").fetchall()
    assert len(kept) == 2
    assert not any("192" in row["key"] or "anna" in row["key"] for row in kept)
    subscriptions.purge(connection, NOW + DAY)
    assert connection.execute("select count(*) from attempts").fetchone()[0] == 1
    subscriptions.purge(connection, NOW + 30 * DAY)
    assert connection.execute("select count(*) from attempts").fetchone()[0] == 0


def test_what_nobody_confirmed_is_deleted_after_48_hours(connection: sqlite3.Connection, to: Settings) -> None:
    follow(to, "kept@example.com", "parrot")
    ask(connection, to)
    ask(connection, to, address="kept@example.com", product_id="macaw", product="Macaw")
    subscriptions.purge(connection, NOW + 48 * HOUR - 1)
    assert connection.execute("select count(*) from subscribers").fetchone()[0] == 2
    subscriptions.purge(connection, NOW + 48 * HOUR)
    assert [tuple(row) for row in connection.execute("select address from subscribers")] == [("kept@example.com",)]
    assert [
        follow.product_id for follow in subscriptions.follows(connection, key_of(connection, "kept@example.com"))
    ] == ["parrot"]
    assert waiting(connection) == []
    assert contents(to, "anna") == []


def test_asking_anew_gives_another_48_hours(connection: sqlite3.Connection, to: Settings) -> None:
    ask(connection, to)
    ask(connection, to, now=NOW + 47 * HOUR)
    subscriptions.purge(connection, NOW + 49 * HOUR)
    assert key_of(connection)


def test_an_address_that_takes_no_mail_is_deleted_after_30_days(connection: sqlite3.Connection, to: Settings) -> None:
    follow(to, ADDRESS, "parrot")
    connection.execute("update subscribers set refused_at = ?", [NOW])
    subscriptions.purge(connection, NOW + 30 * DAY - 1)
    assert key_of(connection)
    subscriptions.purge(connection, NOW + 30 * DAY)
    assert connection.execute("select count(*) from follows").fetchone()[0] == 0


def contents(to: Settings, word: str) -> list[str]:
    """The files of the alerts in which a word stands, in any form that SQLite or a mail has for it."""
    files = [path for path in to.database.parent.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes().lower()]


@pytest.mark.parametrize("way", ["leave", "stop", "forget"])
def test_who_leaves_is_gone_to_the_last_byte(connection: sqlite3.Connection, to: Settings, way: str) -> None:
    key = follow(to, ADDRESS, "parrot")
    other = follow(to, "other@example.com", "parrot")
    prepared(to, changes(entry()))
    ask(connection, to)
    assert contents(to, "anna")
    if way == "leave":
        subscriptions.leave(connection, key)
    elif way == "stop":
        subscriptions.stop(connection, key, "parrot")
    else:
        assert subscriptions.forget(connection, to, ADDRESS.title())
        assert not subscriptions.forget(connection, to, ADDRESS)
        assert connection.execute("select count(*) from attempts").fetchone()[0] == 0
    assert contents(to, "anna") == []
    assert [tuple(row) for row in connection.execute("select key from subscribers")] == [(other,)]
    assert waiting(connection) == ["note"]


def test_stopping_one_leaves_the_others(connection: sqlite3.Connection, to: Settings) -> None:
    key = follow(to, ADDRESS, "parrot", "macaw")
    subscriptions.stop(connection, key, "raven")
    subscriptions.stop(connection, key, "parrot")
    assert [follow.product_id for follow in subscriptions.follows(connection, key)] == ["macaw"]


def test_every_mail_becomes_a_file_that_its_owner_alone_can_read(connection: sqlite3.Connection, to: Settings) -> None:
    assert isinstance(to.mail, Path)
    follow(to, "other@example.com", "parrot")
    ask(connection, to)
    ask(connection, to, address="other@example.com")
    deliver(to, lambda: NOW, wait=True)
    files = list(to.mail.glob("*"))
    assert {path.suffix for path in files} == {".eml"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (*files, to.database)} == {0o600}
    mails = {mail["To"]: mail for mail in (parsed(path.read_bytes()) for path in files)}
    assert link_in(mails[ADDRESS], "confirm")
    assert link_in(mails["other@example.com"], "manage")
    Folder(to.mail).forget("ANNA@example.com")
    assert [parsed(path.read_bytes())["To"] for path in to.mail.glob("*")] == ["other@example.com"]


def test_a_folder_that_cannot_be_written_loses_nothing(connection: sqlite3.Connection, to: Settings) -> None:
    assert isinstance(to.mail, Path)
    to.mail.write_text("in the way", encoding="utf-8")
    ask(connection, to)
    done = deliver(to, lambda: NOW, wait=True)
    assert done is not None
    assert "cannot write into" in done.trouble
    to.mail.unlink()
    again = deliver(to, lambda: NOW, wait=True)
    assert again is not None
    assert again.sent == 1


def test_a_copy_is_whole_and_can_be_put_back(connection: sqlite3.Connection, to: Settings, tmp_path: Path) -> None:
    key = follow(to, ADDRESS, "parrot")
    prepared(to, changes(entry()))
    copy = tmp_path / "copy.sqlite"
    connection.execute("begin immediate")  # while another writes
    connection.execute("update follows set product = 'half'")
    store.backup(to.database, copy)
    connection.execute("commit")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    elsewhere = tmp_path / "elsewhere.sqlite"
    store.restore(copy, elsewhere)
    with store.opened(elsewhere) as restored:
        assert subscriptions.follows(restored, key) == [Follow("parrot", "Parrot", confirmed=True)]
        assert waiting(restored) == ["note"]
    with pytest.raises(SettingsError, match="is there already"):
        store.backup(to.database, copy)
    with pytest.raises(SettingsError, match="is there already"):
        store.restore(copy, to.database)


def damaged(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    data[4096 : 3 * 4096] = bytes(2 * 4096)
    copy.write_bytes(data)


def of_another_kind(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as other:
        other.execute("create table t (c)")


def orphaned(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as other:
        other.execute("delete from subscribers")
        other.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damaged, "damaged"),
        (orphaned, "is damaged"),
        (of_another_kind, "is not a database of the alerts"),
        (lambda copy: copy.write_text("no database at all", encoding="utf-8"), "damaged"),
        (lambda copy: copy.unlink(), "there is no file"),
    ],
)
def test_a_copy_that_cannot_be_relied_on_is_not_put_back(
    to: Settings, tmp_path: Path, spoil: Callable[[Path], Any], said: str
) -> None:
    follow(to, ADDRESS, "parrot")
    copy, elsewhere = tmp_path / "copy.sqlite", tmp_path / "elsewhere.sqlite"
    store.backup(to.database, copy)
    spoil(copy)
    with pytest.raises(SettingsError, match=said):
        store.restore(copy, elsewhere)
    assert not elsewhere.exists()


@pytest.mark.parametrize("make", [of_another_kind, lambda path: path.write_text("x" * 5000, encoding="utf-8")])
def test_what_is_no_database_of_the_alerts_is_left_as_it_is(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    path = tmp_path / "other.sqlite"
    path.touch()
    make(path)
    before = path.read_bytes()[100:]
    with pytest.raises(SettingsError, match="is not a database of the alerts"), store.opened(path):
        pass
    assert path.read_bytes()[100:] == before


def test_a_database_that_cannot_be_made_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"), store.opened(tmp_path / "no" / "such.sqlite"):
        pass


def test_half_done_is_not_done(connection: sqlite3.Connection) -> None:
    def killed() -> None:
        connection.execute("insert into subscribers (key, address) values ('k', 'a@example.com')")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), store.transaction(connection):
        killed()
    assert connection.execute("select count(*) from subscribers").fetchone()[0] == 0


def test_mailboxes_are_told_apart_by_what_is_not_decoration() -> None:
    assert addresses.mailbox("A.n.n.a+b+c@Example.com") == "anna@example.com"
    assert addresses.mailbox("anna@example.org") != addresses.mailbox("anna@example.com")
