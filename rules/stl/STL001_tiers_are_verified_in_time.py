"""
title: every tier is verified within its `review_days`
why: A claim that nobody has looked at for long is stale, even if it was right.
fix: Read the documents again, mend what changed, and set `verified_on` to the day you did; an address that answers
  is not enough.
bad: verified 2025-01-01, review after 90 days, checked for 2026-11-22
good: verified 2026-11-22
severity: warning
reads: tiers
run: always
mends: no
"""

import datetime
from collections.abc import Iterator

from rules import Context, Place


def find(context: Context) -> Iterator[Place]:
    """Yield the tiers that nobody has compared with their documents for longer than they allow."""
    today = datetime.date.fromisoformat(context.as_of)
    table = context.dataset.table("tiers")
    for row in table.rows:
        try:
            age = (today - datetime.date.fromisoformat(row["verified_on"])).days
            allowed = int(row["review_days"])
        except ValueError:
            continue  # VAL005 and SHP001 speak of it
        if age > allowed:
            detail = f"last verified {age} days before {context.as_of}, allowed are {allowed}"
            yield Place(table.spec.path, row.line, "verified_on", table.key(row), detail)
        elif age < 0:
            detail = f"verified on a day after {context.as_of}, the day that is checked for"
            yield Place(table.spec.path, row.line, "verified_on", table.key(row), detail)
