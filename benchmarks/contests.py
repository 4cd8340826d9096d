"""What is measured, and with which command."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rules import all_rules

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A dataset to measure on: where it is, how many events it has, and a folder to write to.

    `day` is a day in the midst of its history; `name` heads its column.
    """

    name: str
    root: Path
    events: int
    day: str
    scratch: Path
    made_up: bool

    @property
    def release(self) -> str:
        """The database that the contest `database` writes and `state` reads."""
        return str(self.scratch / "release.sqlite")

    def out(self, name: str) -> str:
        """Return a path below the scratch folder."""
        return str(self.scratch / name)


@dataclass(frozen=True, slots=True)
class Contest:
    """One thing to measure: its name for `--only`, its row in the table, and the command for a ledger."""

    name: str
    title: str
    command: Callable[[Ledger], Command]
    ours: bool = True


def contests() -> list[Contest]:
    """Return everything that can be measured, in the order of the table; a rival only where it is installed."""
    python = sys.executable
    sql = [word for rule in all_rules() if rule.path.suffix == ".sql" for word in ("--rule", rule.id)]
    found = [
        Contest("reader", "csv.reader alone", lambda it: _task("read", it.root), ours=False),
        Contest(
            "frictionless",
            "frictionless validate",
            lambda it: (python, "-m", "frictionless", "validate", str(it.root / "datapackage.json")),
            ours=False,
        ),
        *(
            Contest(f"{name}-{engine}", f"{title}, {label}", command(engine))
            for name, title, command in (
                ("check", "check, all rules", lambda engine: lambda it: _check(it, engine)),
                ("rules", "check, SQL rules and fold", lambda engine: lambda it: _check(it, engine, *sql)),
                ("fold", "fold", lambda engine: lambda it: _task("fold", it.root, engine)),
            )
            for engine, label in (("sqlite", "SQLite"), ("duckdb", "DuckDB"))
        ),
        Contest(
            "build",
            "build, all of it",
            lambda it: _script("build", "--root", str(it.root), "--out", it.out("dist"), "--allow-findings"),
        ),
        Contest("database", "build, database", lambda it: _task("database", it.root, it.release)),
        Contest(
            "tables", "build, tables with keys, indexes, search", lambda it: _task("tables", it.root, it.out("tables"))
        ),
    ]
    return found


def _script(verb: str, *arguments: str) -> Command:
    return (sys.executable, "-m", f"scripts.{verb}", *arguments)
