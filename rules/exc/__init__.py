"""Rules on the exceptions to rules, and on the run itself.

`rules/exceptions.csv` (`rule`, `key`, `reason`, `expires_on`) excuses the findings of a rule on the row with that key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules import all_rules
from rules.lists import read_list
from scripts.dataset import is_day

PATH = "rules/exceptions.csv"
COLUMNS = ("rule", "key", "reason", "expires_on")


@dataclass(frozen=True, slots=True)
class RuleException:
    """One excused row; `line` is its line in the file."""

    line: int
    rule: str
    key: str
    reason: str
    expires_on: str

    def faults(self, as_of: str) -> Iterator[tuple[str, str]]:
        """Yield column and description of what keeps it from excusing anything on `as_of` (YYYY-MM-DD)."""
        if self.rule not in {rule.id for rule in all_rules()}:
            yield "rule", f'there is no rule "{self.rule}"'
        elif self.rule.startswith("EXC"):
            yield "rule", f"{self.rule} is a rule on exceptions and allows none"
        if not self.key:
            yield "key", "the row that is excused is not named"
        if not self.reason:
            yield "reason", "no reason is given"
        if not is_day(self.expires_on):
            yield "expires_on", f'"{self.expires_on}" is not a day; write YYYY-MM-DD'
        elif self.expires_on < as_of:
            yield "expires_on", f"the exception expired on {self.expires_on}"


def read_exceptions(root: Path) -> list[RuleException]:
    """Return the exceptions below `root`. Raises CannotRunError where their file cannot be understood."""
    return [RuleException(line, *cells) for line, cells in read_list(root, PATH, COLUMNS)]


def valid_exceptions(root: Path, as_of: str) -> list[RuleException]:
    """Return the exceptions that excuse something on `as_of` (YYYY-MM-DD): those without faults."""
    return [exception for exception in read_exceptions(root) if not any(exception.faults(as_of))]
