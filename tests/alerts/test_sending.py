"""Sending, in real conversations with a server that demands STARTTLS and AUTH."""

import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from alerts import DAY, HOUR, MINUTE, outbox, sending, store, subscriptions
from alerts.sending import Delivered, Worker, deliver
from alerts.settings import Server, Settings
from tests.conftest import PROJECT
from tests.mailing import (
    NOW,
    PASSWORD,
    USER,
    Mailbox,
    changes,
    entry,
    environment,
    follow,
    link_in,
    parsed,
    prepared,
    served,
    settings,
    text_of,
)


def sent_at(to: Settings, now: int) -> Delivered:
    done = deliver(to, lambda: now, wait=True)
    assert done is not None
    return done


def rows(to: Settings, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(to.database)) as connection:
        return connection.execute(sql).fetchall()


def test_a_note_goes_out_encrypted_and_authenticated(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    assert prepared(to, changes(entry())) == 1
    assert sent_at(to, NOW) == Delivered(sent=1)
    (session,) = mailbox.sessions
    assert session.ssl is not None
    assert session.authenticated
    ((address, content),) = mailbox.taken
    assert address == "a@example.com"
    assert max(map(len, content.splitlines())) <= 998
    mail = parsed(content)
    assert (mail["To"], mail["From"]) == ("a@example.com", "Does it train? <alerts@example.org>")
    assert mail["Subject"] == "What changed: Parrot"
    for kind in ("plain", "html"):
        for said in ("Parrot, Free: training went from no to opt-out.", "Before: Does not train", "2025-08-28",
                     "Trains unless you opt out", "Terms of Acme, Acme" if kind == "plain" else "Terms of Acme",
                     "https://acme.example/terms", "http://127.0.0.1:8001/products/parrot"):  # fmt: skip
            assert said in text_of(mail, kind), (kind, said)
    leave = link_in(mail, "unsubscribe")
    # Read from the bytes: folded or encoded, the header would be there and no program would understand it.
    assert f"\r\nList-Unsubscribe: <{leave}>\r\n".encode() in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
    assert link_in(mail, "manage")


def test_one_mail_per_person_holds_all_that_concerns_the_person(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "both@example.com", "parrot", "macaw")
    follow(to, "one@example.com", "macaw")
    follow(to, "none@example.com", "raven")
    follow(to, "all@example.com", "_all")
    document = changes(
        entry(),
        entry(what="claim_corrected", change_id="1" * 16, field="dpa", text="We had the agreement wrong."),
        entry(what="source_added", table="sources", change_id="2" * 16, text="A source was added."),
        entry(product_id="macaw", product="Macaw", key="macaw", change_id="3" * 16, text="Macaw now trains."),
    )
    assert prepared(to, document) == 3
    assert sent_at(to, NOW).sent == 3
    mails = {mail["To"]: text_of(mail) for mail in mailbox.mails}
    assert mails.keys() == {"both@example.com", "one@example.com", "all@example.com"}
    assert "Parrot" not in mails["one@example.com"]
    assert all("Macaw now trains." in text for text in mails.values())
    for text in (mails["both@example.com"], mails["all@example.com"]):
        assert "error of ours, not a change by the vendor" in text
        assert "We said: Does not train\n  Right is: Trains unless you opt out" in text
        assert "source was added" not in text


def test_nobody_is_told_twice(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    assert [prepared(to, changes(entry())) for _ in range(2)] == [1, None]
    assert [sent_at(to, NOW).sent for _ in range(2)] == [1, 0]
    # Neither by another release that has the same change in it, unless something else came in between.
    assert prepared(to, changes(entry(), version="0.3.0")) == 0
    assert prepared(to, changes(entry(change_id="4" * 16), version="0.4.0"), NOW + 1) == 1
    assert prepared(to, changes(entry(), version="0.5.0"), NOW + 2) == 1
    assert sent_at(to, NOW + 2).sent == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 3


def test_no_mail_where_nothing_changed_for_those_who_follow(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    assert prepared(to, changes(entry(what="misconception_added", table="misconceptions"))) == 0
    assert sent_at(to, NOW) == Delivered()
    assert mailbox.taken == []


def test_who_has_not_confirmed_or_began_to_follow_later_gets_none(to: Settings, mailbox: Mailbox) -> None:
    with store.opened(to.database) as connection:
        subscriptions.subscribe(connection, to, address="a@example.com", product_id="parrot", product="Parrot", now=NOW)
    assert prepared(to, changes(entry())) == 0
    follow(to, "b@example.com", "parrot", now=NOW + 1)
    assert sent_at(to, NOW + 1).sent == 1  # the mail that asks to confirm
    assert [mail["Subject"] for mail in mailbox.mails] == ["Please confirm: notes about Parrot"]


def test_who_stopped_in_the_meantime_is_told_no_more_of_it(to: Settings, mailbox: Mailbox) -> None:
    key = follow(to, "a@example.com", "parrot", "macaw")
    gone = follow(to, "b@example.com", "parrot")
    idle = follow(to, "c@example.com", "parrot", "raven")
    macaw = entry(product_id="macaw", product="Macaw", key="macaw", change_id="3" * 16, text="Macaw now trains.")
    assert prepared(to, changes(entry(), macaw)) == 3
    with store.opened(to.database) as connection:
        subscriptions.stop(connection, key, "parrot")
        subscriptions.stop(connection, gone, "parrot")
        subscriptions.stop(connection, idle, "parrot")
    assert sent_at(to, NOW).sent == 1
    (mail,) = mailbox.mails
    assert mail["To"] == "a@example.com"
    assert "Parrot" not in text_of(mail)
    assert rows(to, "select count(*) from outbox where due_at is not null") == [(0,)]


def test_an_address_that_does_not_exist_is_marked_and_left_alone(to: Settings, mailbox: Mailbox) -> None:
    mailbox.rcpt = lambda address: "550 5.1.1 no such user" if address.startswith("gone") else None
    for name in ("gone@example.com", "here@example.com"):
        follow(to, name, "parrot")
    prepared(to, changes(entry()))
    assert sent_at(to, NOW) == Delivered(sent=1, refused=1)
    assert rows(to, "select address, answer from subscribers where refused_at is not null") == [
        ("gone@example.com", "550 5.1.1 no such user")
    ]
    assert sent_at(to, NOW + 30 * DAY) == Delivered()
    assert prepared(to, changes(entry(change_id="5" * 16), version="0.3.0"), NOW + 1) == 1


def test_a_mail_refused_after_its_text_is_given_up_as_well(to: Settings, mailbox: Mailbox) -> None:
    mailbox.data = lambda _: "554 5.7.1 not wanted"
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    assert sent_at(to, NOW) == Delivered(refused=1)
    assert sent_at(to, NOW + DAY) == Delivered()


def test_a_marked_address_that_confirms_anew_is_written_to_again(to: Settings, mailbox: Mailbox) -> None:
    mailbox.rcpt = lambda _: "550 mailbox disabled"
    key = follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    sent_at(to, NOW)
    with store.opened(to.database) as connection:
        subscriptions.confirm(connection, key, "parrot", NOW)
    assert prepared(to, changes(entry(change_id="5" * 16), version="0.3.0"), NOW + 1) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_what_cannot_be_taken_now_is_tried_again_after_growing_waits(
    to: Settings, mailbox: Mailbox, stage: str
) -> None:
    setattr(mailbox, stage, lambda _: "451 4.7.1 later, please")
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    now, waits = NOW, []
    while True:
        assert sent_at(to, now) == Delivered(postponed=1)
        ((due_at, answer),) = rows(to, "select due_at, answer from outbox")
        assert answer == "451 4.7.1 later, please"
        if due_at is None:
            break
        assert sent_at(to, due_at - 1) == Delivered()
        waits.append((due_at - now) // MINUTE)
        now = due_at
    assert waits[:9] == [5, 10, 20, 40, 80, 160, 320, 640, 720]
    assert waits == sorted(waits)
    assert 5 * DAY <= now - NOW <= 5 * DAY + 12 * HOUR
    assert rows(to, "select refused_at from subscribers") == [(None,)]


def test_after_a_wait_the_mail_is_the_same(to: Settings, mailbox: Mailbox) -> None:
    mailbox.data = lambda _: "drop"
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    assert sent_at(to, NOW) == Delivered(postponed=1)
    mailbox.data = lambda _: None
    assert sent_at(to, NOW) == Delivered()
    assert sent_at(to, NOW + 5 * MINUTE) == Delivered(sent=1)
    first, second = mailbox.mails
    # The line broke after the server had taken the mail and before it could say so: a second copy, known as one.
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first).split("What you follow")[0] == text_of(second).split("What you follow")[0]
    assert sent_at(to, NOW + DAY) == Delivered()


def test_a_line_that_breaks_keeps_nobody_else_waiting(to: Settings, mailbox: Mailbox) -> None:
    mailbox.data = lambda address: "drop" if address.startswith("b") else None
    for name in "abc":
        follow(to, f"{name}@example.com", "parrot")
    prepared(to, changes(entry()))
    assert sent_at(to, NOW) == Delivered(sent=2, postponed=1)
    mailbox.data = lambda _: None
    assert sent_at(to, NOW + HOUR) == Delivered(sent=1)
    assert {address: len(ids) for address, ids in mailbox.ids_by_address().items()} == {
        "a@example.com": 1, "b@example.com": 2, "c@example.com": 1,
    }  # fmt: skip


def test_a_server_that_hangs_up_with_421_is_called_again(to: Settings, mailbox: Mailbox) -> None:
    mailbox.data = lambda address: "421 4.3.2 going down" if address.startswith("a") else None
    for name in "ab":
        follow(to, f"{name}@example.com", "parrot")
    prepared(to, changes(entry()))
    assert sent_at(to, NOW) == Delivered(sent=1, postponed=1)
    assert len({id(session) for session in mailbox.sessions}) == 2


@pytest.mark.parametrize("answer", ["550 5.7.1 relaying denied", "451 4.7.1 too many"])
def test_a_server_that_takes_nothing_does_not_empty_the_list(
    to: Settings, mailbox: Mailbox, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "IN_A_ROW", 4)
    mailbox.rcpt = lambda _: answer
    for number in range(6):
        follow(to, f"p{number}@example.com", "parrot")
    prepared(to, changes(entry()))
    done = sent_at(to, NOW)
    assert done.trouble == f"the server took none of 4 mails in a row; it said last: {answer}"
    assert done.refused + done.postponed == 4
    assert rows(to, "select count(*) from subscribers where refused_at is not null") == [(0,)]
    assert rows(to, "select count(*) from outbox where due_at is null") == [(0,)]
    mailbox.rcpt = lambda _: None
    assert sent_at(to, NOW + HOUR).sent == 6


@pytest.mark.parametrize(
    ("changed", "trouble"),
    [
        ({"password": "wrong"}, "answers 535 5.7.8 Authentication credentials invalid"),
        ({"user": "", "password": ""}, "the server does not take mail from alerts@example.org: 530"),
        ({"tls": "none", "user": ""}, "the server does not take mail from alerts@example.org: 530"),
        ({"tls": "tls"}, "cannot be reached"),
        ({"port": 9}, "cannot be reached"),
    ],
)
def test_without_a_server_that_lets_us_in_everything_waits(to: Settings, changed: dict[str, Any], trouble: str) -> None:
    assert isinstance(to.mail, Server)
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    done = sent_at(replace(to, mail=replace(to.mail, **changed)), NOW)
    assert trouble in done.trouble
    assert done.sent == 0
    assert rows(to, "select due_at, tries from outbox") == [(NOW, 0)]
    assert sent_at(to, NOW) == Delivered(sent=1)


def test_a_server_that_cannot_be_trusted_gets_nothing(
    to: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    assert "CERTIFICATE_VERIFY_FAILED" in sent_at(to, NOW).trouble
    assert mailbox.sessions == []


def test_a_server_without_encryption_gets_nothing_unless_it_is_allowed(tmp_path: Path) -> None:
    with served(Mailbox(), None) as mailbox:
        address = f"smtp://127.0.0.1:{mailbox.port}"
        strict = settings(tmp_path, ALERTS_MAIL=address)
        follow(strict, "a@example.com", "parrot")
        prepared(strict, changes(entry()))
        assert "STARTTLS extension not supported" in sent_at(strict, NOW).trouble
        assert sent_at(settings(tmp_path, ALERTS_MAIL=f"{address}?tls=none"), NOW).sent == 1


def test_mails_that_a_person_waits_for_go_first(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    with store.opened(to.database) as connection:
        subscriptions.ask_for_link(connection, to, address="a@example.com", now=NOW + 1)
        subscriptions.subscribe(connection, to, address="b@example.com", product_id="parrot", product="P", now=NOW + 2)
    assert sent_at(to, NOW + 2).sent == 3
    assert [mail["Subject"].split(":")[0] for mail in mailbox.mails] == [
        "Please confirm", "What you follow", "What changed",
    ]  # fmt: skip


def test_a_confirmation_that_is_no_longer_needed_is_not_sent(to: Settings, mailbox: Mailbox) -> None:
    with store.opened(to.database) as connection:
        for _ in range(2):
            subscriptions.subscribe(
                connection, to, address="a@example.com", product_id="parrot", product="Parrot", now=NOW
            )
        key = connection.execute("select key from subscribers").fetchone()[0]
        subscriptions.confirm(connection, key, "parrot", NOW)
    assert sent_at(to, NOW) == Delivered()
    assert mailbox.taken == []


def test_a_product_that_moved_is_followed_under_its_new_id(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "polly")
    follow(to, "b@example.com", "polly", "parrot")
    prepared(to, changes(entry(product_id="polly", product="Polly", change_id="6" * 16), version="0.1.5"))
    moved = entry(
        what="id_moved", table="redirects", key="polly;products", before="polly", before_label="polly",
        after="parrot", after_label="parrot", field=None, tier=None, tier_id=None, text="Polly is called Parrot now.",
    )  # fmt: skip
    assert prepared(to, changes(moved), NOW + 1) == 2
    assert sent_at(to, NOW + 1).sent == 4  # the notes that waited speak of it too
    assert sum("Polly is called Parrot now." in text_of(mail) for mail in mailbox.mails) == 2
    assert set(rows(to, "select product_id from follows")) == {("parrot",)}
    assert prepared(to, changes(entry(change_id="7" * 16), version="0.3.0"), NOW + 2) == 2


def test_a_product_that_was_withdrawn_is_followed_until_its_followers_know(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "polly")
    gone = entry(
        what="id_withdrawn", table="redirects", key="polly;products", before="polly", after=None, after_label=None,
        product_id=None, product=None, field=None, tier=None, tier_id=None, text="Polly was withdrawn.",
    )  # fmt: skip
    assert prepared(to, changes(gone)) == 1
    with store.opened(to.database) as connection:
        subscriptions.purge(connection, NOW)
        assert sent_at(to, NOW).sent == 1
        subscriptions.purge(connection, NOW)
    assert "Polly was withdrawn." in text_of(mailbox.mails[0])
    assert rows(to, "select * from subscribers") == []


def test_only_one_process_sends_and_the_other_waits_or_leaves_it(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    with sending._alone(to, wait=False) as first:
        assert first
        assert deliver(to, lambda: NOW, wait=False) is None
        waiting = threading.Thread(target=deliver, args=(to, lambda: NOW), kwargs={"wait": True})
        waiting.start()
        assert mailbox.taken == []
    waiting.join()
    assert len(mailbox.taken) == 1


def test_two_runs_at_once_send_each_mail_once(to: Settings, mailbox: Mailbox, tmp_path: Path) -> None:
    for number in range(12):
        follow(to, f"p{number}@example.com", "parrot", now=NOW - DAY * 800)
    (tmp_path / "changes.json").write_text(json.dumps(changes(entry())), encoding="utf-8")
    command = [sys.executable, "-m", "scripts.notify", "--changes", str(tmp_path / "changes.json")]
    server = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{mailbox.port}"
    surrounding = {**os.environ, **environment(tmp_path, ALERTS_MAIL=server)}
    runs = [
        subprocess.Popen(command, cwd=PROJECT, env=surrounding, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = sorted(run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0], said
    assert {len(ids) for ids in mailbox.ids_by_address().values()} == {1}
    assert len(mailbox.taken) == 12
    assert sum(int(re.findall(r"sent (\d+)", text)[0]) for text in said) == 12
    assert sum("prepared before; nobody is told twice" in text for text in said) == 1


def test_the_worker_purges_and_sends_when_woken(to: Settings, mailbox: Mailbox) -> None:
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    worker = Worker(to, lambda: NOW)
    taken = threading.Event()
    mailbox.data = lambda _: taken.set()
    worker.start()
    assert taken.wait(20)
    worker.end()
    worker.join(20)
    assert not worker.is_alive()
    assert len(mailbox.taken) == 1


def test_what_goes_wrong_in_the_worker_is_logged_without_addresses(
    to: Settings, mailbox: Mailbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(to, "a@example.com", "parrot")
    prepared(to, changes(entry()))
    assert isinstance(to.mail, Server)
    Worker(replace(to, mail=replace(to.mail, port=9)), lambda: NOW).work()
    assert "mails wait: 127.0.0.1:9 cannot be reached" in caplog.text
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(outbox, "next_due", lambda *_: 1 / 0)
        Worker(to, lambda: NOW).work()
    assert "the alerts could not be sent" in caplog.text
    assert "a@example.com" not in caplog.text
    Worker(to, lambda: NOW).work()
    assert len(mailbox.taken) == 1
