"""Rules on the exceptions to rules, and on the run itself.

`rules/exceptions.csv` (`rule`, `key`, `reason`, `expires_on`) excuses the findings of a rule on the row with that key.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

PATH = "rules/exceptions.csv"


@dataclass(frozen=True, slots=True)
class RuleException:
    """One excused row; `line` is its line in the file."""

    rule: str
    key: str
    reason: str
    expires_on: str
    line: int


def read_exceptions(root: Path) -> list[RuleException]:
    """Return the exceptions below `root`; none where there is no such file."""
    path = root / PATH
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [
            RuleException(row["rule"], row["key"], row["reason"] or "", row["expires_on"] or "", rows.line_num)
            for row in rows
        ]
