"""
title: the archived copy of every source answers
why: The archived copy is what remains when the vendor's page changes.
fix: Find another archived copy of the same state.
bad: an archived copy that answers 404
good: an archived copy that answers 200
severity: warning
reads: sources
run: request
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.net import dead_addresses


def find(context: Context) -> Iterator[Place]:
    """Yield the sources whose archived copy does not answer."""
    return dead_addresses(context.dataset, "archived_url")
