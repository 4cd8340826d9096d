"""
title: every exception names a rule, a reason and a day on which it expires
why: An exception without an end is a rule abolished in silence.
fix: Fill the row in rules/exceptions.csv, or delete it and mend the data.
bad: `SRC006,x,,`
good: `SRC006,claude-api-retention-2026-11-22,undated copy,2027-03-01`
severity: error
reads:
run: always
mends: no
"""

import datetime
from collections.abc import Iterator

from rules import Context, Place, all_rules
from rules.exc import PATH, read_exceptions


def find(context: Context) -> Iterator[Place]:
    """Yield the exceptions that have no reason or no day of expiry, name no rule, or have expired."""
    known = {rule.id for rule in all_rules()}
    for exception in read_exceptions(context.dataset.root):
        for column, detail in _faults(exception.rule, exception.reason, exception.expires_on, known, context.as_of):
            yield Place(PATH, exception.line, column, exception.key, detail)


def _faults(rule: str, reason: str, expires_on: str, known: set[str], as_of: str) -> Iterator[tuple[str, str]]:
    if rule not in known:
        yield "rule", f'there is no rule "{rule}"'
    if not reason:
        yield "reason", "no reason is given"
    try:
        if datetime.date.fromisoformat(expires_on) < datetime.date.fromisoformat(as_of):
            yield "expires_on", f"the exception expired on {expires_on}"
    except ValueError:
        yield "expires_on", f'"{expires_on}" is not a day'
