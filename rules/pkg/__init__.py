"""Rules on the descriptor and the schemas themselves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator

from rules import Place
from scripts.locate import line_of

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

META = Path(__file__).resolve().parents[2] / "schema" / "meta"


def places(file: str, text: str, meta: str) -> Iterator[Place]:
    """Yield what in the JSON `text` of `file` is not allowed by the JSON Schema called `meta`."""
    validator = Draft202012Validator(json.loads((META / meta).read_text(encoding="utf-8")))
    for error in validator.iter_errors(json.loads(text)):
        path = _path(error)
        yield Place(file, line_of(text, path), ".".join(map(str, path)), "", error.message)


def _path(error: "ValidationError") -> list[str | int]:
    """Return the way to what is wrong: to the first property that may not stand there, or to the value."""
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        schema, found = cast("dict[str, Any]", error.schema), cast("dict[str, Any]", error.instance)
        return [*path, min(found.keys() - schema["properties"].keys())]
    return path
