"""The pages of the alerts: through Datasette itself, and once all the way with a served site and a mail server."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from datasette.app import Datasette
from datasette.utils import StartupError

from alerts import HOUR, tokens
from alerts.sending import deliver
from alerts.settings import Settings, from_environment
from scripts import serve
from scripts.build import DATABASE
from scripts.instance import write_instance
from tests.conftest import PROJECT, Ledger, copy_ledger
from tests.mailing import (
    PASSWORD,
    USER,
    Mailbox,
    certificate,
    changes,
    entry,
    environment,
    follow,
    link_in,
    parsed,
    prepared,
    served,
    settings,
)
from tests.web.chromium import launched
from tests.web.client import Asked, ask

pytestmark = pytest.mark.xdist_group("alerts")  # one instance for all of them

ANNA = "anna@example.com"
FORM = {"address": ANNA, "product_id": "parrot", "leave_empty": ""}


@pytest.fixture(scope="session")
def small(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance of the small ledger."""
    folder = tmp_path_factory.mktemp("small-instance")
    write_instance(release / DATABASE, folder)
    return folder


@pytest.fixture
def to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Alerts that are set."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return settings(tmp_path)


def get(path: str, **more: Any) -> Asked:  # noqa: ANN401 what httpx takes
    return "get", path, more


def post(path: str, data: Mapping[str, str] | None = None, **more: Any) -> Asked:  # noqa: ANN401 what httpx takes
    return "post", path, {"data": data or {}, **more}


def heading(answer: Any) -> str:  # noqa: ANN401 an answer of httpx
    return re.findall("<h1>(.*?)</h1>", answer.text)[0]


def waiting(to: Settings) -> list[tuple[str, str]]:
    """Kind and address of the mails that wait."""
    if not to.database.exists():
        return []
    with closing(sqlite3.connect(to.database)) as connection:
        sql = "select kind, address from outbox join subscribers using (subscriber_id) order by mail_id"
        return connection.execute(sql).fetchall()


def path_of(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8001")


def test_off_unless_set(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERTS_DATABASE", raising=False)
    pages = ask(small, get("/"), get("/products/parrot"), get("/alerts/subscribe"), post("/alerts/subscribe", FORM))
    assert [page.status_code for page in pages] == [200, 200, 404, 404]
    assert "/alerts/" not in pages[0].text + pages[1].text
    assert "Atom feed" in pages[1].text


def test_the_form_leaves_pages_as_they_are_for_everyone(small: Path, to: Settings) -> None:
    cookie = {"cookies": {"someone": "else"}}
    home, product, again = ask(small, get("/"), get("/products/parrot"), get("/products/parrot", **cookie))
    for page, product_id in ((home, "_all"), (product, "parrot")):
        assert "public" in page.headers["cache-control"]
        assert "set-cookie" not in page.headers
        (form,) = re.findall(r'<form class="follow".*?</form>', page.text, re.DOTALL)
        assert f'name="product_id" value="{product_id}"' in form
        assert 'method="post" action="/alerts/subscribe"' in form
    assert again.text == product.text
    assert not to.database.exists()


def test_from_the_form_to_a_note_and_out_again(small: Path, to: Settings) -> None:
    assert isinstance(to.mail, Path)
    (answer,) = ask(small, post("/alerts/subscribe", FORM))
    assert (answer.status_code, heading(answer)) == (200, "Look into your mailbox")
    assert "no-store" in answer.headers["cache-control"]
    (mail,) = read(to)
    assert (mail["To"], mail["Subject"]) == (ANNA, "Please confirm: notes about Parrot")
    confirm = path_of(link_in(mail, "confirm"))
    looked, pressed, again = ask(small, get(confirm), post(confirm), get(confirm))
    assert heading(looked) == "Do you want notes about Parrot?"
    assert heading(pressed) == heading(again) == "What you follow"
    assert prepared(to, changes(entry()), now=now()) == 1
    note = next(mail for mail in read(to) if mail["Subject"] == "What changed: Parrot")
    manage, leave = path_of(link_in(note, "manage")), path_of(link_in(note, "unsubscribe"))
    assert note["List-Unsubscribe"] == f"<http://127.0.0.1:8001{leave}>"
    shown, *_ = ask(small, get(manage), get(leave), ("head", leave, {}))
    assert "Parrot</a>" in shown.text
    assert prepared(to, changes(entry(change_id="1" * 16), version="0.3.0"), now=now()) == 1  # still there
    stopped, *rest = ask(
        small, post(manage, {"product_id": "parrot"}), get(manage), get(leave), post(leave), get(confirm)
    )
    assert heading(stopped) == "You get no more notes"
    assert [page.status_code for page in rest] == [404, 200, 200, 404]
    assert b"anna" not in to.database.read_bytes()


def read(to: Settings) -> list[Any]:
    """Send what waits, and read all mails that were sent."""
    assert isinstance(to.mail, Path)
    deliver(to, now, wait=True)
    return [parsed(path.read_bytes()) for path in to.mail.glob("*.eml")]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"data": {}, "headers": {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}},
        {"content": b"x" * 10_000},
    ],
)
def test_one_click_unsubscribes_whoever_clicks(small: Path, to: Settings, sent: Mapping[str, Any]) -> None:
    key = follow(to, ANNA, "parrot", "macaw")
    path = f"/alerts/unsubscribe/{tokens.token(to, 'unsubscribe', key, 0)}"
    first, second = ask(small, ("post", path, sent), ("post", quote(path), sent))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.text == second.text
    assert b"anna" not in to.database.read_bytes()


