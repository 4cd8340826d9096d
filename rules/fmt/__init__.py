"""Rules on files as files: bytes, header, rows, cells."""

from collections.abc import Iterator

from rules import Context, Place


def faults(context: Context, rule: str) -> Iterator[Place]:
    """Yield the faults that the reader met and that belong to `rule`."""
    for table in context.dataset.tables:
        for fault in table.faults:
            if fault.kind == rule:
                yield Place(table.spec.path, fault.line, fault.column, "", fault.detail)
