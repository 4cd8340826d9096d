"""The mails as they are read: each a text and the same as HTML, with links that need no password."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts import tokens
from alerts.changes import Entry, by_heading
from alerts.outbox import Mail
from alerts.settings import Settings
from alerts.subscriptions import EVERYTHING, Follow

# Long lines stay whole: a folded or encoded List-Unsubscribe breaks unsubscribing with one click.
POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")
NAMED = 3  # products in a subject line; more are counted
PAGES = {"confirm": "confirm", "manage": "manage", "note": "manage"}


@dataclass(frozen=True, slots=True)
class Section:
    """What a release changed at a product, ready to be put into any note."""

    product: str
    text: str
    html: str


def section(settings: Settings, product_id: str, entries: list[Entry]) -> Section:
    """Return the part of a note that is about one product."""
    product = _line(next((entry["product"] for entry in entries if entry["product"]), product_id))
    context = {
        "product": product,
        "address": f"{settings.site}/products/{product_id}",
        "groups": [(heading, [_plain(entry) for entry in group]) for heading, group in by_heading(entries)],
    }
    return Section(product, _render("section.txt", context), _render("section.html", context))


def note(settings: Settings, mail: Mail, sections: list[Section], now: int) -> EmailMessage:
    """Return the note of a release to one person."""
    products = [part.product for part in sections]
    named = products if len(products) <= NAMED else [*products[: NAMED - 1], f"{len(products) - NAMED + 1} more"]
    about = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return _message(settings, mail, now, f"What changed: {about}", {"sections": sections})


def confirmation(settings: Settings, mail: Mail, follow: Follow, now: int) -> EmailMessage:
    """Return the mail that asks whether it was really this person who wants notes."""
    product = "all products" if follow.product_id == EVERYTHING else _line(follow.product)
    return _message(settings, mail, now, f"Please confirm: notes about {product}", {"product": product})


def management(settings: Settings, mail: Mail, now: int) -> EmailMessage:
    """Return the mail with a link to what a person follows."""
    return _message(settings, mail, now, "What you follow", {})


def _message(settings: Settings, mail: Mail, now: int, subject: str, context: dict[str, Any]) -> EmailMessage:
    page = PAGES[mail.kind]
    subject_of_link = f"{mail.key}:{mail.product_id}" if page == "confirm" else mail.key
    leave = tokens.link(settings, "unsubscribe", mail.key, mail.queued_at)
    context = {
        **context,
        "site": settings.site,
        "leave": leave,
        page: tokens.link(settings, page, subject_of_link, now),
    }
    local, _, domain = mail.address.rpartition("@")
    message = EmailMessage(policy=POLICY)
    message["From"] = settings.sender
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = f"<{_identity(mail)}@{settings.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_render(f"{mail.kind}.txt", context))
    message.add_alternative(_render(f"{mail.kind}.html", context), subtype="html")
    message.set_boundary(f"={_identity(mail)}=")
    return message


def _identity(mail: Mail) -> str:
    """Return what a mail is known by: the same however often it is sent, so that a second copy is seen to be one."""
    occasion = mail.release or f"{mail.kind} {mail.product_id} {mail.queued_at}"
    return hashlib.sha256(f"{mail.key} {occasion}".encode()).hexdigest()[:32]


def _plain(entry: Entry) -> Entry:
    """Return an entry with every text on one line, as the text part and headers need it."""
    return {name: _line(value) if isinstance(value, str) else value for name, value in entry.items()} | {
        "sources": [{name: _line(value) for name, value in source.items()} for source in entry["sources"]]
    }


def _line(text: str) -> str:
    return " ".join(text.split())


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(template: str, context: dict[str, Any]) -> str:
    return _templates().get_template(template).render(context)
