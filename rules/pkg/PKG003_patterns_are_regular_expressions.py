"""
title: every pattern in the schemas is a regular expression
why: A pattern that does not compile makes the Frictionless command fail without a report.
fix: Mend the pattern; a bracket or parenthesis is usually left open.
bad: `[a-z`
good: `[a-z]+`
severity: error
reads:
run: always
mends: no
"""

import json
import re
from collections.abc import Iterator

from rules import Context, Place
from scripts.locate import line_of


def find(context: Context) -> Iterator[Place]:
    """Yield the patterns that do not compile."""
    for resource in context.dataset.descriptor["resources"]:
        spec = context.dataset.specs[resource["name"]]
        for number, column in enumerate(spec.fields):
            try:
                re.compile(column.pattern)
            except re.error as error:
                text = (context.dataset.root / resource["schema"]).read_text(encoding="utf-8")
                line = line_of(text, ["fields", number, "constraints", "pattern"])
                detail = f"the pattern {json.dumps(column.pattern)} is not a regular expression ({error})"
                yield Place(resource["schema"], line, column.name, "", detail)
