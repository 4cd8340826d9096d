"""What happened, in plain words: the one place for the sentences of the changes, the changelog and the feeds.

Every function takes what readers see (names and labels, never codes) and returns a sentence without a full stop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a field, as readers see it; '' stands for what there is not.

    `about` is whom it concerns, `date` and `deadline` are dates of any precision, `basis` says whether a document
    states the date, `by` names the documents.
    """

    about: str
    field: str
    before: str
    after: str
    date: str
    basis: str
    by: str
    deadline: str = ""
    summary: str = ""


def subject(product: str | None, tier: str | None) -> str:
    """Return what a sentence is about: a product, or the customers of one of its tiers."""
    return ", ".join(name for name in (product, tier) if name)


def inline(heading: str) -> str:
    """Return a heading as it stands inside a sentence: `Opt-out` as `opt-out`, `DPA` as it is."""
    return heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]


def documents(sources: Iterable[tuple[str, str]]) -> str:
    """Return by which documents, each given as title and publisher; those of one publisher together."""
    parts = []
    for publisher, group in groupby(sources, key=lambda source: source[1]):
        parts.append(f"{listed([title for title, _ in group])} ({publisher})")
    return f"by {listed(parts)}" if parts else ""


def listed(items: Sequence[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def claim_changed(said: Said) -> str:
    """Say that a vendor changed what it may do."""
    what = f'{inline(said.field)} changed from "{said.before}" to "{said.after}"{_since(said)}'
    return _sentence(said.about, what, said.by)


def claim_corrected(said: Said) -> str:
    """Say that the record was wrong."""
    what = f'{inline(said.field)} was recorded wrongly as "{said.before}" and is corrected to "{said.after}"'
    return _sentence(said.about, what + _since(said), said.by)


def claim_added(said: Said) -> str:
    """Say that a value is known where nobody had looked."""
    return _sentence(said.about, f'{inline(said.field)} is now known, "{said.after}"{_since(said)}', said.by)


def claim_removed(said: Said) -> str:
    """Say that a value is no longer known."""
    return _sentence(said.about, f'{inline(said.field)} is no longer known; it was recorded as "{said.before}"')


def event(kind: str, said: Said, *, upcoming: bool) -> str:
    """Say what an event of a kind (`change`, `observation`, `context`) says; `upcoming` where its date lies ahead."""
    if kind == "context":
        sentence = _sentence(subject(said.about, said.date), said.summary.rstrip("."), said.by)
    else:
        verb = _changes(said, upcoming=upcoming) if kind == "change" else "will be" if upcoming else "is"
        when = f" from {said.date}" if upcoming else _since(said)
        sentence = _sentence(said.about, f'{inline(said.field)} {verb} "{said.after}"{when}', said.by)
    return f"{sentence}; deadline {said.deadline}" if said.deadline else sentence


def row(about: str, noun: str, verb: str, details: Iterable[str]) -> str:
    """Say that a row was added or removed."""
    return "; ".join((_sentence(about, f"{noun} {verb}"), *details))


def removed(sentence: str) -> str:
    """Say that what was told is told no longer."""
    return f"withdrawn from the record: {sentence}"


def edited(about: str, column: str, before: str, after: str) -> str:
    """Say that a cell was edited."""
    column = inline(column)
    if not before:
        return _sentence(about, f'{column} filled in, "{after}"')
    if not after:
        return _sentence(about, f'{column} emptied, it was "{before}"')
    return _sentence(about, f'{column} edited from "{before}" to "{after}"')


def moved(noun: str, old_id: str, new_ids: Sequence[str], reason: str) -> str:
    """Say where an id went; nowhere, if it was withdrawn."""
    where = f"is now {listed(new_ids)}" if new_ids else "is withdrawn"
    return f"the {noun} {old_id} {where}: {reason.rstrip('.')}"


def _since(said: Said) -> str:
    """Say from when something holds; where that was only observed, it may have been earlier."""
    return f"{', seen since' if said.basis == 'observed' else ' since'} {said.date}" if said.date else ""


def _changes(said: Said, *, upcoming: bool) -> str:
    return " ".join(
        part
        for part in ("will change" if upcoming else "changed", f'from "{said.before}"' if said.before else "", "to")
        if part
    )


def _sentence(about: str, *parts: str) -> str:
    return f"{about}: {', '.join(part for part in parts if part)}"
