"""
title: every Table Schema obeys the JSON Schema of Table Schemas
why: Each column needs its description and examples, and a misspelt constraint would constrain nothing.
fix: Mend the property that is named; schema/meta/table.schema.json says what may stand there.
bad: a column without a description
good: name, title, type, description, constraints, examples, examples_bad
severity: error
reads:
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place
from rules.pkg import places


def find(context: Context) -> Iterator[Place]:
    """Yield what in the Table Schemas their JSON Schema does not allow."""
    for resource in context.dataset.descriptor["resources"]:
        text = (context.dataset.root / resource["schema"]).read_text(encoding="utf-8")
        yield from places(resource["schema"], text, "table.schema.json")
