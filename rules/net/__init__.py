"""Rules that leave the machine; run only on request. An address that answers is not a claim that was verified."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING

from rules import Place

if TYPE_CHECKING:
    from scripts.dataset import Dataset

TIMEOUT_SECONDS = 20
AT_ONCE = 8
AGENT = "does-it-train link check"


def dead_addresses(dataset: "Dataset", column: str) -> Iterator[Place]:
    """Yield the sources whose address in `column` does not answer with a page."""
    table = dataset.table("sources")
    rows = [row for row in table.rows if row[column].startswith(("http://", "https://"))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for row, fault in zip(rows, pool.map(lambda row: _fault(row[column]), rows), strict=True):
            if fault:
                yield Place(table.spec.path, row.line, column, table.key(row), f"{row[column]} {fault}")


def _fault(url: str) -> str:
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310 http and https only, see above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 likewise
            return ""
    except urllib.error.HTTPError as error:
        return f"answers with status {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"cannot be reached ({_why(error)})"


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return reason if isinstance(reason, str) else getattr(reason, "strerror", None) or type(reason).__name__
