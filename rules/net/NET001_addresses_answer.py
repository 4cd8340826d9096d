"""
title: the address of every source answers
why: Readers open the document; a dead link needs an archived copy.
fix: Look for where the document moved; our failed visit is not the vendor's change. Add an archived copy.
bad: an address that answers 404
good: an address that answers 200
severity: warning
reads: sources
run: request
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.net import dead_addresses


def find(context: Context) -> Iterator[Place]:
    """Yield the sources whose address does not answer."""
    return dead_addresses(context.dataset, "url")
