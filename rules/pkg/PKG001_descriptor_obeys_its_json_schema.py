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

import json
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator

from rules import Context, Place
from scripts.dataset import DESCRIPTOR
from scripts.locate import line_of

SCHEMA = Path(__file__).resolve().parents[2] / "schema" / "meta" / "datapackage.schema.json"


def find(context: Context) -> Iterator[Place]:
    """Yield what in the descriptor its JSON Schema does not allow."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for error in sorted(validator.iter_errors(context.dataset.descriptor), key=lambda error: list(error.path)):
        path = [step for step in error.absolute_path if isinstance(step, str | int)]
        line = line_of(context.dataset.descriptor_text, path)
        yield Place(DESCRIPTOR, line, ".".join(map(str, path)), "", error.message)
