"""From the claims of tiers to the verdict on the product."""

import pytest

from scripts.dataset import open_dataset
from scripts.verdict import TierClaims, label, verdict
from tests.conftest import PROJECT, Ledger

ORDER = ["yes", "opt_out", "conflicting", "unclear", "unspecified", "opt_in", "no"]


def judge(*claims: dict[str, str]) -> tuple[str, str, str, tuple[str, ...]]:
    tiers = [TierClaims(f"T{number}", claim) for number, claim in enumerate(claims, start=1)]
    found = verdict("Parrot", tiers, open_dataset(PROJECT).labels, ORDER)
    return found.verdict, found.label, found.answer, found.badges


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("yes", "Yes. Parrot trains on your data, and there is no way to opt out."),
        ("opt_out", "Yes, unless you opt out. Parrot trains on your data by default."),
        ("opt_in", "Only if you opt in. Parrot does not train on your data by default."),
        ("no", "No. Parrot does not train on your data."),
        ("unclear", "Unclear. Whether Parrot trains on your data cannot be said from what its documents state."),
        (
            "conflicting",
            "Documents disagree. Whether Parrot trains on your data cannot be said from what its documents state.",
        ),
    ],
)
def test_where_all_tiers_agree_their_value_is_the_verdict(value: str, answer: str) -> None:
    code, _, said, _ = judge({"training": value}, {"training": value}, {})
    assert (code, said) == (value, answer)


def test_where_tiers_differ_it_depends_on_the_plan_worst_first() -> None:
    assert judge({"training": "no"}, {"training": "opt_out"}, {"training": "no"}) == (
        "depends",
        "Depends on your plan",
        "It depends on your plan: trains unless you opt out (T2); does not train (T1 · T3).",
        ("Depends on your plan",),
    )


def test_of_many_plans_the_first_are_named() -> None:
    many = [{"training": "no"}] * 4
    assert judge({"training": "opt_out"}, *many)[2] == (
        "It depends on your plan: trains unless you opt out (T1); does not train (T2 · T3 · 2 more)."
    )
    assert judge({"training": "opt_out"}, *many[:3])[2].endswith("does not train (T2 · T3 · T4).")


def test_without_any_claim_on_training_nothing_is_known() -> None:
    assert judge({"dpa": "included"}) == (
        "unknown",
        "Not looked at yet",
        "Nobody has looked yet at whether Parrot trains on your data.",
        ("Not looked at yet", "DPA: T1"),
    )


def test_badges_name_the_opt_out_and_the_tiers_with_zero_retention_and_agreement() -> None:
    tier = {"training": "opt_out", "opt_out": "form", "zdr": "on_request", "dpa": "included"}
    assert judge(tier)[3] == ("Trains unless you opt out", "Opt-out available", "ZDR / DPA: T1")
    assert judge({**tier, "dpa": "no"}, {"zdr": "self_serve"})[3][2:] == ("ZDR: T1 · T2",)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("P30D", "30 days"), ("P1Y", "1 year"), ("P18M", "18 months"), ("P2W", "2 weeks"), ("PT24H", "24 hours"),
        ("PT1M", "1 minute"), ("until_deleted", "Until deleted"), ("zero", "Not kept"),
        ("conflicting", "Documents disagree"),
    ],
)  # fmt: skip
def test_durations_and_codes_are_said_in_words(ledger: Ledger, value: str, words: str) -> None:
    assert label(ledger.open().labels, "retention", value) == words
