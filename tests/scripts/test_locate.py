"""Where in a JSON text a value stands."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.locate import line_of, offset_of

TEXT = """\
{
  "name": "a \\"quoted\\" { brace",
  "resources": [
    {"name": "vendors"},
    {
      "name": "tiers",
      "fields": []
    }
  ],
  "empty": {}
}
"""

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=12,
)


def ways(value: Json) -> Iterator[list[str | int]]:
    """The way to every value in a document."""
    yield []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in members:
        yield from ([step, *way] for way in ways(child))


def at(value: Json, way: list[str | int]) -> Json:
    for step in way:
        value = value[step]  # type: ignore[index, call-overload]
    return value


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ([], 1),
        (["name"], 2),
        (["resources"], 3),
        (["resources", 0], 4),
        (["resources", 0, "name"], 4),
        (["resources", 1], 5),
        (["resources", 1, "fields"], 7),
        (["empty"], 10),
    ],
)
def test_finds_the_line_of_a_value(way: list[str | int], line: int) -> None:
    assert line_of(TEXT, way) == line


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (["nothing"], 1),
        (["resources", 2], 3),
        (["resources", 1, "fields", 0], 7),
        (["empty", "nothing"], 10),
        (["name", "nothing", "at all"], 2),
        (["resources", "name"], 3),
    ],
)
def test_where_a_value_is_absent_finds_what_should_hold_it(way: list[str | int], line: int) -> None:
    assert line_of(TEXT, way) == line


@given(DOCUMENTS, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_finds_every_value_of_any_document(document: Json, indent: int | str | None, ascii_only: bool) -> None:  # noqa: FBT001
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    for way in ways(document):
        offset = offset_of(text, way)
        assert json.JSONDecoder().raw_decode(text, offset)[0] == at(document, way)
        assert line_of(text, way) == text.count("\n", 0, offset) + 1
