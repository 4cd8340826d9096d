"""What pages say in sentences follows from the claims they show."""

import re
from pathlib import Path
from typing import Any

import pytest

from pages import words
from pages.chart import WIDTH, chart
from pages.product import deadlines, decisive, same_together
from tests.conftest import PROJECT
from tests.web.client import column, get

pytestmark = pytest.mark.xdist_group("pages")


def tier(name: str, **claims: str) -> dict[str, Any]:
    held = {field: {"value": value, "label": value.replace("_", " ").capitalize()} for field, value in claims.items()}
    return {"name": name, "claims": held}


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"training": "no", "opt_out": "not_needed"}, "Not needed: there is no training."),
        ({"training": "opt_in", "opt_out": "not_needed"}, "Not needed: there is training only if you opt in."),
        ({"training": "yes", "opt_out": "none"}, "No. The documents offer no way to refuse."),
        ({"opt_out": "setting"}, "Yes, by a setting in your account."),
        ({"opt_out": "form", "retention": "30 days", "retention_if_training": "5 years"},
         "Yes, by filling in a form. Retention without training: 30 days; with it: 5 years."),
        ({"opt_out": "form", "retention": "5 years", "retention_if_training": "5 years"}, "Yes, by filling in a form."),
        ({"opt_out": "conflicting"}, "The documents disagree on it."),
        ({"opt_out": "unclear"}, "The documents are ambiguous on it."),
        ({"opt_out": "unspecified"}, "The documents do not say."),
        ({}, "Nobody has looked yet."),
    ],
)  # fmt: skip
def test_whether_one_can_refuse(claims: dict[str, str], said: str) -> None:
    assert words.refusal(tier("Free", **claims)) == said


def test_every_way_to_opt_out_has_words() -> None:
    ways = {
        value
        for field, value in zip(*(re.findall(pattern, (PROJECT / "schema/vocabulary.csv").read_text(), re.MULTILINE)
                                  for pattern in (r"^([^,]+),", r"^[^,]+,([^,]+),")), strict=True)
        if field == "tiers.opt_out"
    }  # fmt: skip
    assert ways - {"none", "not_needed", "conflicting", "unclear", "unspecified"} == set(words.WAYS)


def test_confidential_data() -> None:
    said = words.confidential(
        [tier("Free", training="opt_out"), tier("Team", training="no", dpa="included"), tier("Old", training="unclear")]
    )
    assert "Not by default on Free" in said
    assert "no training unless asked for on Team" in said
    assert "Zero retention or a DPA can be had on Team." in said
    assert "For Old the documents do not settle it" in said


def test_frequent_questions_have_answers_for_each_kind_of_tier() -> None:
    asked = dict(words.questions("Parrot", "No.", [tier("A", dpa="included"), tier("B", zdr="no")], None))
    assert asked["Does Parrot train on my data?"] == "No."
    assert asked["Does Parrot offer zero data retention or a DPA?"] == "A: DPA: included. B: zero retention: no."
    assert asked["When did Parrot last change this?"] == "No change of what is used for training is on record."
    change = {"notice": "silent", "effective_on": "2025-08", "summary": "It trains."}
    asked = dict(words.questions("Parrot", "Yes.", [], change))
    assert "on 2025-08 without saying so: It trains." in asked["When did Parrot last change this?"]
    assert asked["Do people read what I type into Parrot?"] == "Nobody has looked yet."


def test_no_page_contradicts_itself(instance: Path) -> None:
    for page in get(instance, *(f"/products/{product_id}" for product_id in column("product_id", "products"))):
        text = page.text
        answer = re.search(r'<p class="answer[^>]*>(.*?)</p>', text)
        asked = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text[text.index('id="faq"') :]))
        first = next(iter(asked.values()))
        assert answer
        assert first == answer[1]
        trainings = set(
            re.findall(
                r'<span class="verdict v-([a-z_]+)">', text[text.index('id="tiers"') : text.index('id="timeline"')]
            )
        )
        if trainings <= {"no", "unknown"}:
            assert first.startswith(("No.", "Nobody")), first
        if trainings == {"opt_out"}:
            assert first.startswith("Yes, unless you opt out."), first


def test_deadlines_are_told_once_by_the_event_that_says_most() -> None:
    event = {
        "deadline_on": "2025-10-08",
        "field": "opt_out",
        "kind": "observation",
        "tier": "Free",
        "summary": "Switch.",
    }
    training = {**event, "field": "training", "kind": "change", "tier": "Pro", "summary": "It trains."}
    other = {**event, "deadline_on": "2025-11"}
    told = deadlines([event, training, {**event, "deadline_on": None}, other], "2025-11-15")
    assert [(it["deadline_on"], it["summary"], it["tiers"], it["open"]) for it in told] == [
        ("2025-10-08", "It trains.", "Pro · Free", False),
        ("2025-11", "Switch.", "Free", True),
    ]


def test_the_decisive_event_of_a_value_is_that_of_the_tier_most_is_known_of() -> None:
    def known(name: str, value: str, more: int) -> dict[str, Any]:
        claims = {"training": {"value": value, "grounds": [{"summary": name}]}}
        return {"name": name, "claims": {**claims, **{str(number): {} for number in range(more)}}}

    told = decisive([known("a", "opt_out", 0), known("b", "no", 0), known("c", "no", 2), {"name": "d", "claims": {}}])
    assert [ground["summary"] for _, ground in told] == ["a", "c"]


def test_events_of_several_tiers_stand_together_with_all_their_sources() -> None:
    event = {"day": "2025-01-01", "effective_on": "2025", "field": "dpa", "kind": "change", "value_before": None,
             "value": "no", "summary": "So."}  # fmt: skip
    cited = {"a": [{"source_id": "x"}], "b": [{"source_id": "x"}, {"source_id": "y"}]}
    (one,) = same_together([{**event, "event_id": "a", "tier": "A"}, {**event, "event_id": "b", "tier": "B"}], cited)
    assert (one["tiers"], one["ids"], len(one["sources"])) == (["A", "B"], ["a", "b"], 2)


def span(start: str, end: str | None, **more: str) -> dict[str, Any]:
    return {"tier_id": "t", "tier": "T", "value": "no", "label": "No", "valid_from": start, "valid_to": end,
            "date_basis": "stated", **more}  # fmt: skip


def test_the_chart_lays_intervals_end_to_end_up_to_the_day() -> None:
    drawn = chart(
        [span("2025-01-01", "2025-07-01"), span("2025-07-01", None, value="yes", date_basis="observed")], "2025-12-31"
    )
    assert drawn
    (lane,) = drawn.lanes
    first, second = lane.bars
    assert round(first.x + first.width, 1) == second.x
    assert round(second.x + second.width, 1) == drawn.today <= WIDTH
    assert (first.observed, second.observed) == (False, True)
    assert drawn.ticks[0] == (0.0, "2024")


def test_what_is_to_come_runs_to_the_edge() -> None:
    drawn = chart([span("2025-01-01", "2026-06-01"), span("2026-06-01", None)], "2025-12-31")
    assert drawn
    assert [bar.coming for bar in drawn.lanes[0].bars] == [False, True]
    assert round(drawn.lanes[0].bars[1].x + drawn.lanes[0].bars[1].width) == WIDTH
    assert chart([], "2025-12-31") is None
