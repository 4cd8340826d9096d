"""
title: the codes in the schemas and in the vocabulary are the same
why: Each code needs its label and meaning, and a code that was dropped must not live on in one place.
fix: Add the code to schema/vocabulary.csv and to the enum in the schema, or remove it from both.
bad: `opt_maybe` in the enum only
good: every code in both
severity: error
reads: vocabulary
run: always
mends: no
"""

from collections.abc import Iterator

from rules import Context, Place


def find(context: Context) -> Iterator[Place]:
    """Yield the codes that stand in an enum of a schema and not in the vocabulary, or the other way round."""
    dataset = context.dataset
    vocabulary = dataset.table("vocabulary")
    lines = {(row["field"], row["value"]): row.line for row in vocabulary.rows}
    enums = {
        (f"{spec.name}.{field.name}", code)
        for spec in dataset.specs.values()
        for field in spec.fields
        for code in field.enum
    }
    columns = {column for column, _ in enums}
    for column, code in sorted(enums - lines.keys()):
        detail = f'the code "{code}" of {column} stands in the schema and not here'
        yield Place(vocabulary.spec.path, 1, "value", f"{column};{code}", detail)
    for (column, code), line in lines.items():
        if (column, code) not in enums and not _pattern_names(context, column, code, columns):
            detail = f'the code "{code}" stands here and not in the schema of {column}'
            yield Place(vocabulary.spec.path, line, "value", f"{column};{code}", detail)
    yield from _claim_fields(context, vocabulary.spec.path)


def _pattern_names(context: Context, column: str, code: str, enums: set[str]) -> bool:
    """Whether a column without an enum names `code` in its pattern, as the durations do."""
    table, _, name = column.partition(".")
    spec = context.dataset.specs.get(table)
    return (
        column not in enums
        and spec is not None
        and name in spec.columns
        and code in spec.field(name).pattern.strip("()").split("|")
    )


def _claim_fields(context: Context, path: str) -> Iterator[Place]:
    """Yield the claim fields that an event cannot name, and the other way round."""
    claims = set(context.dataset.specs["tiers"].claims)
    named = set(context.dataset.specs["events"].field("field").enum)
    for name in sorted(claims ^ named):
        yield Place(
            path,
            1,
            "value",
            f"events.field;{name}",
            f'"{name}" is a claim field of tiers or a code of events.field, but not both',
        )