def test_following_a_link_changes_nothing(small: Path, to: Settings) -> None:
    key = follow(to, ANNA, "parrot")
    before = to.database.read_bytes()
    paths = [f"/alerts/{purpose}/{tokens.token(to, purpose, key, now())}" for purpose in ("unsubscribe", "manage")]
    paths.append(paths[1].replace("manage", "forget"))
    pages = ask(small, *(get(path) for path in paths), *(("head", path, {}) for path in paths))
    assert [page.status_code for page in pages] == [200] * 6
    assert "Stop all notes?" in pages[0].text
    assert to.database.read_bytes() == before


def now() -> int:
    return int(time.time())


def test_the_page_to_manage_stops_one_or_all(small: Path, to: Settings) -> None:
    key = follow(to, ANNA, "parrot", "macaw")
    path = f"/alerts/manage/{tokens.token(to, 'manage', key, now())}"
    one, gone = ask(small, post(path, {"product_id": "macaw"}), post(path.replace("manage", "forget")))
    assert re.findall(r'name="product_id" value="(\w+)"', one.text) == ["parrot"]
    assert heading(gone) == "You get no more notes"
    assert b"anna" not in to.database.read_bytes()


def test_links_that_expired_or_were_forged_are_dead(small: Path, to: Settings) -> None:
    key = follow(to, ANNA, "parrot")
    good = tokens.token(to, "manage", key, now())
    dead = [
        f"manage/{tokens.token(to, 'manage', key, now() - 31 * 24 * HOUR)}",
        f"manage/{tokens.token(to, 'unsubscribe', key, now())}",
        f"manage/{good}x", f"manage/{key}", "manage/%E2%82", f"manage/{'x' * 5000}",
        f"confirm/{tokens.token(to, 'confirm', f'{key}:raven', now())}",
        f"confirm/{tokens.token(to, 'confirm', f'{key}:parrot', now() - 49 * HOUR)}",
        f"unsubscribe/{good}", f"forget/{tokens.token(to, 'unsubscribe', key, now())}",
    ]  # fmt: skip
    answers = ask(small, *(request for path in dead for request in (get(f"/alerts/{path}"), post(f"/alerts/{path}"))))
    assert {answer.status_code for answer in answers} == {404}
    assert {heading(answer) for answer in answers} == {"This link does not work"}
    (alive,) = ask(small, get(f"/alerts/manage/{good}"))
    assert alive.status_code == 200


