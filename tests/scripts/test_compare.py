"""What differs between two states: every corner of changed and corrected, and nothing lost."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.changes import changes_document, markdown
from scripts.compare import compare
from scripts.dataset import TABLES
from scripts.entries import NOUNS, WHATS, Change
from scripts.snapshot import Snapshot, of_dataset
from tests.conftest import AS_OF, PROJECT, copy_ledger
from tests.scripts.test_changes import VALIDATOR

# CHANGES_EXAMPLES=2000 pytest tests/scripts/test_compare.py looks further than a merge waits for, elsewhere each time.
EXAMPLES = int(os.environ.get("CHANGES_EXAMPLES", "0"))
TIER = "parrot-free"
API = "parrot-api"
VERBS = ("added", "removed", "edited")


@cache
def small() -> Snapshot:
    """The small ledger, as of 2026-01-15."""
    with TemporaryDirectory() as folder:
        return of_dataset(copy_ledger(Path(folder)).open())


class Draft:
    """A state to be edited."""

    def __init__(self, base: Snapshot, as_of: str = AS_OF) -> None:
        self.base = base
        self.as_of = as_of
        self.rows: dict[str, dict[str, dict[str, str]]] = {
            table: {key: dict(cells) for key, cells in rows.items()} for table, rows in base.rows.items()
        }

    def set(self, table: str, key: str, **cells: str) -> "Draft":
        assert cells.keys() <= self.rows[table][key].keys()
        self.rows[table][key].update(cells)
        return self

    def claim(self, field: str, value: str, tier: str = TIER) -> "Draft":
        return self.set("tiers", tier, **{field: value})

    def remove(self, table: str, key: str) -> "Draft":
        del self.rows[table][key]
        return self

    def add(self, table: str, key: str, like: str, **cells: str) -> "Draft":
        (column,) = self.base.keys[table]
        self.rows[table][key] = {
            **(self.rows[table].get(like) or self.base.rows[table][like]),
            **cells,
            column: key,
        }
        return self

    def event(self, key: str, day: str, value: str, kind: str = "change", **cells: str) -> "Draft":
        """Add an event on the training of the free tier."""
        like = "parrot-free-training-2025-09-28"
        said = {"effective_on": day, "value": value, "kind": kind, "deadline_on": "", "value_before": ""}
        return self.add("events", key, like, **{**said, **cells})

    def redirect(self, old: str, table: str, new: str, kind: str = "moved") -> "Draft":
        row = {"old_id": old, "table": table, "new_ids": new, "kind": kind, "date": "2026-01-12", "reason": "Renamed."}
        self.rows["redirects"][";".join(row[column] for column in self.base.keys["redirects"])] = row
        return self

    def done(self) -> Snapshot:
        return replace(self.base, as_of=self.as_of, rows=self.rows)


def entries(old: Snapshot, new: Snapshot) -> list[tuple[Any, ...]]:
    """Kind, field, values and lateness of the entries on claims."""
    return [
        (it.what, it.field, it.before, it.after, it.since, it.late)
        for it in compare(old, new).entries
        if it.what.startswith("claim")
    ]


def only(old: Snapshot, new: Snapshot) -> Change:
    (entry,) = compare(old, new).entries
    return entry


def before_the_change() -> Draft:
    """The small ledger on a day before the change of September 2025, which it does not know yet."""
    draft = Draft(small(), "2025-06-15").claim("training", "no").claim("opt_out", "").claim("retention_if_training", "")
    for key in ("training-2025-09-28", "opt-out-2025-09-28", "retention-if-training-2025-09-28", "training-2027-01"):
        draft.remove("events", f"parrot-free-{key}")
    return draft


# Changed or corrected.


def test_the_same_state_gives_nothing() -> None:
    assert compare(small(), small()).entries == ()
    assert compare(small(), small()).counts == {}


def test_a_day_that_passes_without_events_gives_nothing() -> None:
    assert compare(small(), Draft(small(), "2026-02-01").done()).entries == ()


def test_an_event_that_was_known_and_fell_due_is_a_change() -> None:
    entry = only(small(), Draft(small(), "2027-01-02").claim("training", "opt_in").done())
    assert (entry.what, entry.before, entry.after, entry.since) == ("claim_changed", "opt_out", "opt_in", "2027-01")
    assert (entry.worse, entry.late, entry.date_basis) == (False, False, "stated")
    assert [source.source_id for source in entry.sources] == ["acme-post-2025-12"]
    assert entry.text == (
        'Parrot, Free and Plus: training changed from "Trains unless you opt out" to "Trains only if you opt in" '
        "since 2027-01, by What comes next (Acme)"
    )


def test_what_is_recorded_of_a_later_day_is_a_change() -> None:
    old, new = before_the_change().done(), small()
    found = entries(old, new)
    assert found[0] == ("claim_changed", "training", "no", "opt_out", "2025-09-28", False)
    assert {it[:4] for it in found[1:]} == {
        ("claim_added", "opt_out", None, "setting"),
        ("claim_added", "retention_if_training", None, "P5Y"),
    }
    assert compare(old, new).entries[0].worse is True


def test_an_observation_of_a_later_day_is_a_change() -> None:
    new = Draft(small(), "2026-03-01").event("seen", "2026-02-01", "yes", "observation").claim("training", "yes")
    new.set("events", "seen", source_ids="acme-post-2025-08")  # the document read again
    assert entries(small(), new.done()) == [("claim_changed", "training", "opt_out", "yes", "2026-02-01", False)]


def test_a_change_from_before_that_is_recorded_late_is_a_change() -> None:
    new = Draft(small()).event("late", "2025-12-01", "yes").claim("training", "yes")
    assert entries(small(), new.done()) == [("claim_changed", "training", "opt_out", "yes", "2025-12-01", True)]


def test_a_late_change_that_was_changed_again_is_one_change() -> None:
    new = Draft(small(), "2026-03-01").event("late", "2025-12-01", "yes").event("again", "2026-02-01", "no")
    new.claim("training", "no")
    assert entries(small(), new.done()) == [("claim_changed", "training", "opt_out", "no", "2026-02-01", False)]


def test_a_late_change_that_was_taken_back_leaves_the_claim_as_it_was() -> None:
    new = Draft(small(), "2026-03-01").event("late", "2025-12-01", "yes").event("again", "2026-02-01", "opt_out")
    assert entries(small(), new.done()) == []


def test_a_late_change_that_makes_documents_disagree_is_a_change() -> None:
    # The free tier has a retention of 30 days by the policy of January; a change of another document of the same day
    # as an observation does not win where two changes stand side by side.
    new = (
        Draft(small())
        .event("one", "2025-10-01", "yes")
        .event("two", "2025-10-01", "no")
        .claim("training", "conflicting")
    )
    assert entries(small(), new.done()) == [("claim_changed", "training", "opt_out", "conflicting", "2025-10-01", True)]


def test_a_row_that_was_edited_is_a_correction() -> None:
    new = Draft(small()).set("events", "parrot-free-training-2025-09-28", value="yes").claim("training", "yes")
    assert entries(small(), new.done()) == [("claim_corrected", "training", "opt_out", "yes", "2025-09-28", False)]
    assert [it.what for it in compare(small(), new.done()).entries] == ["claim_corrected", "event_edited"]


def test_a_row_that_was_removed_is_a_correction() -> None:
    new = Draft(small()).remove("events", "parrot-free-training-2025-09-28").claim("training", "no")
    assert entries(small(), new.done()) == [("claim_corrected", "training", "opt_out", "no", "2025-01-05", False)]


def test_an_old_document_read_only_now_is_a_correction() -> None:
    new = Draft(small()).event("seen", "2025-12-01", "yes", "observation", source_ids="acme-privacy-2025")
    new.claim("training", "conflicting")
    assert entries(small(), new.done()) == [
        ("claim_corrected", "training", "opt_out", "conflicting", "2025-12-01", False)
    ]


def test_a_correction_and_a_change_of_one_claim_are_two_entries() -> None:
    new = Draft(small(), "2026-03-01").set("events", "parrot-free-training-2025-09-28", value="yes")
    new.event("later", "2026-02-01", "no").claim("training", "no")
    assert entries(small(), new.done()) == [
        ("claim_changed", "training", "yes", "no", "2026-02-01", False),
        ("claim_corrected", "training", "opt_out", "yes", "2025-09-28", False),
    ]


def test_a_correction_that_the_vendor_then_made_true_is_two_entries() -> None:
    new = Draft(small(), "2026-03-01").set("events", "parrot-free-training-2025-09-28", value="yes")
    new.event("later", "2026-02-01", "opt_out")
    assert [it[:4] for it in entries(small(), new.done())] == [
        ("claim_changed", "training", "yes", "opt_out"),
        ("claim_corrected", "training", "opt_out", "yes"),
    ]


def test_a_row_replaced_by_one_that_says_the_same_changes_no_claim() -> None:
    new = Draft(small()).remove("events", "parrot-free-training-2025-09-28").event("again", "2025-09-28", "opt_out")
    assert entries(small(), new.done()) == []
    assert compare(small(), new.done()).counts == {"event_added": 1, "event_removed": 1}


def test_a_value_of_the_past_corrected_changes_no_claim_of_today() -> None:
    new = Draft(small()).set("events", "parrot-free-training-2025-01-05", value="opt_in")
    assert entries(small(), new.done()) == []
    assert only(small(), new.done()).text == (
        "Parrot, Free and Plus, event parrot-free-training-2025-01-05: value edited from "
        '"Does not train" to "Trains only if you opt in"'
    )


def test_an_event_found_to_be_later_than_the_old_day_is_a_correction() -> None:
    key = "parrot-free-human-review-2025-01-05"
    new = Draft(small(), "2026-03-01").set("events", key, effective_on="2026-02-01", value="yes")
    new.claim("human_review", "yes")
    assert entries(small(), new.done()) == [
        ("claim_corrected", "human_review", "unspecified", "yes", "2026-02-01", False)
    ]


def test_an_event_found_to_be_later_that_says_the_same_changes_no_claim() -> None:
    new = Draft(small(), "2026-03-01").set("events", "parrot-free-human-review-2025-01-05", effective_on="2026-02-01")
    assert entries(small(), new.done()) == []


def test_a_balance_edited_alone_is_a_correction_without_a_date() -> None:
    entry = only(small(), Draft(small()).claim("training", "yes").done())
    assert (entry.what, entry.after, entry.since, entry.sources) == ("claim_corrected", "yes", None, ())
    assert entry.text == (
        'Parrot, Free and Plus: training was recorded wrongly as "Trains unless you opt out" '
        'and is corrected to "Trains, no opt-out"'
    )


def test_a_balance_put_right_is_a_correction_even_where_the_ledger_gained_a_change() -> None:
    old = Draft(small()).claim("training", "no").done()  # against its own ledger
    assert [it[:4] for it in entries(old, small())] == [("claim_corrected", "training", "no", "opt_out")]


def test_a_claim_that_nobody_knows_any_more_says_what_it_was() -> None:
    new = Draft(small()).remove("events", "parrot-api-zdr-2025-03-07").claim("zdr", "", API)
    (entry,) = (it for it in compare(small(), new.done()).entries if it.what == "claim_removed")
    assert entry.text == 'Parrot, API: zero data retention is no longer known; it was recorded as "On request"'


def test_looking_back_the_later_change_is_undone() -> None:
    later = Draft(small(), "2027-01-02").claim("training", "opt_in").done()
    assert entries(later, small()) == [("claim_changed", "training", "opt_in", "opt_out", "2025-09-28", False)]


# Order and rank.


@pytest.mark.parametrize(
    ("field", "before", "after", "worse"),
    [
        ("training", "no", "opt_out", True),
        ("training", "yes", "opt_in", False),
        ("retention", "P30D", "P1Y", True),
        ("retention", "P12M", "P1Y", False),  # as long
        ("retention", "P30D", "PT12H", False),
        ("retention", "zero", "PT1H", True),
        ("retention", "P10Y", "until_deleted", True),
        ("retention", "unclear", "P30D", False),
        ("training", "no", "nonsense", None),
    ],
)
def test_worse_is_worse_for_users(field: str, before: str, after: str, worse: bool | None) -> None:  # noqa: FBT001 a value of the table
    old = Draft(small()).claim(field, before).done()
    assert only(old, Draft(small()).claim(field, after).done()).worse is worse


def test_value_changes_come_first_and_the_worst_for_users_before_all() -> None:
    old = Draft(small()).claim("training", "no", API).claim("retention", "P1D", API).claim("dpa", "no", API).done()
    new = Draft(small()).claim("training", "yes", API).claim("retention", "P2D", API).claim("dpa", "included", API)
    new.set("products", "parrot", name="Parakeet").claim("zdr", "no").claim("training", "no")
    found = [(it.what, it.field, it.worse) for it in compare(old, new.done()).entries]
    assert found == [
        ("claim_corrected", "training", True),
        ("claim_corrected", "retention", True),
        ("claim_corrected", "training", False),
        ("claim_corrected", "dpa", False),
        ("claim_added", "zdr", None),
        ("product_edited", "name", None),
    ]


def test_every_kind_of_entry_is_in_the_schema_and_the_order() -> None:
    assert sorted(WHATS) == sorted(VALIDATOR.schema["$defs"]["entry"]["properties"]["what"]["enum"])
    assert tuple(sorted(NOUNS)) == tuple(sorted(TABLES))


def test_every_kind_of_entry_is_explained() -> None:
    page = (PROJECT / "docs" / "changes.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)
    said = {name for cell in cells for name in re.findall(r"`([a-z_*]+)`", cell)}
    explained = {it for it in said if it in WHATS} | {
        it.replace("*", verb) for it in said for verb in VERBS if "*" in it
    }
    assert explained == set(WHATS)


# Events, redirects and other rows.


def test_an_event_ahead_is_upcoming() -> None:
    new = Draft(small()).event("ahead", "2028", "yes", value_before="opt_in")
    entry = only(small(), new.done())
    assert (entry.what, entry.since, entry.worse) == ("upcoming_added", "2028", True)
    assert entry.text == (
        'Parrot, Free and Plus: training will change from "Trains only if you opt in" to "Trains, no opt-out" '
        "from 2028, by Changes to our consumer terms (Acme) and Acme and your chats (The Tattler)"
    )
    assert only(new.done(), small()).what == "upcoming_removed"
    moved = Draft(new.done()).set("events", "ahead", effective_on="2029").done()
    assert only(new.done(), moved).what == "upcoming_edited"


def test_a_deadline_ahead_is_upcoming() -> None:
    entry = only(small(), Draft(small()).event("now", "2025-12-01", "opt_out", deadline_on="2026-02-01").done())
    assert entry.what == "upcoming_added"
    assert entry.text.endswith("since 2025-12-01, by Changes to our consumer terms (Acme) and Acme and your chats "
                               "(The Tattler); deadline 2026-02-01")  # fmt: skip


def test_a_context_is_told_by_its_summary() -> None:
    new = Draft(small()).add("events", "fine", "parrot-context-2025-05-02", summary="Acme was fined.")
    assert only(small(), new.done()).text == "Parrot, 2025-05-02: Acme was fined, by Acme and your chats (The Tattler)"


def test_an_event_removed_says_what_it_said() -> None:
    entry = only(small(), Draft(small()).remove("events", "parrot-context-2025-05-02").done())
    assert entry.what == "event_removed"
    assert entry.text.startswith("withdrawn from the record: Parrot, 2025-05-02: A regulator asked Acme")


def test_a_tier_that_comes_brings_its_claims() -> None:
    entry = only(small(), Draft(small()).add("tiers", "parrot-team", API, name="Team", human_review="", zdr="").done())
    assert entry.what == "tier_added"
    assert entry.text == (
        'Parrot, Team: tier added; training "Does not train"; opt-out "Not needed"; retention "Documents disagree"; '
        'data processing agreement "Included"'
    )


def test_rows_of_all_tables_are_told_by_name() -> None:
    new = (
        Draft(small())
        .add("vendors", "bird", "acme", name="Bird")
        .add("sources", "more", "acme-post-2025-12", title="More")
    )
    new.add("products", "owl", "parrot", name="Owl").add(
        "misconceptions", "m", "parrot-never-trains", belief="It is safe."
    )
    assert {it.what: it.text for it in compare(small(), new.done()).entries} == {
        "vendor_added": "Bird: vendor added",
        "product_added": "Owl: product added",
        "misconception_added": 'Parrot, "It is safe": misconception added',
        "source_added": "More (Acme): source added",
    }
    assert compare(new.done(), small()).counts == {
        "product_removed": 1, "misconception_removed": 1, "source_removed": 1, "vendor_removed": 1,
    }  # fmt: skip


def test_a_tier_read_again_is_no_edit() -> None:
    entry = only(small(), Draft(small()).set("tiers", API, verified_on="2026-01-14").done())
    assert (entry.what, entry.before, entry.after) == ("tier_verified", "2026-01-10", "2026-01-14")


def test_cells_filled_and_emptied_are_told_as_such() -> None:
    new = Draft(small()).set("tiers", TIER, note="So.").set("products", "parrot", former_names="")
    assert [it.text for it in compare(small(), new.done()).entries] == [
        'Parrot: former names emptied, it was "Polly"',
        'Parrot, Free and Plus: note filled in, "So."',
    ]


def test_codes_are_told_with_their_column() -> None:
    key = "tiers.training;no"
    assert only(small(), Draft(small()).set("vocabulary", key, label="Never trains").done()).text == (
        'tiers.training no, "Never trains": label edited from "Does not train" to "Never trains"'
    )


def test_a_column_that_came_with_the_schema_is_compared_with_nothing() -> None:
    rows = {
        key: {name: cell for name, cell in row.items() if name != "website"}
        for key, row in small().rows["vendors"].items()
    }
    old = replace(small(), rows={**small().rows, "vendors": rows})
    entry = only(old, small())
    assert (entry.what, entry.field, entry.before, entry.after) == (
        "vendor_edited",
        "website",
        None,
        "https://acme.example",
    )
    assert only(small(), old).after is None


def renamed() -> Draft:
    """The small ledger in which the tier and the product have other ids."""
    new = Draft(small()).redirect("parrot", "products", "parakeet").redirect(TIER, "tiers", "parakeet-free")
    new.add("products", "parakeet", "parrot").remove("products", "parrot")
    new.add("tiers", "parakeet-free", TIER).remove("tiers", TIER)
    for table in ("tiers", "events", "misconceptions"):
        for row in new.rows[table].values():
            row["product_id"] = "parakeet"
            if row.get("tier_id") == TIER:
                row["tier_id"] = "parakeet-free"
    return new


def test_a_rename_is_one_entry_each() -> None:
    found = compare(small(), renamed().done()).entries
    assert [(it.what, it.before, it.after) for it in found] == [
        ("id_moved", "parrot", "parakeet"),
        ("id_moved", TIER, "parakeet-free"),
    ]
    assert found[0].text == "the product parrot is now parakeet: Renamed"
    assert (found[1].product, found[1].tier) == ("Parrot", "Free and Plus")


def test_claims_are_followed_over_a_rename() -> None:
    new = (
        renamed()
        .event("late", "2025-12-01", "yes", tier_id="parakeet-free")
        .set("tiers", "parakeet-free", training="yes")
    )
    assert ("claim_changed", "training", "opt_out", "yes", "2025-12-01", True) in entries(small(), new.done())


def test_a_rename_over_two_steps_is_followed() -> None:
    new = renamed().redirect("parakeet", "products", "budgie").redirect("budgie", "products", "parakeet")
    new.add("products", "budgie", "parakeet").remove("products", "parakeet")
    for table in ("tiers", "events", "misconceptions"):
        for row in new.rows[table].values():
            row["product_id"] = "budgie"
    assert set(compare(small(), new.done()).counts) == {"id_moved"}


def test_rows_that_were_merged_or_withdrawn_are_told_as_gone() -> None:
    new = Draft(small()).redirect(TIER, "tiers", API, "merged").remove("tiers", TIER)
    new.redirect("acme-privacy-2025", "sources", "", "withdrawn").remove("sources", "acme-privacy-2025")
    assert compare(small(), new.done()).counts == {
        "id_moved": 1, "id_withdrawn": 1, "tier_removed": 1, "source_removed": 1,
    }  # fmt: skip


def test_two_rows_that_moved_to_one_id_are_not_taken_for_one() -> None:
    new = Draft(small()).redirect(TIER, "tiers", "both").redirect(API, "tiers", "both").add("tiers", "both", API)
    new.remove("tiers", TIER).remove("tiers", API)
    assert compare(small(), new.done()).counts["tier_removed"] == 1


def test_a_redirect_that_goes_or_is_edited_is_told() -> None:
    key = next(iter(small().rows["redirects"]))
    assert only(small(), Draft(small()).set("redirects", key, reason="Because.").done()).what == "redirect_edited"
    assert only(small(), Draft(small()).remove("redirects", key).done()).what == "redirect_removed"


def test_what_leads_nowhere_is_told_by_its_id() -> None:
    new = Draft(small()).set("events", "parrot-context-2025-05-02", product_id="ghost", source_ids="ghost")
    assert {it.product for it in compare(small(), new.done()).entries} == {"ghost"}
    odd = Draft(small()).redirect("x", "ghosts", "y").set("vocabulary", "tiers.training;no", rank="last")
    assert set(compare(small(), odd.done()).counts) == {"id_moved", "code_edited"}


def test_the_id_of_a_change_is_the_same_whatever_is_compared() -> None:
    later = Draft(small(), "2027-01-02").claim("training", "opt_in")
    with_more = Draft(later.done(), "2027-01-02").set("products", "parrot", name="Parakeet").done()
    first, second = (compare(small(), state).entries[0] for state in (later.done(), with_more))
    assert first.change_id == second.change_id == "c98b93087a85688f"
    assert compare(later.done(), small()).entries[0].change_id != first.change_id


# Nothing is lost.

VALUES = (
    "",
    "no",
    "yes",
    "opt_out",
    "P30D",
    "P2Y",
    "zero",
    "conflicting",
    "2025-12-01",
    "2027",
    "acme",
    "parrot-api",
    "x; y",
)
KINDS = ("change", "observation", "context")


@st.composite
def edited(draw: st.DrawFn) -> Draft:
    """The small ledger after some random edits: cells, rows, renames, and the day."""
    draft = Draft(small(), draw(st.sampled_from((AS_OF, "2025-10-01", "2026-06-01", "2027-06-01"))))
    for number in range(draw(st.integers(0, 8))):
        table = draw(st.sampled_from(TABLES))
        keys = small().keys[table]
        key = draw(st.sampled_from(sorted(draft.rows[table]) or [""]))
        if not key:
            continue
        deed = draw(st.sampled_from(("edit", "edit", "edit", "remove", "add", "rename")))
        if deed == "edit":
            column = draw(st.sampled_from([name for name in draft.rows[table][key] if name not in keys]))
            pool = KINDS if column == "kind" and table == "events" else ("7",) if column == "rank" else VALUES
            draft.set(table, key, **{column: draw(st.sampled_from(pool))})
        elif deed == "remove":
            draft.remove(table, key)
        elif len(keys) == 1:
            draft.add(table, f"new-{number}", key)
            if deed == "rename":
                draft.remove(table, key).redirect(key, table, f"new-{number}")
    return draft


def found_by(document: Mapping[str, Any]) -> dict[tuple[str, str, str | None], list[dict[str, Any]]]:
    """The entries by table, key and field."""
    found: dict[tuple[str, str, str | None], list[dict[str, Any]]] = {}
    for entry in document["changes"]:
        found.setdefault((entry["table"], entry["key"], entry["field"]), []).append(entry)
    return found


def check_nothing_lost(old: Snapshot, new: Snapshot, moves: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Find every cell and row that differs in the entries, by plain comparison of the cells."""
    document = changes_document(compare(old, new))
    found = found_by(document)
    told = {(it["table"], it["key"], it["what"].partition("_")[2]) for it in document["changes"]}
    rows = 0
    for table in TABLES:
        was = {moves[table].get(key, key): row for key, row in old.rows[table].items()}
        for key in was.keys() ^ new.rows[table].keys():
            verb = "removed" if key in was else "added"
            known = {"added"} if table != "redirects" else {"moved", "withdrawn"}
            assert any((table, key, it) in told for it in ({verb} if verb == "removed" else known))
            rows += 1
        for key in was.keys() & new.rows[table].keys():
            for column, cell in new.rows[table][key].items():
                before = moved_cell(moves, column, was[key][column])
                if before == cell:
                    continue
                chain = found[table, key, column]
                # A correction comes before a change of the same claim, though it is told after it.
                chain = sorted(chain, key=lambda it: it["what"] == "claim_changed")
                assert (chain[0]["before"] or "", chain[-1]["after"] or "") == (before, cell)
                assert all(one["after"] == two["before"] for one, two in pairwise(chain))
                rows += len(chain)
    # What is left are claims that were corrected and then changed back.
    back = [it for it in document["changes"] if it["what"] in {"claim_changed", "claim_corrected"}]
    circles = [it for it in back if not differs(old, new, moves, it)]
    assert rows + len(circles) == len(document["changes"])
    return document


