"""What the tests of the alerts need: a real mail server on loopback, changes of a release, people who follow."""

import email
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts import outbox, store, subscriptions
from alerts.settings import Settings, from_environment

NOW = 1_800_000_000  # seconds since 1970
SECRET = "not a secret, but long enough to be one".replace(" ", "-")
USER, PASSWORD = "relay", "p@ss/word"

Answer = Callable[[str], str | None]


@dataclass
class Mailbox:
    """What a server was given, and how it answers: `mail`, `rcpt` and `data` say so by address, None for yes.

    `data` may also answer `drop`: the line is cut once the mail was taken.
    """

    mail: Answer = lambda _: None
    rcpt: Answer = lambda _: None
    data: Answer = lambda _: None
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 named by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.mail(address)
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802 named by aiosmtpd
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.sessions.append(session)
        answer = self.rcpt(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 named by aiosmtpd
        (address,) = envelope.rcpt_tos
        answer = self.data(address)
        if answer in {None, "drop"}:
            assert isinstance(envelope.original_content, bytes)
            self.taken.append((address, envelope.original_content))
        if answer == "drop":
            server.transport.abort()
        return answer or "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails taken, as mail programs read them."""
        return [parsed(content) for _, content in self.taken]

    def ids_by_address(self) -> dict[str, list[str]]:
        """By address, the Message-IDs of all copies taken."""
        ids: dict[str, list[str]] = {}
        for address, content in self.taken:
            ids.setdefault(address, []).append(parsed(content)["Message-ID"])
        return ids


class _Controller(Controller):
    """A server on a free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def served(mailbox: Mailbox, tls: ssl.SSLContext | None) -> Iterator[Mailbox]:
    """Serve a mailbox: with `tls`, STARTTLS and AUTH are demanded."""
    demanding: dict[str, Any] = {
        "tls_context": tls,
        "require_starttls": True,
        "auth_required": True,
        "auth_require_tls": True,
        "authenticator": _login,
    }
    controller = _Controller(mailbox, hostname="127.0.0.1", port=0, **(demanding if tls else {}))
    controller.start()
    try:
        mailbox.port = controller.port
        yield mailbox
    finally:
        controller.stop()


def _login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 as aiosmtpd has it
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this machine, made now, and the file to trust it by."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    return context, trusted


def environment(folder: Path, **values: str) -> dict[str, str]:
    """Settings of alerts that are kept in a folder."""
    return {
        "ALERTS_DATABASE": str(folder / "alerts.sqlite"),
        "ALERTS_SITE": "http://127.0.0.1:8001",
        "ALERTS_SECRET": SECRET,
        "ALERTS_FROM": "Does it train? <alerts@example.org>",
        **values,
    }


def settings(folder: Path, **values: str) -> Settings:
    found = from_environment(environment(folder, **values))
    assert found is not None
    return found


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def link_in(mail: EmailMessage, purpose: str) -> str:
    """The link of a mail for a purpose; the text and the HTML must hold the same one."""
    start = f"/alerts/{purpose}/"
    (link,) = {word for word in text_of(mail).split() if start in word}
    assert f'href="{link}"' in text_of(mail, "html")
    return link


def entry(**cells: Any) -> dict[str, Any]:  # noqa: ANN401 the cells of changes.json
    """An entry of changes.json."""
    whole = {
        "change_id": "0" * 16,
        "what": "claim_changed",
        "table": "tiers",
        "key": "parrot-free",
        "product_id": "parrot",
        "product": "Parrot",
        "tier_id": "parrot-free",
        "tier": "Free",
        "field": "training",
        "field_label": "Training",
        "before": "no",
        "before_label": "Does not train",
        "after": "opt_out",
        "after_label": "Trains unless you opt out",
        "since": "2025-08-28",
        "date_basis": "stated",
        "late": False,
        "worse": True,
        "sources": [
            {"source_id": "acme", "title": "Terms of Acme", "publisher": "Acme", "url": "https://acme.example/terms"}
        ],
        "summary": "It says so.",
        "text": "Parrot, Free: training went from no to opt-out.",
    }
    assert cells.keys() <= whole.keys()
    return whole | cells


def changes(*entries: dict[str, Any], version: str = "0.2.0") -> dict[str, Any]:
    """A changes.json."""
    side = {"version": version, "as_of": "2026-01-15", "commit": None}
    return {
        "$schema": "schema/changes.schema.json",
        "name": "does-it-train",
        "old": {**side, "version": "0.1.0"},
        "new": side,
        "changes": list(entries),
        "counts": {},
    }


def follow(to: Settings, address: str, *products: str, now: int = NOW) -> str:
    """Let an address follow products, confirmed; returns the key of the subscriber."""
    with store.opened(to.database) as connection:
        for product_id in products:
            subscriptions.subscribe(
                connection, to, address=address, product_id=product_id, product=product_id.title(), now=now
            )
        key = str(connection.execute("select key from subscribers where address = ?", [address]).fetchone()[0])
        for product_id in products:
            subscriptions.confirm(connection, key, product_id, now)
        connection.execute(
            "delete from outbox where kind <> 'note' "
            "and subscriber_id = (select subscriber_id from subscribers where key = ?)",
            [key],
        )
        connection.execute("delete from attempts")
    return key


def prepared(to: Settings, document: dict[str, Any], now: int = NOW) -> int | None:
    with store.opened(to.database) as connection:
        return outbox.prepare(connection, document, now)
