"""What happened, in plain words: the one place for the sentences of the changes, the changelog and the feeds.

Every function takes what readers see (names and labels, never codes) and returns a sentence without a full stop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby


def subject(product: str | None, tier: str | None) -> str:
    """Return what a sentence is about: a product, or the customers of one of its tiers."""
    return ", ".join(name for name in (product, tier) if name)


def inline(heading: str) -> str:
    """Return a heading as it stands inside a sentence: `Opt-out` as `opt-out`, `DPA` as it is."""
    return heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]


def since(date: str | None, basis: str | None) -> str:
    """Return from when something holds; a date that was only observed may be later than the true one."""
    if not date:
        return ""
    return f"seen since {date}" if basis == "observed" else f"since {date}"


def documents(sources: Sequence[tuple[str, str]]) -> str:
    """Return by which documents, each given as title and publisher; those of one publisher together."""
    parts = []
    for publisher, group in groupby(sources, key=lambda source: source[1]):
        parts.append(f"{listed([title for title, _ in group])} ({publisher})")
    return f"by {listed(parts)}" if parts else ""


def listed(items: Sequence[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def claim_changed(about: str, field: str, before: str, after: str, when: str, *, late: bool, by: str) -> str:
    """Say that a vendor changed what it may do."""
    what = f'{inline(field)} changed from "{before}" to "{after}"'
    return _sentence(about, f"{what} {when}", "which was learned of late" if late else "", by)


def claim_corrected(about: str, field: str, before: str, after: str, when: str, by: str) -> str:
    """Say that the record was wrong."""
    return _sentence(
        about, f'{inline(field)} was recorded wrongly as "{before}" and is corrected to "{after}"', when, by
    )


def claim_added(about: str, field: str, after: str, when: str, by: str) -> str:
    """Say that a value is known where nobody had looked."""
    return _sentence(about, f'{inline(field)} is now known, "{after}"', when, by)


def claim_removed(about: str, field: str, before: str) -> str:
    """Say that a value is no longer known."""
    return f'{about}: {inline(field)} is no longer known; it was recorded as "{before}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an event says, as readers see it; `by` are its documents, and '' stands for what there is not."""

    kind: str
    about: str
    field: str
    before: str
    after: str
    date: str
    basis: str
    deadline: str
    summary: str
    upcoming: bool
    by: str


def event(said: Said) -> str:
    """Say what an event says."""
    if said.kind == "context":
        sentence = _sentence(f"{said.about}, {said.date}", said.summary.rstrip("."), said.by)
    else:
        what = f"{inline(said.field)} {_statement(said)}"
        when = f"from {said.date}" if said.upcoming else since(said.date, said.basis)
        sentence = _sentence(said.about, f"{what} {when}", said.by)
    return f"{sentence}; deadline {said.deadline}" if said.deadline else sentence


def _statement(said: Said) -> str:
    if said.kind != "change":
        return f'{"will be" if said.upcoming else "is"} "{said.after}"'
    origin = f'from "{said.before}" ' if said.before else ""
    return f'{"will change" if said.upcoming else "changed"} {origin}to "{said.after}"'


def row(about: str, noun: str, verb: str, details: Iterable[str] = ()) -> str:
    """Say that a row was added or removed."""
    return "; ".join((f"{about}: {noun} {verb}", *details))


def edited(about: str, column: str, before: str | None, after: str | None) -> str:
    """Say that a cell was edited."""
    column = inline(column)
    if not before:
        return f'{about}: {column} filled in, "{after}"'
    if not after:
        return f'{about}: {column} emptied, it was "{before}"'
    return f'{about}: {column} edited from "{before}" to "{after}"'


def moved(noun: str, old_id: str, new_ids: Sequence[str], reason: str) -> str:
    """Say where an id went; nowhere, if it was withdrawn."""
    where = f"is now {listed(new_ids)}" if new_ids else "is withdrawn"
    return f"the {noun} {old_id} {where}: {reason.rstrip('.')}"


def _sentence(about: str, *parts: str) -> str:
    return f"{about}: {', '.join(part.rstrip() for part in parts if part)}"
