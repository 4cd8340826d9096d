"""Versions of the data, `YYYY.MM.DD[.N]`, and their order; docs/versions.md says what raises them."""

import re

VERSION = re.compile(r"([0-9]{4})\.([0-9]{2})\.([0-9]{2})(?:\.([1-9][0-9]*))?")


def number(version: str) -> tuple[int, ...]:
    """Return what versions are compared by; without a number at the end it is the first of its day; () for none."""
    found = VERSION.fullmatch(version)
    return tuple(int(part or 0) for part in found.groups()) if found else ()
