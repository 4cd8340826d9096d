"""The feeds: valid by the rules of their formats, read by real readers, the same for ever."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from scripts.build import DATABASE, build
from scripts.changes import changes_document
from scripts.compare import compare
from scripts.feeds import write_feeds
from scripts.snapshot import of_dataset
from scripts.syndication import ATOM, Feed, Item, Link, atom, calendar, json_feed
from tests.conftest import Ledger

BASE = "tag:does-it-train.example,2026:does-it-train"
CHANGE = "parrot-free-training-2025-09-28"

# JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): what it requires, and of what type the rest has to be.
TEXT = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "pattern": "^https?://"}
INSTANT = {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"}
ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("id", "title", "content_html", "content_text", "summary", "language"), TEXT),
        **dict.fromkeys(("url", "external_url", "image", "banner_image"), ADDRESS),
        **dict.fromkeys(("date_published", "date_modified"), INSTANT),
        "tags": {"type": "array", "items": TEXT},
    },
}
JSON_FEED = Draft202012Validator(
    {
        "type": "object",
        "required": ["version", "title", "items"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": "https://jsonfeed.org/version/1.1"},
            **dict.fromkeys(("title", "description", "user_comment", "language"), TEXT),
            **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), ADDRESS),
            "authors": {"type": "array", "minItems": 1, "items": {"type": "object", "minProperties": 1}},
            "items": {"type": "array", "items": ITEM},
        },
    },
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


def item(**cells: Any) -> Item:  # noqa: ANN401 cells of several types
    """An event, with some of it otherwise."""
    usual: dict[str, Any] = {
        "event_id": "e1",
        "url": "https://site.example/products/p#e1",
        "title": "P: it changed",
        "sentence": "P: it changed, by Terms (A)",
        "remarks": ("More of it.",),
        "documents": (Link("Terms", "A", "https://a.example/terms?x=1&y=2"),),
        "tags": ("change", "training"),
        "published": "2025-01-01",
        "updated": "2025-01-02",
        "effective": "2025-01-01",
        "deadline": "",
    }
    return Item(**{**usual, **cells})


def feed(*items: Item) -> Feed:
    page = "https://site.example/products/p"
    names = {"title": "P", "description": "Of P.", "author": "A & B", "license": "CC-BY-4.0", "url": page}
    return Feed(base=BASE, path="products/p", address=page, updated="2025-01-02", items=items, **names)


# Valid by the rules of the formats.


def atom_faults(data: bytes) -> Iterator[str]:
    """What RFC 4287 does not allow, of what a feed of ours could get wrong."""
    root = ET.fromstring(data)  # noqa: S314 our own
    entries = root.findall(f"{{{ATOM}}}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            if len(element.findall(f"{{{ATOM}}}{name}")) != 1:
                yield f"{name} has to stand once"
        if len([it for it in element.findall(f"{{{ATOM}}}link") if it.get("rel") == "alternate"]) != 1:
            yield "one page stands for it"
    if not root.findall(f"{{{ATOM}}}author/{{{ATOM}}}name"):
        yield "somebody has to have written it"
    ids = [entry.findtext(f"{{{ATOM}}}id") or "" for entry in entries]
    if len(set(ids)) != len(ids):
        yield "an id stands twice"
    for element in root.iter():
        if element.tag.split("}")[1] in {"updated", "published"}:
            datetime.datetime.fromisoformat(element.text or "")
        if element.tag.split("}")[1] == "id" and not re.fullmatch(r"tag:[a-z.-]+,\d{4}:\S+", element.text or ""):
            yield f"{element.text} is no tag URI"


def calendar_faults(data: bytes) -> Iterator[str]:
    """What RFC 5545 does not allow, of what a calendar of ours could get wrong."""
    if not data.endswith(b"\r\n") or b"\n" in data.replace(b"\r\n", b""):
        yield "lines end in CRLF"
    for line in data.split(b"\r\n"):
        if len(line) > 75:
            yield f"a line has {len(line)} octets"
        line.decode()
    found = Calendar.from_ical(data)
    if not {"VERSION", "PRODID"} <= set(found):
        yield "version or product is missing"
    if not found.subcomponents:
        yield "there is no component"
    uids = [str(it["UID"]) for it in found.subcomponents]
    if len(set(uids)) != len(uids):
        yield "a UID stands twice"
    for component in found.subcomponents:
        yield from (f"{component.name}: {error}" for error in component.errors)
        if component.name == "VEVENT" and not component["DTSTART"].dt < component["DTEND"].dt:
            yield "it ends before it begins"
        if not isinstance(component["DTSTAMP"].dt, datetime.datetime):
            yield "no instant"


def faults(path: Path) -> list[str]:
    data = path.read_bytes()
    if path.suffix == ".atom":
        read = feedparser.parse(data)
        return [*atom_faults(data), *([str(read.bozo_exception)] if read.bozo else [])]
    if path.suffix == ".ics":
        return list(calendar_faults(data))
    return [error.message for error in JSON_FEED.iter_errors(json.loads(data))]


def test_every_feed_of_the_small_ledger_is_valid(release: Path) -> None:
    paths = sorted((release / "feeds").rglob("*.*"))
    assert [path.relative_to(release / "feeds").as_posix() for path in paths] == [
        "all.atom", "all.ics", "all.json", "products/parrot.atom", "products/parrot.ics", "products/parrot.json",
    ]  # fmt: skip
    assert {path.name: faults(path) for path in paths if faults(path)} == {}


def test_the_feeds_of_the_real_data_are_valid(real_release: Path) -> None:
    paths = sorted((real_release / "feeds").rglob("*.*"))
    few = [path for number, path in enumerate(paths) if path.parent.name == "feeds" or number % 20 == 0]
    assert {path.name: faults(path) for path in few if faults(path)} == {}
    events = json.loads((real_release / "manifest.json").read_text(encoding="utf-8"))["counts"]["events"]
    assert len(json.loads((real_release / "feeds" / "all.json").read_text(encoding="utf-8"))["items"]) == events


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (atom(feed(item(), item())), "an id stands twice"),
        (atom(feed(item())).replace(b"<name>A &amp; B</name>", b""), "somebody has to have written it"),
        (atom(feed(item())).replace(b"tag:", b"urn:"), "is no tag URI"),
        (atom(feed(item())).replace(b"<title>P: it changed</title>", b""), "title has to stand once"),
        (atom(feed(item())).replace(b"alternate", b"related"), "one page stands for it"),
    ],
)
def test_the_rules_of_atom_can_be_broken(data: bytes, fault: str) -> None:
    assert any(fault in it for it in atom_faults(data))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (calendar(feed(item(), item())), "a UID stands twice"),
        (calendar(feed(item())).replace(b"\r\n", b"\n"), "lines end in CRLF"),
        (calendar(feed(item())).replace(b"\r\n ", b"") + b"X-LONG:" + b"x" * 80 + b"\r\n", "octets"),
        (calendar(feed(item())).replace(b"PRODID", b"X-ID"), "product is missing"),
        (calendar(feed(item())).replace(b"DTEND;VALUE=DATE:20250102", b"DTEND;VALUE=DATE:20240102"), "ends before"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", "there is no component"),
    ],
)
def test_the_rules_of_calendars_can_be_broken(data: bytes, fault: str) -> None:
    assert any(fault in it for it in calendar_faults(data))


def test_the_rules_of_json_feed_can_be_broken() -> None:
    document = json.loads(json_feed(feed(item())))
    assert JSON_FEED.is_valid(document)
    del document["items"][0]["id"]
    assert not JSON_FEED.is_valid(document)


# What readers see.


def test_an_entry_says_whom_it_concerns_what_changed_since_when_and_by_what(release: Path) -> None:
    read = feedparser.parse((release / "feeds" / "products" / "parrot.atom").read_bytes())
    entry = next(it for it in read.entries if it.id.endswith(CHANGE))
    assert entry.id == f"{BASE}/events/{CHANGE}"
    assert entry.title == (
        'Parrot, Free and Plus: training changed from "Does not train" to "Trains unless you opt out" since 2025-09-28'
    )
    assert "by Changes to our consumer terms (Acme) and Acme and your chats (The Tattler); deadline 2025-10-08." in (
        entry.content[0].value
    )
    assert (
        '<a href="https://acme.example/news/terms">Changes to our consumer terms</a> (Acme)' in entry.content[0].value
    )
    assert entry.link == f"https://does-it-train.example/products/parrot#event-{CHANGE}"
    assert [tag.term for tag in entry.tags] == ["change", "training"]
    assert (entry.published, entry.updated) == ("2025-08-28T00:00:00Z", "2026-01-10T00:00:00Z")
    assert read.feed.title == "Does Parrot train on your data?"
    assert {link.rel: link.href for link in read.feed.links} == {
        "alternate": "https://does-it-train.example/products/parrot",
        "self": "https://does-it-train.example/products/parrot.atom",
    }


def test_all_formats_tell_the_same_events_under_the_same_ids(release: Path) -> None:
    for name in ("all", "products/parrot"):
        path = release / "feeds" / name
        ids = [it["id"] for it in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["items"]]
        assert ids == [it.id for it in feedparser.parse(path.with_suffix(".atom").read_bytes()).entries]
        days = Calendar.from_ical(path.with_suffix(".ics").read_bytes()).subcomponents
        effective = [str(it["UID"]).partition("-effective@")[0] for it in days if "-effective@" in it["UID"]]
        assert [f"{BASE}/events/{event_id}" for event_id in effective] == ids
        assert len(ids) == 15


def test_what_lies_ahead_is_told_as_such(release: Path) -> None:
    document = json.loads((release / "feeds" / "all.json").read_text(encoding="utf-8"))
    entry = next(it for it in document["items"] if it["id"].endswith("parrot-free-training-2027-01"))
    assert entry["title"] == (
        'Parrot, Free and Plus: training will change from "Trains unless you opt out" to "Trains only if you opt in" '
        "from 2027-01"
    )
    assert entry["date_published"] == "2025-12-01T00:00:00Z"  # the day it was announced


def test_the_calendar_holds_effective_dates_and_deadlines_as_days(release: Path) -> None:
    days = Calendar.from_ical((release / "feeds" / "all.ics").read_bytes()).subcomponents
    found = {str(it["UID"]).partition("@")[0]: it for it in days}
    effective, deadline = found[f"{CHANGE}-effective"], found[f"{CHANGE}-deadline"]
    assert effective["DTSTART"].dt == datetime.date(2025, 9, 28)
    assert effective["DTEND"].dt == datetime.date(2025, 9, 29)
    assert deadline["DTSTART"].dt == datetime.date(2025, 10, 8)
    assert deadline["SUMMARY"].startswith("Deadline: Parrot, Free and Plus: training changed")
    vague = found["parrot-free-training-2027-01-effective"]
    assert vague["DTSTART"].dt == datetime.date(2027, 1, 1)
    assert vague["SUMMARY"].endswith("(in 2027-01, the day is not known)")
    assert {str(it["TRANSP"]) for it in days} == {"TRANSPARENT"}


def test_a_date_known_to_the_year_stands_on_its_first_day() -> None:
    (day,) = Calendar.from_ical(calendar(feed(item(effective="2025")))).subcomponents
    assert day["DTSTART"].dt == datetime.date(2025, 1, 1)
    assert day["SUMMARY"] == "P: it changed (in 2025, the day is not known)"


STRANGE = 'Größe, 100 % "<b>" & co; a\\b \u2028 \U0001f99c ' + "ü" * 120


def test_any_text_comes_through_all_formats() -> None:
    told = feed(item(title=STRANGE, sentence=STRANGE, remarks=("two\nlines",)))
    assert feedparser.parse(atom(told)).entries[0].title_detail.value == STRANGE.strip()
    assert json.loads(json_feed(told))["items"][0]["title"] == STRANGE
    (day,) = Calendar.from_ical(calendar(told)).subcomponents
    assert day["SUMMARY"] == STRANGE
    assert day["DESCRIPTION"].splitlines()[-1] == "Terms (A): https://a.example/terms?x=1&y=2"
    assert list(calendar_faults(calendar(told))) == []
    assert "&lt;b&gt;" in json.loads(json_feed(told))["items"][0]["content_html"]


def test_what_xml_cannot_hold_is_left_out() -> None:
    told = feed(item(title="a\x00b\x1bc\ufffe"))
    assert feedparser.parse(atom(told)).entries[0].title == "abc"
    assert b"SUMMARY:abc\r\n" in calendar(told)


def test_an_event_without_documents_has_no_list() -> None:
    assert "<ul>" not in json.loads(json_feed(feed(item(documents=()))))["items"][0]["content_html"]


def test_a_feed_without_events_is_valid(tmp_path: Path) -> None:
    for name, form in (("x.atom", atom), ("x.ics", calendar), ("x.json", json_feed)):
        (tmp_path / name).write_bytes(form(feed()))
        assert faults(tmp_path / name) == []


# The same for ever.


def test_ids_stay_when_the_site_moves(ledger: Ledger, release: Path, tmp_path: Path) -> None:
    path = ledger.root / "datapackage.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("https://does-it-train.example", "https://moved.example"), encoding="utf-8")
    build(ledger.root, tmp_path / "dist")
    for ending, pattern in (("atom", r"<id>.*?</id>"), ("ics", r"UID:.*"), ("json", r'"id": ".*?"')):
        old, new = ((it / "feeds" / f"all.{ending}").read_text(encoding="utf-8") for it in (release, tmp_path / "dist"))
        assert re.findall(pattern, old) == re.findall(pattern, new) != []
        assert "https://moved.example" in new
        assert "https://does-it-train.example" not in new


def test_an_event_that_moved_keeps_the_id_under_which_readers_have_it(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("events", CHANGE, "event_id", "moved-again")
    ledger.set("misconceptions", "parrot-never-trains", "event_ids", "moved-again")
    for old, new in ((CHANGE, "moved-once"), ("moved-once", "moved-again"), ("round", "about"), ("about", "round")):
        row = {"date": "2026-01-12", "kind": "moved", "table": "events", "reason": "Misspelt."}
        ledger.add("redirects", old_id=old, new_ids=new, **row)
    build(ledger.root, tmp_path / "dist", allow_findings=True)
    items = json.loads((tmp_path / "dist" / "feeds" / "all.json").read_text(encoding="utf-8"))["items"]
    (entry,) = (it for it in items if it["url"].endswith("#event-moved-again"))
    assert entry["id"] == f"{BASE}/events/{CHANGE}"


def corrected(ledger: Ledger, folder: Path, *edits: tuple[str, str, str]) -> Path:
    """Feeds of the ledger after some edits of events, told with the changes since before."""
    old = of_dataset(ledger.open())
    for key, column, value in edits:
        if column:
            ledger.set("events", key, column, value)
        else:
            ledger.remove("events", key)
    build(ledger.root, folder / "dist", allow_findings=True)
    changes = changes_document(compare(old, of_dataset(ledger.open())))
    write_feeds(folder / "dist" / DATABASE, folder / "feeds", changes)
    return folder / "feeds"


def test_a_corrected_event_says_so_under_its_old_id(ledger: Ledger, tmp_path: Path) -> None:
    feeds = corrected(ledger, tmp_path, (CHANGE, "effective_on", "2025-09-29"), (CHANGE, "locator", "Section 2"))
    first = json.loads((feeds / "all.json").read_text(encoding="utf-8"))["items"][0]
    assert first["id"] == f"{BASE}/events/{CHANGE}"
    assert first["tags"] == ["change", "training", "corrected"]
    assert first["date_modified"] == "2026-01-15T00:00:00Z"
    assert first["content_text"].splitlines()[2:4] == [
        (
            f"Corrected in release 0.1.0: Parrot, Free and Plus, event {CHANGE}: effective on edited from "
            '"2025-09-28" to "2025-09-29".'
        ),
        (
            f"Corrected in release 0.1.0: Parrot, Free and Plus, event {CHANGE}: locator edited from "
            '"First section" to "Section 2".'
        ),
    ]
    for path in feeds.rglob("*.*"):
        assert faults(path) == []


def test_a_withdrawn_event_is_told_once_more_under_its_old_id(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("misconceptions", "parrot-never-trains", "event_ids", "")
    feeds = corrected(ledger, tmp_path, (CHANGE, "", ""), ("parrot-context-2025-05-02", "", ""))
    items = json.loads((feeds / "products" / "parrot.json").read_text(encoding="utf-8"))["items"]
    gone = next(it for it in items if it["id"] == f"{BASE}/events/{CHANGE}")
    assert gone["title"].startswith("Withdrawn from the record: Parrot, Free and Plus: training changed from")
    assert gone["tags"] == ["training", "withdrawn"]
    days = Calendar.from_ical((feeds / "all.ics").read_bytes()).subcomponents
    states = {str(it["UID"]).partition("-effective@")[0]: str(it["STATUS"]) for it in days}
    assert {key for key, state in states.items() if state == "CANCELLED"} == {CHANGE, "parrot-context-2025-05-02"}
    for path in feeds.rglob("*.*"):
        assert faults(path) == []


def test_what_was_added_is_not_marked(ledger: Ledger, tmp_path: Path, release: Path) -> None:
    feeds = corrected(ledger, tmp_path)
    assert (feeds / "all.atom").read_bytes() == (release / "feeds" / "all.atom").read_bytes()
