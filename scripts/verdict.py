"""From the claims of a product's tiers to its verdict, its one-sentence answer and its badges."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.wording import inline

# Verdicts beyond the codes of tiers.training.
DEPENDS = "depends"
UNKNOWN = "unknown"
MOST_NAMED = 3  # tiers in one phrase
_LABELS = {DEPENDS: "Depends on your plan", UNKNOWN: "Not looked at yet"}
_UNITS = {"PY": "year", "PM": "month", "PW": "week", "PD": "day", "PTH": "hour", "PTM": "minute"}
_MINUTES = {"PY": 525_960, "PM": 43_830, "PW": 10_080, "PD": 1_440, "PTH": 60, "PTM": 1}

Labels = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class TierClaims:
    """A tier's name and its claims on one day, by field; fields that nobody looked at are absent."""

    name: str
    claims: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a product does on one day: a code of tiers.training, `depends` or `unknown`, and how to say it."""

    verdict: str
    label: str
    answer: str
    badges: tuple[str, ...]


def label(labels: Labels, field: str, value: str) -> str:
    """Return what readers see in place of a value of a claim field: its label, or a duration in words."""
    duration = _duration(value)
    if duration:
        number, unit = duration
        return f"{number} {_UNITS[unit]}{'' if number == 1 else 's'}"
    return labels[f"tiers.{field}", value]


def minutes(value: str) -> int | None:
    """Return the length of a duration in minutes, with a year of 365.25 days; None where `value` is no duration."""
    duration = _duration(value)
    return duration and duration[0] * _MINUTES[duration[1]]


def _duration(value: str) -> tuple[int, str] | None:
    match = re.fullmatch(r"(P(?:T(?=\d+[HM]))?)(\d+)([YMWDH])", value)
    return (int(match[2]), match[1] + match[3]) if match else None


def verdict(product: str, tiers: Sequence[TierClaims], labels: Labels, order: Sequence[str]) -> Verdict:
    """Return the verdict on a product called `product`.

    `labels` are those of the vocabulary; `order` lists the codes of tiers.training, worst for the user first.
    """
    by_value: dict[str, list[str]] = {}
    for tier in tiers:
        if "training" in tier.claims:
            by_value.setdefault(tier.claims["training"], []).append(tier.name)
    values = sorted(by_value, key=list(order).index)
    code = UNKNOWN if not values else values[0] if len(values) == 1 else DEPENDS
    heading = _LABELS.get(code) or labels["tiers.training", code]
    parts = [f"{inline(labels['tiers.training', value])} ({_named(by_value[value])})" for value in values]
    return Verdict(code, heading, _answer(product, code, heading, parts), _badges(tiers, heading))


def _answer(product: str, code: str, heading: str, parts: Sequence[str]) -> str:
    if code == UNKNOWN:
        return f"Nobody has looked yet at whether {product} trains on your data."
    if code == DEPENDS:
        return f"It depends on your plan: {'; '.join(parts)}."
    return {
        "yes": f"Yes. {product} trains on your data, and there is no way to opt out.",
        "opt_out": f"Yes, unless you opt out. {product} trains on your data by default.",
        "opt_in": f"Only if you opt in. {product} does not train on your data by default.",
        "no": f"No. {product} does not train on your data.",
    }.get(code, f"{heading}. Whether {product} trains on your data cannot be said from what its documents state.")


def _named(tiers: Sequence[str]) -> str:
    """Return the names of tiers as one phrase; of many the first ones, so that an answer is read at a glance."""
    if len(tiers) <= MOST_NAMED:
        return " · ".join(tiers)
    return f"{' · '.join(tiers[: MOST_NAMED - 1])} · {len(tiers) - MOST_NAMED + 1} more"


def _badges(tiers: Sequence[TierClaims], heading: str) -> tuple[str, ...]:
    badges = [heading]
    ways = {"contract", "email", "form", "admin", "setting"}
    if any(tier.claims.get("opt_out") in ways for tier in tiers):
        badges.append("Opt-out available")
    zero = _names(tiers, "zdr", {"on_request", "self_serve", "default"})
    agreement = _names(tiers, "dpa", {"on_request", "included"})
    if zero and zero == agreement:
        badges.append(f"ZDR / DPA: {_named(zero)}")
    else:
        badges += [f"{name}: {_named(names)}" for name, names in (("ZDR", zero), ("DPA", agreement)) if names]
    return tuple(badges)


def _names(tiers: Sequence[TierClaims], field: str, values: set[str]) -> list[str]:
    return [tier.name for tier in tiers if tier.claims.get(field) in values]
