"""The three formats of a feed: Atom (RFC 4287), JSON Feed 1.1 and iCalendar (RFC 5545).

A feed in, its bytes out; nothing is read from the clock. docs/feeds.md says what stands where.
"""

import datetime
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from scripts.dataset import earliest

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
# What XML 1.0 cannot hold, and no calendar should.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# RFC 5545, 3.1: a line is no longer than this many octets, its end not counted.
LINE = 75
# The octets of UTF-8 that do not begin a character.
WITHIN = range(0x80, 0xC0)


@dataclass(frozen=True, slots=True)
class Link:
    """A document: what it is called, who published it, where it is."""

    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event. Days are YYYY-MM-DD; `effective` and `deadline` have the precision known, '' where there is none."""

    event_id: str
    url: str
    title: str
    sentence: str
    remarks: tuple[str, ...]
    documents: tuple[Link, ...]
    tags: tuple[str, ...]
    published: str
    updated: str
    effective: str
    deadline: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The events of the whole dataset or of one product, newest first.

    `base` begins all ids (a tag URI), `path` goes on with what the feed is called; `url` is the page it stands for and
    `address` where the feed itself lies, without the ending that tells the formats apart.
    """

    base: str
    path: str
    title: str
    description: str
    author: str
    license: str
    url: str
    address: str
    updated: str
    items: tuple[Item, ...]


def item_id(base: str, event_id: str) -> str:
    """Return the id of an event in Atom and JSON Feed, the same in every feed that holds it."""
    return f"{base}/events/{event_id}"


def atom(feed: Feed) -> bytes:
    """Return the feed in Atom."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", f"{feed.base}/{feed.path}")
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.description)
    _add(root, "updated", _instant(feed.updated))
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "rights", feed.license)
    _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.address}.atom")
    root.extend(_entry(feed.base, item) for item in feed.items)
    ET.indent(root, " ")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ET.tostring(root, encoding="utf-8")) + b"\n"


def json_feed(feed: Feed) -> bytes:
    """Return the feed in JSON Feed."""
    document = {
        "version": JSON_FEED,
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.url,
        "feed_url": f"{feed.address}.feed.json",
        "language": "en",
        "authors": [{"name": feed.author}],
        "items": [_json_item(feed.base, item) for item in feed.items],
    }
    return (json.dumps(document, ensure_ascii=False) + "\n").encode()


def calendar(feed: Feed) -> bytes:
    """Return the days of the feed as a calendar: when something takes effect, and until when users can act."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_text(feed.author)}//feeds//EN", "CALSCALE:GREGORIAN"),
        *(f"NAME:{_text(feed.title)}", f"X-WR-CALNAME:{_text(feed.title)}", f"DESCRIPTION:{_text(feed.description)}"),
        f"URL:{feed.url}",
    ]
    if not feed.items:  # a calendar without any component is none (RFC 5545, 3.6)
        stamp = [f"UID:{feed.path}@{_authority(feed)}", f"DTSTAMP:{_day(feed.updated)}T000000Z"]
        lines += ["BEGIN:VJOURNAL", *stamp, "SUMMARY:No event is recorded yet.", "END:VJOURNAL"]
    days = b"".join(_days(_authority(feed), item) for item in feed.items)
    return b"".join(map(_line, lines)) + days + _line("END:VCALENDAR")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    child.text = text and _clean(text)
    return child


@cache
def _entry(base: str, item: Item) -> ET.Element:
    """Return an event in Atom; made once, for the whole and for its product."""
    entry = ET.Element("entry")
    _add(entry, "id", item_id(base, item.event_id))
    _add(entry, "title", item.title)
    _add(entry, "updated", _instant(item.updated))
    _add(entry, "published", _instant(item.published))
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for document in item.documents:
        _add(entry, "link", rel="related", href=document.url, title=document.title)
    for tag in item.tags:
        _add(entry, "category", term=tag)
    _add(entry, "content", _html(item), type="html")
    return entry


@cache
def _html(item: Item) -> str:
    paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in (f"{item.sentence}.", *item.remarks))
    links = "".join(
        f'<li><a href="{html.escape(link.url)}">{html.escape(link.title)}</a> ({html.escape(link.publisher)})</li>'
        for link in item.documents
    )
    return f"{paragraphs}<ul>{links}</ul>" if links else paragraphs


def _plain(item: Item) -> str:
    documents = [f"{link.title} ({link.publisher}): {link.url}" for link in item.documents]
    return "\n".join([f"{item.sentence}.", *item.remarks, *documents])


def _json_item(base: str, item: Item) -> dict[str, Any]:
    return {
        "id": item_id(base, item.event_id),
        "url": item.url,
        "title": item.title,
        "content_html": _html(item),
        "content_text": _plain(item),
        "date_published": _instant(item.published),
        "date_modified": _instant(item.updated),
        "tags": list(item.tags),
    }


@cache
def _days(authority: str, item: Item) -> bytes:
    """Return the days of an event as parts of a calendar; made once, for the whole and for its product."""
    dates = [("effective", item.effective, ""), ("deadline", item.deadline, "Deadline: ")]
    return b"".join(_line(line) for date in dates if date[1] for line in _all_day(authority, item, *date))


def _all_day(authority: str, item: Item, what: str, date: str, prefix: str) -> Iterator[str]:
    first = earliest(date)
    vague = "" if first == date else f" (in {date}, the day is not known)"
    following = datetime.date.fromisoformat(first) + datetime.timedelta(days=1)
    yield "BEGIN:VEVENT"
    yield f"UID:{item.event_id}-{what}@{authority}"
    yield f"DTSTAMP:{_day(item.updated)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_day(first)}"
    yield f"DTEND;VALUE=DATE:{_day(following.isoformat())}"
    yield f"SUMMARY:{_text(prefix + item.title + vague)}"
    yield f"DESCRIPTION:{_text(_plain(item))}"
    yield f"URL:{item.url}"
    yield f"CATEGORIES:{','.join(map(_text, item.tags))}"
    yield f"STATUS:{'CANCELLED' if item.withdrawn else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _authority(feed: Feed) -> str:
    """Return who gives out the ids: of `tag:example.org,2026:data` the host."""
    return feed.base.removeprefix("tag:").partition(",")[0]


def _instant(day: str) -> str:
    return f"{day}T00:00:00Z"


def _day(day: str) -> str:
    return day.replace("-", "")


def _clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _text(text: str) -> str:
    """Return a text as a value of a calendar (RFC 5545, 3.3.11)."""
    escaped = re.sub(r"([\\;,])", r"\\\1", _clean(text))
    return escaped.replace("\r", "").replace("\n", r"\n")


def _line(content: str) -> bytes:
    """Return a line of a calendar, folded between characters where it is too long."""
    octets = content.encode()
    parts, start, room = [], 0, LINE
    while len(octets) - start > room:
        end = start + room
        while octets[end] in WITHIN:
            end -= 1
        parts.append(octets[start:end])
        start, room = end, LINE - 1  # the space that goes on with a line counts
    return b"\r\n ".join([*parts, octets[start:]]) + b"\r\n"
