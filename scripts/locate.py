"""Where in a JSON text a value stands, so that a finding can name the line."""

import json
import re
from collections.abc import Sequence

_SPACE = re.compile(r"[ \t\r\n]*")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line (from 1) of the value at `path` in the JSON `text`; of its nearest parent where it is absent."""
    return text.count("\n", 0, offset_of(text, path)) + 1


def offset_of(text: str, path: Sequence[str | int]) -> int:
    """Return the offset of the value at `path` in the JSON `text`; of its nearest parent where it is absent."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    for step in path:
        found = _child(text, at, step, decoder)
        if found is None:
            break
        at = found
    return at


def _child(text: str, at: int, step: str | int, decoder: json.JSONDecoder) -> int | None:
    """Return the offset of the member `step` of the object or array that starts at `at`."""
    opening = text[at]
    if opening not in "{[":
        return None
    at = _skip(text, at + 1)
    index = 0
    while text[at] not in "}]":
        name: str | int = index
        if opening == "{":
            name, end = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, end) + 1)
        if name == step:
            return at
        _, end = decoder.raw_decode(text, at)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
        index += 1
    return None


def _skip(text: str, at: int) -> int:
    """Return the offset of the first character from `at` that is not white space."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
