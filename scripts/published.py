"""The SQL rules as anyone can run them on a release: the same text as the check, over the tables of the release.

The relations that a rule reads (see `scripts.engine`) are put before it as common table expressions: the tables with
`line` in place of `row_ref`, the lists unrolled, and what the engine makes of them.
"""

import re
from collections.abc import Iterator, Mapping

from rules import Rule
from scripts.dataset import Dataset
from scripts.engine import DERIVED, RULES, claims_sql

LINE = "cast(substr(row_ref, instr(row_ref, ':') + 1) as integer)"
DAY = "(select as_of from main.dataset)"


def published_sql(rule: Rule, dataset: Dataset) -> str | None:
    """Return a query on the release that gives what the rule finds; None for a rule that is not SQL."""
    if rule.path.suffix != ".sql":
        return None
    text = re.sub(r"^--.*\n", "", rule.path.read_text(encoding="utf-8"), flags=re.MULTILINE).strip()
    text = re.sub(r"\$(as_of|settled_on)\b", DAY, text)
    relations = _needed(text, dict(item for name in rule.reads for item in _relations(name, dataset)))
    own = re.match(r"with (recursive )?", text)
    rest = f",\n{text[own.end() :]}" if own else f"\n{text}"
    parts = ",\n".join(f'"{name}" as (\n{sql}\n)' for name, sql in relations.items())
    return f"with {'recursive ' if own and own[1] else ''}{parts}{rest}"


def _needed(text: str, relations: Mapping[str, str]) -> dict[str, str]:
    """Return the relations that `text` names, and those that they name; each stands behind what it rests on."""
    needed: dict[str, str] = {}
    for name, sql in reversed(list(relations.items())):
        if any(re.search(rf"\b{name}\b", user) for user in (text, *needed.values())):
            needed[name] = sql
    return dict(reversed(list(needed.items())))


def _relations(name: str, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield the relations that `name` rests on and then itself, each with its query."""
    if name in dataset.specs:
        yield name, f'select *, {LINE} as line from main."{name}"'  # noqa: S608 names come from the schema
    elif name == "history":
        yield from _made("statements", name, dataset)
        yield name, "select tier_id, field, value, valid_from, valid_to from main.history"
    elif name == "claims":
        yield from _relations("tiers", dataset)
        yield name, claims_sql(dataset.specs["tiers"]).removeprefix("create table claims as ")
    elif name in DERIVED:
        yield from _made(name, name, dataset)
    else:
        yield from _list(name, dataset)


def _made(name: str, derived: str, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield a relation that is made by the file of `derived`, after those that the file reads."""
    file, reads = DERIVED[derived]
    for read in reads:
        yield from _relations(read, dataset)
    made = re.search(rf"create table {name} as\n(.*?);", (RULES / file).read_text(encoding="utf-8"), re.DOTALL)
    assert made is not None
    yield name, made[1]


def _list(name: str, dataset: Dataset) -> Iterator[tuple[str, str]]:
    for spec in dataset.specs.values():
        for field in spec.fields:
            if field.list_of and field.list_of.relation == name:
                yield from _relations(spec.name, dataset)
                key = ", ".join(f'r."{column}"' for column in spec.primary_key)
                cell = f"""replace(replace(r."{field.name}", '\\', '\\\\'), '"', '\\"')"""
                items = f"""json_each('["' || replace({cell}, ';', '","') || '"]')"""
                target = field.list_of.field or field.name
                yield (
                    name,
                    (
                        f'select distinct {key}, i.value as "{target}", r.line from "{spec.name}" r, {items} i '  # noqa: S608 names come from the schema
                        f'where r."{field.name}" is not null'
                    ),
                )
