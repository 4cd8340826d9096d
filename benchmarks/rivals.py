"""The same tables, keys, indexes and full-text search by sqlite-utils: ``python -m benchmarks.rivals NAME ROOT OUT``.

Runs in the environment of sqlite-utils; of this project it uses only the shape of the tables, which needs nothing but
the standard library.
"""

import csv
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scripts.database import SEARCHED
from scripts.dataset import ListOf, TableSpec, earliest, list_cell, open_dataset

# sqlite-utils imports pandas where it finds it, which takes longer than a small ledger; csvs-to-sqlite brings it here.
sys.modules["pandas"] = None  # type: ignore[assignment]


def api(root: str, out: str, *pragmas: str) -> None:
    """Write the database with the Python interface of sqlite-utils."""
    import sqlite_utils  # type: ignore[import-not-found] # noqa: PLC0415 only this environment has it

    Path(out).unlink(missing_ok=True)
    database = sqlite_utils.Database(out)
    for pragma in pragmas:
        database.execute(f"pragma {pragma}")
    specs = open_dataset(Path(root)).specs
    for spec in specs.values():
        table = database[spec.name]
        keys = [(key.field, key.resource, key.reference) for key in spec.foreign_keys]
        table.create(_columns(spec), pk=_key(spec), not_null=_required(spec), foreign_keys=keys, strict=True)
        table.insert_all(_rows(Path(root), spec))
        for unique in spec.unique_keys:
            table.create_index(unique, unique=True)
        for key in spec.foreign_keys:
            table.create_index([key.field])
    for spec, column, target in _lists(specs):
        parent = spec.primary_key[0]
        table = database[target.relation]
        table.create(
            {parent: str, target.field: str},
            pk=(parent, target.field),
            not_null={parent, target.field},
            foreign_keys=[(parent, spec.name, parent), (target.field, target.resource, target.field)],
            strict=True,
        )
        table.insert_all(_listed(Path(root), spec, column, target.field))
    database["citations"].create_index(["source_id"])
    for name, columns in SEARCHED.items():
        database[name].enable_fts(columns, tokenize="porter")
    database.analyze()
    database.execute("pragma foreign_key_check").fetchall()
    database.close()


def tuned(root: str, out: str) -> None:
    """Do the same with the pragmas of the build, which give up safety against a crash for speed."""
    api(root, out, "journal_mode = off", "synchronous = off")


def insert(root: str, out: str) -> None:
    """Write the database with the command line of sqlite-utils, table after table; without the columns we derive."""
    Path(out).unlink(missing_ok=True)
    specs = open_dataset(Path(root)).specs
    for spec in specs.values():
        required = chain.from_iterable(("--not-null", name) for name in sorted(_required(spec) - {"row_ref"}))
        key = chain.from_iterable(("--pk", name) for name in spec.primary_key)
        _run(
            "insert", out, spec.name, str(Path(root) / spec.path), "--csv", "--empty-null", "--strict", *key, *required
        )
        for unique in spec.unique_keys:
            _run("create-index", out, spec.name, *unique, "--unique")
        for foreign in spec.foreign_keys:
            _run("create-index", out, spec.name, foreign.field)
    keys = [(spec.name, key.field, key.resource, key.reference) for spec in specs.values() for key in spec.foreign_keys]
    for spec, column, target in _lists(specs):
        parent = spec.primary_key[0]
        pairs = Path(out + ".csv")
        with pairs.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [parent, target.field])
            writer.writeheader()
            writer.writerows(_listed(Path(root), spec, column, target.field))
        _run("insert", out, target.relation, str(pairs), "--csv", "--strict", "--pk", parent, "--pk", target.field)
        pairs.unlink()
        keys += [
            (target.relation, parent, spec.name, parent),
            (target.relation, target.field, target.resource, target.field),
        ]
    _run("create-index", out, "citations", "source_id")
    _run("add-foreign-keys", out, *chain.from_iterable(keys))
    for name, columns in SEARCHED.items():
        _run("enable-fts", out, name, *columns, "--tokenize", "porter")
    _run("analyze", out)


def _run(*arguments: str) -> None:
    program = "import sys; sys.modules['pandas'] = None; from sqlite_utils.cli import cli; cli()"
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, stdout=subprocess.DEVNULL)


def _columns(spec: TableSpec) -> dict[str, type]:
    columns: dict[str, type] = {}
    for field in spec.fields:
        columns[field.name] = int if field.type == "integer" else str
        if field.date == "partial":
            columns[f"{field.name}_earliest"] = str
    return columns | {"row_ref": str}


def _key(spec: TableSpec) -> str | tuple[str, ...]:
    return spec.primary_key[0] if len(spec.primary_key) == 1 else spec.primary_key


def _required(spec: TableSpec) -> set[str]:
    return {field.name for field in spec.fields if field.required} | {"row_ref"}


def _rows(root: Path, spec: TableSpec) -> Iterator[dict[str, str | None]]:
    partial = [field.name for field in spec.fields if field.date == "partial"]
    with (root / spec.path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            cells: dict[str, str | None] = {name: cell or None for name, cell in row.items()}
            cells |= {f"{name}_earliest": earliest(row[name]) or None for name in partial}
            yield cells | {"row_ref": f"{spec.path}:{reader.line_num}"}


def _lists(specs: dict[str, TableSpec]) -> Iterator[tuple[TableSpec, str, ListOf]]:
    """Yield the list columns that have a table of their own: the table they stand in, the column, what it lists."""
    for spec in specs.values():
        for field in spec.fields:
            if field.list_of and field.list_of.resource:
                yield spec, field.name, field.list_of


def _listed(root: Path, spec: TableSpec, column: str, target: str) -> Iterator[dict[str, str]]:
    parent = spec.primary_key[0]
    with (root / spec.path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for item in sorted(set(list_cell(row[column]))):
                yield {parent: row[parent], target: item}


if __name__ == "__main__":
    {"api": api, "tuned": tuned, "insert": insert}[sys.argv[1]](*sys.argv[2:])
