"""The Table Schemas mean what their examples show, the schemas of the schemas hold, and Frictionless agrees."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from frictionless import Field, Package, Schema, system
from jsonschema import Draft202012Validator

from rules.pkg import places
from tests.conftest import PROJECT, Ledger

META = sorted((PROJECT / "schema" / "meta").glob("*.schema.json"))
SCHEMAS = sorted((PROJECT / "schema").glob("*.schema.json"))


def read(path: Path) -> Any:  # noqa: ANN401 JSON
    return json.loads(path.read_text(encoding="utf-8"))


def columns() -> Iterator[Any]:
    for path in SCHEMAS:
        schema = Schema.from_descriptor(read(path))
        for column in read(path)["fields"]:
            name = f"{path.name.removesuffix('.schema.json')}.{column['name']}"
            yield pytest.param(schema.get_field(column["name"]), column, id=name)


@pytest.mark.parametrize(("field", "column"), list(columns()))
def test_examples_pass_and_bad_examples_fail(field: Field, column: dict[str, Any]) -> None:
    reader = field.create_cell_reader()
    assert [cell for cell in column["examples"] if any(reader(cell)[1:])] == []
    assert [cell for cell in column["examples_bad"] if not any(reader(cell)[1:])] == []


@pytest.mark.parametrize("path", META, ids=lambda path: path.name)
def test_a_schema_of_schemas_is_json_schema_of_2020(path: Path) -> None:
    schema = read(path)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_every_table_has_a_schema_and_every_schema_a_table() -> None:
    descriptor = read(PROJECT / "datapackage.json")
    assert sorted(resource["schema"] for resource in descriptor["resources"]) == [
        f"schema/{path.name}" for path in SCHEMAS
    ]
    assert all(resource["schema"].split("/")[1].startswith(resource["name"]) for resource in descriptor["resources"])


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_ids_are_always_filled(path: Path) -> None:
    schema = read(path)
    required = {column["name"] for column in schema["fields"] if column.get("constraints", {}).get("required")}
    assert set(schema["primaryKey"]) <= required


# In each file, the objects whose properties are tried: the one in the middle stands for its siblings.
OBJECTS: Sequence[tuple[str, str, tuple[str | int, ...]]] = (
    ("datapackage.json", "datapackage.schema.json", ()),
    ("datapackage.json", "datapackage.schema.json", ("licenses", 0)),
    ("datapackage.json", "datapackage.schema.json", ("sources", 0)),
    ("datapackage.json", "datapackage.schema.json", ("resources", 3)),
    ("schema/tiers.schema.json", "table.schema.json", ()),
    ("schema/tiers.schema.json", "table.schema.json", ("fields", 8)),
    ("schema/tiers.schema.json", "table.schema.json", ("foreignKeys", 0)),
)


@pytest.mark.parametrize(("file", "meta", "way"), OBJECTS)
def test_refuses_a_file_that_lacks_a_property(file: str, meta: str, way: tuple[str | int, ...]) -> None:
    required = read(PROJECT / "schema" / "meta" / meta)
    for step in way:
        required = required["properties"][step] if isinstance(step, str) else required["items"]
    document = read(PROJECT / file)
    found = document
    for step in way:
        found = found[step]
    line = line_of_object(document, found)
    for name in required["required"]:
        value = found.pop(name)
        (place,) = places(file, json.dumps(document, indent=2), meta)
        assert (place.file, place.line, place.column) == (file, line, ".".join(map(str, way)))
        assert place.detail == f"'{name}' is a required property"
        found[name] = value


def line_of_object(document: dict[str, Any], part: dict[str, Any]) -> int:
    """The line on which `part` opens, found by a mark that is put behind it."""
    content = dict(part)
    part.clear()
    part.update({"mark": None, **content})
    line = json.dumps(document, indent=2).split('"mark"')[0].count("\n")
    del part["mark"]
    return line


def test_frictionless_by_itself_finds_the_small_ledger_valid(ledger: Ledger) -> None:
    with system.use_context(trusted=False):
        report = Package(str(ledger.root / "datapackage.json")).validate()
    assert report.valid, report.to_summary()
    assert [task.name for task in report.tasks] == list(ledger.open().specs)
    assert all(task.stats["rows"] for task in report.tasks)


def test_frictionless_by_itself_finds_a_broken_ledger_invalid(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-free", "audience", "enterprise")
    with system.use_context(trusted=False):
        assert not Package(str(ledger.root / "datapackage.json")).validate().valid
