"""What differs between two states of the dataset, as facts: the pure core of the command `changes`.

docs/changes.md says what each kind of entry means; schema/release/changes.schema.json what it looks like.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scripts import wording
from scripts.dataset import earliest, list_cell
from scripts.entries import NOUNS, WHATS, Change, Teller, said, subject
from scripts.fold import Fold
from scripts.snapshot import Cells, Snapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two states, value changes first and worst for users first."""

    old: Snapshot
    new: Snapshot
    entries: tuple[Change, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entries of each kind there are, in the order of the kinds."""
        whats = [entry.what for entry in self.entries]
        return {what: whats.count(what) for what in WHATS if what in whats}


def compare(old: Snapshot, new: Snapshot) -> Changes:
    """Return what differs between two states; nothing where their rows and their days are the same."""
    teller = Teller(_renamed(old, new), new)
    entries = [*_moves(teller, old), *_claims(teller), *_rows(teller)]
    return Changes(old, new, tuple(sorted(entries, key=teller.order)))


# Ids that moved.


def _renamed(old: Snapshot, new: Snapshot) -> Snapshot:
    """Return the old state with the ids of the new one, so that a row is compared with what it was before its move."""
    moves = {table: _moved_rows(old, new, table) for table in NOUNS}
    if not any(moves.values()):
        return old
    columns = {keys[0]: table for table, keys in new.keys.items() if len(keys) == 1}
    columns |= {f"{column}s": table for column, table in columns.items()}

    def cell(column: str, text: str) -> str:
        ids = moves.get(columns.get(column, ""), {})
        return ";".join(ids.get(name, name) for name in text.split(";")) if ids else text

    def rows(table: str) -> dict[str, Cells]:
        ids = moves[table]
        return {
            ids.get(key, key): {column: cell(column, text) for column, text in row.items()}
            for key, row in old.rows[table].items()
        }

    return replace(old, rows={table: rows(table) for table in old.rows})


def _moved_rows(old: Snapshot, new: Snapshot, table: str) -> dict[str, str]:
    """Return old id -> new id of the rows that moved between the two states and went on as one row."""
    targets = {
        row["old_id"]: row["new_ids"]
        for row in new.rows["redirects"].values()
        if row["table"] == table and row["kind"] == "moved"
    }
    told = {row["old_id"] for row in old.rows["redirects"].values() if row["table"] == table}
    moved: dict[str, str] = {}
    for start in sorted(targets.keys() & old.rows[table].keys() - new.rows[table].keys() - told):
        end, seen = start, {start}
        while end in targets and targets[end] not in seen:
            end = targets[end]
            seen.add(end)
        # Two that moved to one id would be merged; the second is then told as removed.
        if end in new.rows[table] and end not in old.rows[table] and end not in moved.values():
            moved[start] = end
    return moved


def _moves(teller: Teller, old: Snapshot) -> Iterator[Change]:
    """Yield the redirects that are new."""
    for key, row in teller.new.rows["redirects"].items():
        if key in old.rows["redirects"]:
            continue
        new_ids = list_cell(row["new_ids"])
        about = (
            teller.about(row["table"], new_ids[0]) if len(new_ids) == 1 else Change(what="", table="", key="", text="")
        )
        yield replace(
            about,
            what="id_moved" if new_ids else "id_withdrawn",
            table="redirects",
            key=key,
            before=row["old_id"],
            before_label=row["old_id"],
            after=row["new_ids"] or None,
            after_label=wording.listed(new_ids) or None,
            since=row["date"] or None,
            summary=row["reason"] or None,
            text=wording.moved(NOUNS.get(row["table"], "row"), row["old_id"], new_ids, row["reason"]),
        )


# Claims.


@dataclass(frozen=True, slots=True)
class _Step:
    """What became of a claim: the kind of entry, both values, and the day whose state gives date and documents."""

    what: str
    before: str
    after: str
    day: str
    late: bool = False


def _claims(teller: Teller) -> Iterator[Change]:
    """Yield what became of the claims of the tiers that are in both states."""
    old, new = teller.old, teller.new
    learned = {key: row for key, row in new.rows["events"].items() if row["kind"] == "change"}
    known = old.rows["events"]
    sources = {**new.rows["sources"], **old.rows["sources"]}.values()
    folds = _Folds(
        past=Fold(known.values(), sources),
        told=Fold({**learned, **known}.values(), sources),
        present=Fold(new.rows["events"].values(), new.rows["sources"].values()),
    )
    for tier_id in sorted(old.rows["tiers"].keys() & new.rows["tiers"].keys()):
        for field in dict.fromkeys((*new.claims, *old.claims)):
            before, after = (state.rows["tiers"][tier_id].get(field, "") for state in (old, new))
            for step in _steps(folds, (tier_id, field), (before, after), (old.as_of, new.as_of)):
                yield _claim(teller, folds.present, tier_id, field, step)


@dataclass(frozen=True, slots=True)
class _Folds:
    """The claims by the old ledger, by the old one with the changes recorded since, and by the new one."""

    past: Fold
    told: Fold
    present: Fold


def _steps(folds: _Folds, claim: tuple[str, str], values: tuple[str, str], days: tuple[str, str]) -> list[_Step]:
    """Return what became of a claim between two days: what the vendor changed apart from what we had wrong."""
    (before, after), (old_day, new_day) = values, days
    past, told, then = (fold.value(*claim, old_day) for fold in (folds.past, folds.told, folds.present))
    if not before or not after:
        what = "claim_added" if after else "claim_removed"
        return [_Step(what, before, after, new_day)] if before or after else []
    follows = after == folds.present.value(*claim, new_day)
    vendor = then == before or then == told != past
    if follows and vendor:
        return [_Step("claim_changed", before, after, new_day, late=then == after)] if before != after else []
    if not follows or not then:
        return [_Step("claim_corrected", before, after, new_day)] if before != after else []
    corrected = _Step("claim_corrected", before, then, old_day)
    return [corrected] if then == after else [corrected, _Step("claim_changed", then, after, new_day)]


def _claim(teller: Teller, fold: Fold, tier_id: str, field: str, step: _Step) -> Change:
    interval = fold.on(tier_id, field, step.day)
    # A balance that does not follow from the ledger has no event to name; the check reports it.
    ids = interval.event_ids if interval and interval.value == step.after else []
    events = [teller.new.rows["events"][name] for name in ids]
    entry = teller.value(teller.about("tiers", tier_id), field, step.before, step.after)
    entry = replace(
        entry,
        what=step.what,
        since=events[0]["effective_on"] if events else None,
        date_basis=events[0]["date_basis"] if events else None,
        late=step.late,
        sources=teller.sources([name for event in events for name in list_cell(event["source_ids"])]),
        summary=events[0]["summary"] if events else None,
    )
    return replace(entry, text=_claim_text(entry))


def _claim_text(entry: Change) -> str:
    words = said(entry)
    if entry.what == "claim_changed":
        return wording.claim_changed(words)
    if entry.what == "claim_corrected":
        return wording.claim_corrected(words)
    return wording.claim_added(words) if entry.what == "claim_added" else wording.claim_removed(words)


# Rows.


def _rows(teller: Teller) -> Iterator[Change]:
    """Yield the rows that were added, removed and edited, an entry per cell."""
    for table, noun in NOUNS.items():
        old, new = teller.old.rows[table], teller.new.rows[table]
        for key in sorted(old.keys() | new.keys()):
            if key not in old:
                # The moves tell of new redirects.
                if table != "redirects":
                    yield _whole(teller, table, key, noun, "added")
            elif key not in new:
                yield _whole(teller, table, key, noun, "removed")
            else:
                yield from _edits(teller, table, key, noun)


def _whole(teller: Teller, table: str, key: str, noun: str, verb: str) -> Change:
    row = teller.row(table, key)
    entry = teller.about(table, key)
    if table == "events":
        entry = _event(teller, entry, row)
        noun = _event_noun(teller, row)
        if verb == "removed":
            entry = replace(entry, worse=None, text=wording.removed(entry.text))
        return replace(entry, what=f"{noun}_{verb}")
    cited = list_cell(row.get("source_ids", "")) or ([key] if table == "sources" else [])
    entry = replace(entry, what=f"{noun}_{verb}", sources=teller.sources(cited))
    return replace(entry, text=wording.row(_title(entry, row), noun, verb, _details(teller, table, row)))


def _title(entry: Change, row: Cells) -> str:
    """Return what readers call a row."""
    if entry.table == "sources":
        return wording.documents([(row["title"], row["publisher"])]).removeprefix("by ")
    if entry.table == "misconceptions":
        return f'{subject(entry)}, "{row["belief"].rstrip(".")}"'
    if entry.table == "vocabulary":
        return f'{row["field"]} {row["value"]}, "{row["label"]}"'
    return subject(entry) or row.get("name") or f"{NOUNS[entry.table]} {entry.key}"


def _details(teller: Teller, table: str, row: Cells) -> Iterator[str]:
    """Yield what is told of a row beside its name."""
    if table == "tiers":
        for field in (*teller.new.claims, *(name for name in teller.old.claims if name not in teller.new.claims)):
            if row.get(field):
                heading = teller.labels.get(("events.field", field), field)
                yield f'{wording.inline(heading)} "{teller.label(field, row[field])}"'


def _edits(teller: Teller, table: str, key: str, noun: str) -> Iterator[Change]:
    before, after = teller.old.rows[table][key], teller.new.rows[table][key]
    skipped = {*teller.old.claims, *teller.new.claims} if table == "tiers" else set()
    if table == "events":
        noun = _event_noun(teller, after)
    for column in dict.fromkeys((*after, *before)):
        values = before.get(column, ""), after.get(column, "")
        if column not in skipped and values[0] != values[1]:
            yield _edit(teller, teller.about(table, key), noun, column, values)


def _edit(teller: Teller, entry: Change, noun: str, column: str, values: tuple[str, str]) -> Change:
    table, row = entry.table, teller.row(entry.table, entry.key)
    about = _title(entry, row)
    if table in ("events", "redirects"):
        about = f"{about}, {noun} {entry.key}"
    before, after = (_cell_label(teller, table, row, column, value) for value in values)
    heading = teller.titles.get((table, column), column)
    cited = list_cell(row.get("source_ids", "")) or ([entry.key] if table == "sources" else [])
    return replace(
        entry,
        what="tier_verified" if (table, column) == ("tiers", "verified_on") else f"{noun}_edited",
        field=column,
        field_label=heading,
        before=values[0] or None,
        before_label=before,
        after=values[1] or None,
        after_label=after,
        since=row.get("effective_on") or None,
        date_basis=row.get("date_basis") or None,
        sources=teller.sources(cited),
        summary=row.get("summary") or None,
        text=wording.edited(about, heading, before or "", after or ""),
    )


def _cell_label(teller: Teller, table: str, row: Cells, column: str, value: str) -> str | None:
    if table == "events" and column in ("value", "value_before") and value:
        return teller.label(row["field"], value)
    return teller.labels.get((f"{table}.{column}", value), value) or None


# Events.


def _event_noun(teller: Teller, row: Cells) -> str:
    """Return whether something of an event lies after the day of the new state."""
    days = (earliest(row["effective_on"]), earliest(row["deadline_on"]))
    return "upcoming" if max(days) > teller.new.as_of else "event"


def _event(teller: Teller, entry: Change, row: Cells) -> Change:
    """Return an entry with what an event says."""
    if row["field"]:
        entry = teller.value(entry, row["field"], row["value_before"], row["value"])
    entry = replace(
        entry,
        since=row["effective_on"] or None,
        date_basis=row["date_basis"] or None,
        sources=teller.sources(list_cell(row["source_ids"])),
        summary=row["summary"] or None,
    )
    words = replace(said(entry), deadline=row["deadline_on"])
    upcoming = earliest(row["effective_on"]) > teller.new.as_of
    return replace(entry, text=wording.event(row["kind"], words, upcoming=upcoming))
