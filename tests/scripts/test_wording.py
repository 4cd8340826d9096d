"""The sentences, by example."""

import pytest

from scripts import wording
from scripts.wording import Said


def said(**cells: str) -> Said:
    """What Anthropic's Consumer Terms say of training, with some cells otherwise."""
    usual = {
        "about": "Claude, Free, Pro and Max",
        "field": "Training",
        "before": "No training",
        "after": "Trains unless you opt out",
        "date": "2025-08-28",
        "basis": "stated",
        "by": "by Consumer Terms (Anthropic)",
    }
    return Said(**{**usual, **cells})


def test_a_claim_that_changed() -> None:
    assert wording.claim_changed(said()) == (
        'Claude, Free, Pro and Max: training changed from "No training" to "Trains unless you opt out" '
        "since 2025-08-28, by Consumer Terms (Anthropic)"
    )


def test_a_date_that_was_only_observed_is_said_to_be() -> None:
    assert '"Trains unless you opt out", seen since 2025-08-28, by' in wording.claim_changed(said(basis="observed"))


def test_a_claim_that_was_corrected_added_and_removed() -> None:
    assert wording.claim_corrected(said()) == (
        'Claude, Free, Pro and Max: training was recorded wrongly as "No training" and is corrected to '
        '"Trains unless you opt out" since 2025-08-28, by Consumer Terms (Anthropic)'
    )
    assert wording.claim_added(said()).startswith(
        'Claude, Free, Pro and Max: training is now known, "Trains unless you opt out" since 2025-08-28, by'
    )
    assert wording.claim_removed(said(by="")).endswith('training is no longer known; it was recorded as "No training"')


@pytest.mark.parametrize(
    ("kind", "cells", "upcoming", "sentence"),
    [
        ("change", {}, False, 'changed from "No training" to "Trains unless you opt out" since 2025-08-28, by'),
        ("change", {"before": ""}, False, 'changed to "Trains unless you opt out" since 2025-08-28, by'),
        ("change", {}, True, 'will change from "No training" to "Trains unless you opt out" from 2025-08-28, by'),
        ("observation", {}, False, 'training is "Trains unless you opt out" since 2025-08-28, by'),
        ("observation", {}, True, 'training will be "Trains unless you opt out" from 2025-08-28, by'),
        ("observation", {"deadline": "2025-10-08"}, False, "(Anthropic); deadline 2025-10-08"),
    ],
)
def test_an_event(kind: str, cells: dict[str, str], upcoming: bool, sentence: str) -> None:  # noqa: FBT001 a value of the table
    assert sentence in wording.event(kind, said(**cells), upcoming=upcoming)


def test_a_context_is_its_summary() -> None:
    text = wording.event("context", said(about="Claude", summary="A court ruled."), upcoming=False)
    assert text == "Claude, 2025-08-28: A court ruled, by Consumer Terms (Anthropic)"


def test_documents_of_one_publisher_stand_together() -> None:
    sources = [("Terms", "A"), ("Policy", "A"), ("Post", "A"), ("Story", "B")]
    assert wording.documents(sources) == "by Terms, Policy and Post (A) and Story (B)"
    assert wording.documents([]) == ""


def test_headings_stand_in_a_sentence_as_words() -> None:
    assert [wording.inline(heading) for heading in ("Opt-out", "DPA", "")] == ["opt-out", "DPA", ""]