def differs(old: Snapshot, new: Snapshot, moves: Mapping[str, Mapping[str, str]], entry: Mapping[str, Any]) -> bool:
    was = {moves["tiers"].get(key, key): row for key, row in old.rows["tiers"].items()}
    return was[entry["key"]][entry["field"]] != new.rows["tiers"][entry["key"]][entry["field"]]


def moved_cell(moves: Mapping[str, Mapping[str, str]], column: str, cell: str) -> str:
    """A cell of the old state, with the ids of the new one."""
    tables = {f"{noun}_id": table for table, noun in NOUNS.items()} | {
        f"{noun}_ids": table for table, noun in NOUNS.items()
    }
    ids = moves.get(tables.get(column, ""), {})
    return ";".join(ids.get(part, part) for part in cell.split(";"))


def moved_rows(old: Snapshot, new: Snapshot) -> dict[str, dict[str, str]]:
    """Where the rows of the old state went, by following the redirects that were added."""
    moves: dict[str, dict[str, str]] = {table: {} for table in TABLES}
    for row in new.rows["redirects"].values():
        if row["kind"] == "moved" and row["table"] in moves:
            moves[row["table"]][row["old_id"]] = row["new_ids"]
    for table, ids in moves.items():
        for start in list(ids):
            while ids[start] in ids:
                ids[start] = ids[ids[start]]
            if start not in old.rows[table] or start in new.rows[table] or ids[start] not in new.rows[table]:
                del ids[start]
    return moves


@settings(max_examples=EXAMPLES or 60, derandomize=not EXAMPLES, deadline=None, database=None)
@given(edited())
def test_every_edit_is_found_and_the_notes_hold_as_many_entries(draft: Draft) -> None:
    new = draft.done()
    redirects = {key: row for key, row in new.rows["redirects"].items() if key not in small().rows["redirects"]}
    moves = moved_rows(small(), replace(new, rows={**new.rows, "redirects": redirects}))
    document = check_nothing_lost(small(), new, moves)
    count = len(document["changes"])
    assert sum(document["counts"].values()) == count
    assert sum(line.startswith("- ") for line in markdown(document).splitlines()) == count
    assert len({entry["change_id"] for entry in document["changes"]}) == count
    assert compare(new, new).entries == ()


def test_the_schema_can_refuse() -> None:
    document = changes_document(compare(small(), Draft(small()).claim("training", "yes").done()))
    assert VALIDATOR.is_valid(document)
    document["changes"][0]["what"] = "claim_altered"
    assert not VALIDATOR.is_valid(document)
    assert Draft202012Validator.check_schema(VALIDATOR.schema) is None
