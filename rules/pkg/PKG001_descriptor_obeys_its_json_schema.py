"""
title: datapackage.json obeys its JSON Schema
why: Frictionless takes a misspelt property for an unknown one and says nothing; a resource without its encoding
  would be guessed at.
fix: Mend the property that is named; schema/meta/datapackage.schema.json says what may stand there.
bad: `"encodng": "utf-8"`
good: `"encoding": "utf-8"`
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.pkg import places
from scripts.dataset import DESCRIPTOR


def find(context: Context) -> Iterator[Place]:
    """Yield what in the descriptor its JSON Schema does not allow."""
    return places(DESCRIPTOR, context.dataset.descriptor_text, "datapackage.schema.json")
