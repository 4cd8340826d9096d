"""What a product page says in sentences, made of the same claims that it shows.

Tiers are as `claims.tiers_of` has them.
"""

from collections.abc import Callable, Iterable, Sequence

from pages.claims import label, value
from pages.visit import Row, small

TRAINS = ("yes", "opt_out")
WAYS = {
    "setting": "by a setting in your account",
    "form": "by filling in a form",
    "email": "by writing an e-mail",
    "admin": "by a setting of your organisation's administrator",
    "contract": "by agreeing on other terms",
}


def names(tiers: Iterable[Row]) -> str:
    """Return the names of tiers as one phrase; they hold commas, so a dot keeps them apart."""
    return " · ".join(tier["name"] for tier in tiers)


def by_sentence(tiers: Sequence[Row], say: Callable[[Row], str]) -> list[tuple[str, list[Row]]]:
    """Return what `say` says of tiers, each sentence once with the tiers it holds for; silence is left out."""
    said: dict[str, list[Row]] = {}
    for tier in tiers:
        if sentence := say(tier):
            said.setdefault(sentence, []).append(tier)
    return list(said.items())


def refusal(tier: Row) -> str:
    """Say whether and how training on a tier can be refused, and what that does to retention."""
    training, way = value(tier, "training"), value(tier, "opt_out")
    if way == "not_needed":
        asked = training == "opt_in"
        return "Not needed: there is training only if you opt in." if asked else "Not needed: there is no training."
    if way == "none":
        return "No. The documents offer no way to refuse."
    if way in WAYS:
        return f"Yes, {WAYS[way]}.{effect_on_retention(tier)}"
    return {
        "conflicting": "The documents disagree on it.",
        "unclear": "The documents are ambiguous on it.",
        "unspecified": "The documents do not say.",
    }.get(way, "Nobody has looked yet.")


def effect_on_retention(tier: Row) -> str:
    """Say how long inputs are kept with and without training, where both are known and differ."""
    without, with_training = label(tier, "retention"), label(tier, "retention_if_training")
    if not without or not with_training or without == with_training:
        return ""
    return f" Retention without training: {without.lower()}; with it: {with_training.lower()}."


def zero_retention(tier: Row) -> str:
    """Say whether inputs of a tier can be not kept at all, and whether there is a data processing agreement."""
    parts = [
        f"{name}: {label(tier, field).lower()}"
        for name, field in (("zero retention", "zdr"), ("DPA", "dpa"))
        if label(tier, field)
    ]
    return f"{said[0].upper()}{said[1:]}." if (said := ", ".join(parts)) else ""


def questions(name: str, answer: str, tiers: Sequence[Row], last_change: Row | None) -> list[tuple[str, str]]:
    """Return the frequently asked questions on the product called `name`, with answers made of its claims."""
    asked = [
        (f"Does {name} train on my data?", answer),
        (f"Can I opt out of training in {name}?", _listed(tiers, refusal)),
        (f"Does {name} offer zero data retention or a DPA?", _listed(tiers, zero_retention)),
        (f"Is {name} safe with confidential data?", confidential(tiers)),
        (f"How long does {name} keep what I type?", _listed(tiers, _kept)),
        (f"Do people read what I type into {name}?", _listed(tiers, _read)),
        (f"When did {name} last change this?", _changed(last_change)),
    ]
    return [(question, said or "Nobody has looked yet.") for question, said in asked]


def confidential(tiers: Sequence[Row]) -> str:
    """Say on which tiers the documents promise most for confidential data, and on which least."""
    trains = [tier for tier in tiers if value(tier, "training") in TRAINS]
    quiet = [tier for tier in tiers if value(tier, "training") in {"no", "opt_in"}]
    unsure = [tier for tier in tiers if tier not in trains and tier not in quiet]
    strong = [
        tier
        for tier in quiet
        if value(tier, "zdr") in {"default", "self_serve", "on_request"}
        or value(tier, "dpa") in {"included", "on_request"}
    ]
    parts = []
    if trains:
        parts.append(f"Not by default on {names(trains)}: what is typed there may be used for training.")
    if quiet:
        parts.append(f"The documents promise no training unless asked for on {names(quiet)}.")
    if strong:
        parts.append(f"Zero retention or a DPA can be had on {names(strong)}.")
    if unsure:
        parts.append(f"For {names(unsure)} the documents do not settle it, so assume the worse.")
    parts.append(
        "Whether that is enough for your data is for you or your counsel to judge; documents are promises, and "
        "people at the vendor may read inputs for the purposes listed by plan."
    )
    return " ".join(parts)


def _listed(tiers: Sequence[Row], say: Callable[[Row], str]) -> str:
    sentences = by_sentence(tiers, say)
    if len(sentences) == 1 and len(sentences[0][1]) == len(tiers):
        return sentences[0][0]
    return " ".join(f"{names(those)}: {small(sentence)}" for sentence, those in sentences)


def _kept(tier: Row) -> str:
    return f"{label(tier, 'retention')}.{effect_on_retention(tier)}" if label(tier, "retention") else ""


def _read(tier: Row) -> str:
    return f"{label(tier, 'human_review')}." if label(tier, "human_review") else ""


def _changed(change: Row | None) -> str:
    if change is None:
        return "No change of what is used for training is on record."
    quiet = " without saying so" if change["notice"] == "silent" else ""
    return f"The last change of training on record took effect on {change['effective_on']}{quiet}: {change['summary']}"
