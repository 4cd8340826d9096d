"""What is measured, and with which command."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from rules import all_rules


@dataclass(frozen=True, slots=True)
class Ledger:
    """A dataset to measure on, with a folder to write to. `name` heads its column; `day` lies amid its history."""

    name: str
    root: Path
    events: int
    day: str
    scratch: Path
    made_up: bool

    @property
    def release(self) -> Path:
        """The release database, written by the contest `database` and read by `state`."""
        return self.scratch / "release.sqlite"


@dataclass(frozen=True, slots=True)
class Contest:
    """One thing to measure: its name for `--only`, its row in the table, its command with `{places}` to fill.

    `program` is what must be on the PATH for it. `ours` tells what this project answers for.
    """

    name: str
    title: str
    words: tuple[str, ...]
    program: str = ""
    ours: bool = True

    def command(self, ledger: Ledger) -> list[str]:
        """Return the command for a ledger."""
        places = {
            "python": sys.executable,
            "program": shutil.which(self.program) or "",
            # The interpreter of the environment that the program is installed in.
            "beside": str(Path(shutil.which(self.program) or "").parent / "python"),
            "root": str(ledger.root),
            "out": str(ledger.scratch / self.name),
            "release": str(ledger.release),
            "day": ledger.day,
        }
        return [word.format(**places) for word in self.words]

    @property
    def missing(self) -> bool:
        """Whether it cannot be measured because its program is not on the PATH."""
        return bool(self.program) and shutil.which(self.program) is None


def contests() -> list[Contest]:
    """Return everything there is to measure, in the order of the table."""
    python = ("{python}", "-m")
    task = (*python, "benchmarks.tasks")
    check = (*python, "scripts.check", "--root", "{root}", "--engine")
    sql_rules = [word for rule in all_rules() if rule.path.suffix == ".sql" for word in ("--rule", rule.id)]
    engines = (("sqlite", "SQLite"), ("duckdb", "DuckDB"))
    return [
        Contest("reader", "csv.reader alone", (*python, "benchmarks.reader", "{root}"), ours=False),
        Contest(
            "frictionless",
            "frictionless validate",
            (*python, "frictionless", "validate", "{root}/datapackage.json"),
            ours=False,
        ),
        *(Contest(f"check-{name}", f"check, {title}", (*check, name)) for name, title in engines),
        *(
            Contest(f"rules-{name}", f"SQL rules and fold, {title}", (*check, name, *sql_rules))
            for name, title in engines
        ),
        *(Contest(f"fold-{name}", f"fold alone, {title}", (*task, "fold", "{root}", name)) for name, title in engines),
        Contest("build", "build", (*python, "scripts.build", "--root", "{root}", "--out", "{out}", "--allow-findings")),
        Contest("database", "database of the build", (*task, "database", "{root}", "{release}")),
        Contest("tables", "its tables, keys, indexes and search", (*task, "tables", "{root}", "{out}")),
        _rival("utils", "the same with sqlite-utils, in Python", "api"),
        _rival("tuned", "the same, with the pragmas of the build", "tuned"),
        _rival("insert", "the same with sqlite-utils insert", "insert"),
        Contest(
            "csvs",
            "the tables alone with csvs-to-sqlite",
            ("{program}", "--replace-tables", "--just-strings", "{root}/data", "{out}"),
            "csvs-to-sqlite",
            ours=False,
        ),
        Contest("state", "state on a day, from the database", (*task, "state_on", "{release}", "{day}")),
        Contest("refold", "state on a day, folding anew", (*task, "fold_on", "{root}", "duckdb", "{day}")),
    ]


def _rival(name: str, title: str, task: str) -> Contest:
    words = ("{beside}", "-m", "benchmarks.rivals", task, "{root}", "{out}")
    return Contest(name, title, words, "sqlite-utils", ours=False)
