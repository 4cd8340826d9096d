"""Meaning: what must hold across rows. One file per rule, `<family>/<ID>_<statement_that_must_hold>.sql` or `.py`.

A rule explains itself in its header: in SQL the comment at the top, in Python the docstring of the module, both as
`name: text` with continuation lines indented. The names are those of `HEADER`, in that order; `docs/rules.md` is made
of them. An SQL rule selects the offending places (`file, line, column, key, detail`, and where it knows the mend,
`expected`); no row means that the rule holds. A Python rule has `find(context)`, which yields `Place`s.

Parameters of an SQL rule: `$as_of`, the day the check is made for, and `$settled_on`, the day of the balance.
"""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from scripts.dataset import Dataset
    from scripts.engine import Engine

FOLDER = Path(__file__).resolve().parent
HEADER = ("title", "why", "fix", "bad", "good", "severity", "reads", "run", "mends")
RETIRED = frozenset[str]()  # ids that were rules once and are never given again

Severity = Literal["error", "warning"]
Run = Literal["always", "request"]


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a rule does not hold.

    `line` counts from 1 with the header as line 1; `column` and `key` are empty where the whole file or line is
    meant. `expected` is the text the cell must hold, where the rule knows it. `remedy` replaces the rule's general
    remedy.
    """

    file: str
    line: int
    column: str
    key: str
    detail: str
    expected: str | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a Python rule may look at; `as_of` is the day (YYYY-MM-DD) the check is made for."""

    dataset: "Dataset"
    as_of: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its explanation, and the file that holds it.

    `reads` are the relations it cannot do without (of a Python rule: tables); `run` is `request` for rules that leave
    the machine; `mends` says whether `fix` can mend what it finds.
    """

    id: str
    path: Path
    title: str
    why: str
    fix: str
    bad: str
    good: str
    severity: Severity
    reads: tuple[str, ...]
    run: Run
    mends: bool

    @property
    def family(self) -> str:
        """The letters of the id."""
        return self.id[:3]

    def find(self, context: Context, engine: "Engine") -> Iterator[Place]:
        """Yield the places where the rule does not hold. Raises UnreadableTableError where it cannot know."""
        if self.path.suffix == ".py":
            for table in self.reads:
                context.dataset.readable_table(table)
            module = importlib.import_module(f"rules.{self.path.parent.name}.{self.path.stem}")
            yield from module.find(context)
            return
        engine.need(self.reads)
        sql = self.path.read_text(encoding="utf-8")
        for row in engine.query(sql, as_of=context.as_of, settled_on=context.dataset.as_of):
            yield Place(**{**row, "key": row["key"] or ""})  # a row may lack its id


@cache
def all_rules(folder: Path = FOLDER) -> tuple[Rule, ...]:
    """Return every rule, by id. Raises ValueError where a header is not complete or not in order."""
    paths = sorted(path for path in folder.glob("*/[A-Z][A-Z][A-Z][0-9][0-9][0-9]_*") if path.suffix in {".sql", ".py"})
    return tuple(sorted((_rule(path) for path in paths), key=lambda rule: rule.id))


def chosen(ids: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules with these ids or families (`EVT`); without any, all but those run only on request.

    Raises KeyError with the first id that is unknown.
    """
    wanted = list(ids)
    if not wanted:
        return tuple(rule for rule in all_rules() if rule.run == "always")
    for name in wanted:
        if not any(name in {rule.id, rule.family} for rule in all_rules()):
            raise KeyError(name)
    return tuple(rule for rule in all_rules() if rule.id in wanted or rule.family in wanted)


def _rule(path: Path) -> Rule:
    header = _header(path)
    if tuple(header) != HEADER:
        raise ValueError(f"{path.name}: the header must have {', '.join(HEADER)}, in this order")
    return Rule(
        id=path.name[:6],
        path=path,
        title=header["title"],
        why=header["why"],
        fix=header["fix"],
        bad=header["bad"],
        good=header["good"],
        severity=cast("Severity", header["severity"]),
        reads=tuple(name.strip() for name in header["reads"].split(",") if name.strip()),
        run=cast("Run", header["run"]),
        mends=header["mends"] == "yes",
    )


def _header(path: Path) -> Mapping[str, str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        lines = [line[3:].rstrip() for line in takewhile(lambda line: line.startswith("--"), text.splitlines())]
    else:
        lines = text.split('"""', 2)[1].splitlines()
    header: dict[str, str] = {}
    name = ""
    for line in lines:
        match = re.fullmatch(r"([a-z]+): ?(.*)", line)
        if match:
            name = match[1]
            header[name] = match[2].strip()
        elif name and line.startswith(" "):
            header[name] = f"{header[name]} {line.strip()}".strip()
    return header
