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

import json
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator

from rules import Context, Place
from scripts.locate import line_of

SCHEMA = Path(__file__).resolve().parents[2] / "schema" / "meta" / "table.schema.json"


def find(context: Context) -> Iterator[Place]:
    """Yield what in the Table Schemas their JSON Schema does not allow."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for resource in context.dataset.descriptor["resources"]:
        text = (context.dataset.root / resource["schema"]).read_text(encoding="utf-8")
        for error in sorted(validator.iter_errors(json.loads(text)), key=lambda error: list(error.path)):
            path = [step for step in error.absolute_path if isinstance(step, str | int)]
            yield Place(resource["schema"], line_of(text, path), ".".join(map(str, path)), "", error.message)