def test_the_answer_does_not_tell_whether_an_address_is_known(small: Path, to: Settings) -> None:
    follow(to, ANNA, "parrot")
    for path in ("/alerts/subscribe", "/alerts/manage"):
        known, unknown = ask(small, post(path, FORM), post(path, FORM | {"address": "nobody@example.com"}))
        assert known.status_code == unknown.status_code == 200
        assert known.text == unknown.text
        assert known.headers == unknown.headers
    assert waiting(to) == [("manage", ANNA), ("confirm", "nobody@example.com"), ("manage", ANNA)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://another.name"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:8001"}, 200),
        ({"Cookie": "ds_actor=x; ds_csrftoken=y"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8001.evil.example"}, 403),
    ],
)
def test_only_forms_of_this_site_are_taken(small: Path, to: Settings, headers: Mapping[str, str], status: int) -> None:
    key = follow(to, "other@example.com", "parrot")
    manage = f"/alerts/manage/{tokens.token(to, 'manage', key, now())}"
    requests = [
        post("/alerts/subscribe", FORM, headers=headers),
        post("/alerts/manage", FORM, headers=headers),
        post(manage, {"product_id": "macaw"}, headers=headers),
        post(manage.replace("manage", "forget"), headers=headers),
    ]
    assert [answer.status_code for answer in ask(small, *requests)] == [status] * 4
    assert (waiting(to) == []) == (status == 403)


def test_a_confirmation_from_another_site_is_not_taken(small: Path, to: Settings) -> None:
    ask(small, post("/alerts/subscribe", FORM))
    (mail,) = read(to)
    path = path_of(link_in(mail, "confirm"))
    (answer,) = ask(small, post(path, headers={"Sec-Fetch-Site": "cross-site"}))
    assert answer.status_code == 403
    assert prepared(to, changes(entry()), now=now()) == 0


def test_the_rest_of_datasette_is_protected_as_before(small: Path, to: Settings) -> None:
    assert to
    cookies = {"ds_actor": "x", "ds_csrftoken": "y"}
    paths = ("/alerts/other", "/alerts/subscribe/a/b", "/products/parrot", "/does-it-train")
    answers = ask(small, *(post(path, cookies=cookies) for path in paths))
    assert [answer.status_code for answer in answers] == [403] * len(paths)


@pytest.mark.parametrize(
    "form",
    [
        {"address": "anna"},
        {"address": ""},
        {"address": "anna@example.com\r\nBcc: eve@example.com"},
        {"address": "anna@example.com", "product_id": "no-such-product"},
        {"address": "anna@example.com", "product_id": "parrot'--"},
        {"address": "a" * 300 + "@example.com"},
        {"product_id": "parrot"},
    ],
)
def test_what_cannot_be_followed_is_said_and_nothing_is_kept(
    small: Path, to: Settings, form: Mapping[str, str]
) -> None:
    (answer,) = ask(small, post("/alerts/subscribe", form))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "eve@" not in answer.text
    assert waiting(to) == []
    if "product_id" not in form:
        assert ask(small, post("/alerts/manage", form))[0].status_code == 400


def test_forms_that_are_too_large_are_not_read(small: Path, to: Settings) -> None:
    large = FORM | {"note": "x" * 5000}
    many = {f"field{number}": "x" for number in range(20)} | FORM
    for path in ("/alerts/subscribe", "/alerts/manage"):
        assert [answer.status_code for answer in ask(small, post(path, large), post(path, many))] == [413, 413]
    assert waiting(to) == []


def test_a_program_that_fills_in_everything_is_told_the_same_and_nothing_is_sent(small: Path, to: Settings) -> None:
    trapped, plain = ask(
        small, post("/alerts/subscribe", FORM | {"leave_empty": "http://spam.example"}), post("/alerts/subscribe", FORM)
    )
    assert trapped.text == plain.text
    assert len(waiting(to)) == 1


def test_a_third_person_cannot_be_flooded(small: Path, to: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTS_PROXIES", "127.0.0.1")
    forms = [
        post(path, FORM | {"product_id": product, "address": address}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number, (path, product, address) in enumerate(
            (path, product, address)
            for path in ("/alerts/subscribe", "/alerts/manage")
            for product in ("parrot", "_all")
            for address in (ANNA, ANNA.upper(), "anna+1@example.com", "an.na@example.com")
        )
    ]
    answers = ask(small, *forms)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 2  # one per address of the page
    assert len(waiting(to)) == 3


def forms_from(*machines: str) -> list[Asked]:
    return [
        post("/alerts/subscribe", FORM | {"address": f"p{number}@example.com"}, headers={"X-Forwarded-For": machine})
        for number, machine in enumerate(machines)
    ]


def test_a_machine_asks_ten_times_an_hour_whatever_it_says_it_is(small: Path, to: Settings) -> None:
    answers = ask(small, *forms_from(*(f"192.0.2.{number}" for number in range(12))))
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert len(waiting(to)) == 10


def test_behind_a_proxy_each_machine_counts_for_itself(
    small: Path, to: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_PROXIES", "127.0.0.1, 10.0.0.0/8")
    machines = [f"203.0.113.{number}, 192.0.2.1, 10.0.0.9" for number in range(12)]
    answers = ask(small, *forms_from(*machines, "203.0.113.0, 192.0.2.2"))
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2 + [200]
    assert len(waiting(to)) == 11


def test_links_and_answers_never_follow_what_a_visitor_says(small: Path, to: Settings) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Referer": "https://evil.example/"}
    query = "?next=https://evil.example&redirect=//evil.example&product_id=parrot"
    answers = ask(
        small,
        post(f"/alerts/subscribe{query}", FORM | {"next": "//evil.example"}, headers=hostile),
        get(f"/alerts/subscribe{query}", headers=hostile),
        get(f"/alerts/manage{query}", headers=hostile),
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any("location" in answer.headers or "evil" in answer.text for answer in answers)
    (mail,) = read(to)
    assert "evil" not in mail.as_string()


def test_pages_with_a_token_are_kept_by_nobody_and_tell_nobody(small: Path, to: Settings) -> None:
    key = follow(to, ANNA, "parrot")
    token = tokens.token(to, "manage", key, now())
    (page,) = ask(small, get(f"/alerts/manage/{token}"))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-robots-tag"] == "noindex"
    assert f"/alerts/manage/{token}" not in page.text.split("<main")[0]
    assert ANNA not in page.text


ATTACKS = (
    "attach database 'FILE' as a",
    "select 1; attach 'FILE' as a",
    "with a as (select 1) attach 'FILE' as b",
    "select * from alerts.subscribers",
    "select * from subscribers",
    "select readfile('FILE')",
    "select * from dbstat('FILE')",
    "select name from sqlite_master",
    "select * from pragma_database_list",
    "vacuum into 'FILE'",
    "select load_extension('FILE')",
)
SECRETS = (ANNA, "anna@", "subscribers", "not-a-secret")


@pytest.mark.parametrize("where", ["beside", "above"])
def test_the_database_is_out_of_reach(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    folder = tmp_path / "site" / "instance"
    folder.mkdir(parents=True)
    write_instance(release / DATABASE, folder)
    kept = folder.parent if where == "beside" else tmp_path
    for name, value in environment(kept).items():
        monkeypatch.setenv(name, value)
    to = settings(kept)
    follow(to, ANNA, "parrot")
    read(to)
    file, up = to.database, "../" if where == "beside" else "../../"
    names = ("alerts.sqlite", "alerts.db", "alerts", "alerts.json", "alerts.sqlite-wal", "outbox/", "alerts/schema.sql")
    paths = [f"/{prefix}{name}" for name in names for prefix in ("", "-/", "does-it-train/", "static/", "release/")]
    climbs = (
        up,
        quote(up, safe=""),
        up.replace("..", "%2e%2e"),
        up.replace("/", "%2f"),
        f"..%5c{up}",
        f"{file.parent}/",
    )
    paths += [f"/{place}/{climb}alerts.sqlite" for place in ("static", "release", "-/static") for climb in climbs]
    sqls = [sql.replace("FILE", str(file)) for sql in ATTACKS]
    paths += [f"/does-it-train{form}?sql={quote(sql)}&_shape=array" for sql in sqls for form in ("", ".json", ".csv")]
    inner = ("databases", "metadata", "settings", "plugins", "threads", "config", "versions")
    paths += [*(f"/-/{name}.json" for name in inner), "/.json", "/does-it-train.db", f"/_memory?sql={quote(sqls[0])}"]
    for path, answer in zip(paths, ask(folder, *map(get, paths)), strict=True):
        assert not any(secret.encode() in answer.content for secret in SECRETS if secret not in path), path
        assert answer.status_code != 500, path
    assert list(Datasette(files=[], config_dir=folder).databases) == ["_internal", "does-it-train"]


def test_a_database_within_reach_is_refused(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    write_instance(release / DATABASE, folder)
    (tmp_path / "link").symlink_to(folder)
    outside = environment(tmp_path)
    for changed in (
        {"ALERTS_DATABASE": str(folder / "alerts.sqlite")},
        {"ALERTS_DATABASE": str(tmp_path / "link" / "static" / "alerts.sqlite")},
        {"ALERTS_MAIL": str(folder / "static" / "outbox")},
    ):
        for name, value in {**outside, **changed}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(StartupError, match="which the site serves"):
            Datasette(files=[], config_dir=folder).app()
    monkeypatch.delenv("ALERTS_MAIL")
    served_too = tmp_path / "alerts.sqlite"
    follow(settings(tmp_path), ANNA, "parrot")
    monkeypatch.setenv("ALERTS_DATABASE", str(served_too))
    with pytest.raises(StartupError, match="which the site serves"):
        Datasette(files=[str(served_too)], config_dir=folder).app()


def test_settings_that_cannot_work_keep_the_site_from_starting(
    ledger: Ledger, to: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SECRET", "short")
    options = ["--root", str(ledger.root), "--out", str(tmp_path / "dist"), "--port", "0"]
    result = CliRunner().invoke(serve.main, options)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ALERTS_SECRET must have at least 32 characters.")
    assert not to.database.exists()


def test_a_database_that_cannot_be_used_is_said_without_addresses(
    small: Path, to: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    to.database.write_text("no database at all", encoding="utf-8")
    form, product = ask(small, post("/alerts/subscribe", FORM), get("/products/parrot"))
    assert (form.status_code, heading(form), product.status_code) == (503, "Not now", 200)
    assert "is not a database of the alerts" in caplog.text
    assert ANNA not in caplog.text


@dataclass
class Site:
    """A served site with alerts, and the server that takes its mails."""

    address: str
    to: Settings
    mailbox: Mailbox
    arrived: threading.Semaphore

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """Wait until a mail has come, sent by the site on its own."""
        while True:
            for mail in self.mailbox.mails:
                if mail["To"] == address and mail["Subject"].startswith(subject):
                    return mail
            assert self.arrived.acquire(timeout=30)

    def path(self, link: str) -> str:
        return self.address + path_of(link)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "ledger").mkdir()
    context, trusted = certificate(folder)
    arrived = threading.Semaphore(0)
    with served(Mailbox(data=lambda _: arrived.release()), context) as mailbox:
        server = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{mailbox.port}"
        chosen = environment(folder, ALERTS_MAIL=server)
        surrounding = {**os.environ, **chosen, "SSL_CERT_FILE": str(trusted), "PYTHONUNBUFFERED": "1"}
        root, out = copy_ledger(folder / "ledger").root, folder / "dist"
        command = [sys.executable, "-m", "scripts.serve", "--root", str(root), "--out", str(out), "--port", "0"]
        with subprocess.Popen(command, cwd=PROJECT, env=surrounding, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                address = process.stdout.readline().removeprefix("serving ").strip().rstrip("/")
                to = from_environment(chosen)
                assert to is not None
                yield Site(address, to, mailbox, arrived)
            finally:
                process.terminate()


def test_all_the_way_with_a_served_site_and_a_mail_server(site: Site) -> None:
    with httpx.Client(base_url=site.address, timeout=60) as visitor:
        assert heading(visitor.post("/alerts/subscribe", data=FORM)) == "Look into your mailbox"
        confirm = path_of(link_in(site.mail_to(ANNA, "Please confirm"), "confirm"))
        assert heading(visitor.post(confirm)) == "What you follow"
        assert prepared(site.to, changes(entry()), now()) == 1
        visitor.post("/alerts/manage", data=FORM)  # the site sends whatever is due when it wakes
        note = site.mail_to(ANNA, "What changed: Parrot")
        leave = path_of(note["List-Unsubscribe"].strip("<>"))
        name, _, value = note["List-Unsubscribe-Post"].partition("=")
        assert visitor.post(leave, data={name: value}).status_code == 200
    assert b"anna" not in site.to.database.read_bytes()


@pytest.mark.looks
@pytest.mark.parametrize("start", ["/", "/products/parrot", "/alerts/subscribe?product_id=parrot"])
def test_a_browser_without_javascript_gets_from_the_form_to_the_end(site: Site, start: str) -> None:
    address = f"bob{len(start)}@example.com"
    with launched() as browser:
        page = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 900}).new_page()
        page.goto(site.address + start)
        page.get_by_label("Your e-mail address").fill(address)
        page.get_by_role("button", name="Notify me").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Look into your mailbox"
        page.goto(site.path(link_in(site.mail_to(address, "Please confirm"), "confirm")))
        page.get_by_role("button", name="Yes, notify me").click()
        assert page.get_by_role("heading", level=1).inner_text() == "What you follow"
        page.locator("main li").get_by_role("button").click()
        assert page.get_by_role("heading", level=1).inner_text() == "You get no more notes"
    assert address.encode() not in site.to.database.read_bytes()


@pytest.mark.looks
def test_the_pages_can_be_used_by_everyone(site: Site) -> None:
    key = follow(site.to, "eve@example.com", "parrot", "macaw", now=now())
    token = tokens.token(site.to, "manage", key, now())
    paths = ["subscribe", "manage", f"manage/{token}", f"forget/{token}", "manage/dead"]
    with launched() as browser:
        page = browser.new_context(viewport={"width": 320, "height": 900}).new_page()
        for path in paths:
            page.goto(f"{site.address}/alerts/{path}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
