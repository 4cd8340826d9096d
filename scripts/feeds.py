"""The feeds of a release, read from its database: all events, and those of each product."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts import wording
from scripts.database import opened
from scripts.dataset import earliest, list_cell
from scripts.syndication import Feed, Item, Link, atom, calendar, json_feed

Row = Mapping[str, Any]

EVENTS = """
    select l.*, e.effective_on_earliest, e.source_ids,
           (select max(s.accessed_on) from citations i join sources s using (source_id) where i.event_id = e.event_id)
               as read_on
    from timeline l
    join events e using (event_id)
    order by read_on desc, e.effective_on_earliest desc, event_id
"""
FORMATS = {"atom": atom, "json": json_feed, "ics": calendar}


def write_feeds(database: Path, folder: Path, changes: Mapping[str, Any] | None = None) -> None:
    """Write `all.*` and `products/<product_id>.*` below `folder`, each as Atom, JSON Feed and calendar.

    With the document of the changes since the last release, events that were corrected are marked and those that were
    withdrawn are told once more, as withdrawn.
    """
    with opened(database) as connection:
        connection.row_factory = sqlite3.Row
        about = dict(connection.execute("select * from dataset").fetchone())
        products = connection.execute("select product_id, name from products order by 1").fetchall()
        items = _items(connection, about, changes or {"changes": []})
    (folder / "products").mkdir(parents=True)
    _write(folder / "all", _feed(about, "events", "", "", [item for _, item in items]))
    for product_id, name in products:
        mine = [item for owner, item in items if owner == product_id]
        _write(folder / "products" / product_id, _feed(about, f"products/{product_id}", product_id, name, mine))


def _feed(about: Row, path: str, product_id: str, product: str, items: list[Item]) -> Feed:
    home = about["homepage"]
    page = f"{home}/products/{product_id}" if product_id else f"{home}/changes"
    return Feed(
        base=about["id"],
        path=path,
        title=f"Does {product} train on your data?" if product else about["title"],
        description=f"What the documents of {product} said, and since when." if product else about["description"],
        author=about["name"],
        license=about["license"],
        url=page,
        address=page,
        updated=max((item.updated for item in items), default=about["as_of"]),
        items=tuple(items),
    )


def _write(path: Path, feed: Feed) -> None:
    for ending, form in FORMATS.items():
        path.with_name(f"{path.name}.{ending}").write_bytes(form(feed))


def _items(connection: sqlite3.Connection, about: Row, changes: Row) -> list[tuple[str, Item]]:
    """Return all events with the product each belongs to, newest first."""
    documents = _documents(connection)
    first = _first_ids(connection)
    edits = {key: list(group) for key, group in groupby(sorted(_edits(changes)), key=lambda edit: edit[0])}
    items = [
        (row["product_id"], _corrected(_item(row, about, documents), edits.get(row["event_id"], []), about))
        for row in connection.execute(EVENTS)
    ]
    items = [(owner, replace(item, event_id=first.get(item.event_id, item.event_id))) for owner, item in items]
    withdrawn = [_withdrawn(entry, about) for entry in changes["changes"] if _kind(entry) == "removed"]
    return sorted([*withdrawn, *items], key=lambda pair: pair[1].updated, reverse=True)


def _kind(entry: Row) -> str:
    """Return what became of the event that an entry tells of; '' where it tells of something else."""
    return entry["what"].partition("_")[2] if entry["table"] == "events" else ""


def _edits(changes: Row) -> Iterable[tuple[str, str]]:
    """Yield the event of each correction, and the sentence that tells it."""
    return ((entry["key"], entry["text"]) for entry in changes["changes"] if _kind(entry) == "edited")


def _first_ids(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return the first id of each event that was given another one: under that one readers have it."""
    moves = connection.execute(
        """select new_ids, old_id from redirects where "table" = 'events' and kind = 'moved' order by old_id"""
    )
    before = dict(moves.fetchall())
    return {event_id: _origin(event_id, before) for event_id in before}


def _origin(event_id: str, before: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while event_id in before and event_id not in seen:
        seen.add(event_id)
        event_id = before[event_id]
    return event_id


def _documents(connection: sqlite3.Connection) -> Mapping[str, Link]:
    rows = connection.execute("select source_id, title, publisher, url from sources")
    return {row["source_id"]: Link(row["title"], row["publisher"], row["url"]) for row in rows}


def _item(row: Row, about: Row, documents: Mapping[str, Link]) -> Item:
    cited = tuple(documents[source_id] for source_id in list_cell(row["source_ids"]))
    said = wording.Said(
        about=wording.subject(row["product"], row["tier"]),
        field=row["field_label"] or "",
        before=row["label_before"] or "",
        after=row["label"] or "",
        date=row["effective_on"],
        basis=row["date_basis"],
        by="",
        summary=row["summary"],
    )
    upcoming = row["effective_on_earliest"] > about["as_of"]
    full = replace(
        said,
        by=wording.documents((link.title, link.publisher) for link in cited),
        deadline=row["deadline_on"] or "",
    )
    known = earliest(row["announced_on"] or row["effective_on"])
    return Item(
        event_id=row["event_id"],
        url=f"{about['homepage']}/products/{row['product_id']}#event-{row['event_id']}",
        title=wording.event(row["kind"], said, upcoming=upcoming),
        sentence=wording.event(row["kind"], full, upcoming=upcoming),
        remarks=(row["summary"],),
        documents=cited,
        tags=tuple(tag for tag in (row["kind"], row["field"]) if tag),
        published=min(known, row["read_on"]),
        updated=row["read_on"],
        effective=row["effective_on"],
        deadline=row["deadline_on"] or "",
    )


def _corrected(item: Item, edits: list[tuple[str, str]], about: Row) -> Item:
    """Return an event with what was corrected in it since the last release."""
    if not edits:
        return item
    remarks = tuple(f"Corrected in release {about['version']}: {text}." for _, text in edits)
    return replace(item, remarks=(*item.remarks, *remarks), tags=(*item.tags, "corrected"), updated=about["as_of"])


def _withdrawn(entry: Row, about: Row) -> tuple[str, Item]:
    """Return an event that is no longer recorded, so that readers who have it learn so."""
    text = entry["text"]
    item = Item(
        event_id=entry["key"],
        url=f"{about['homepage']}/products/{entry['product_id']}",
        title=f"{text[:1].upper()}{text[1:]}",
        sentence=text,
        remarks=(),
        documents=tuple(Link(source["title"], source["publisher"], source["url"]) for source in entry["sources"]),
        tags=tuple(tag for tag in (entry["field"], "withdrawn") if tag),
        published=min(earliest(entry["since"]), about["as_of"]),
        updated=about["as_of"],
        effective=entry["since"],
        deadline="",
        withdrawn=True,
    )
    return entry["product_id"], item
