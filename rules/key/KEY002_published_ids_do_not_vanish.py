"""
title: no id of the last release vanishes without a redirect
why: Others have linked to it and joined their data on it.
fix: Add a row to data/redirects.csv that says where the id went (`moved`, `split`, `merged` or `withdrawn`).
bad: the tier `claude-pro` deleted
good: `claude-pro,tiers,claude-consumer,merged,…`
severity: error
reads: redirects
run: always
mends: no
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from rules import Context, Place

PUBLISHED = "rules/published_ids.csv"


def find(context: Context) -> Iterator[Place]:
    """Yield the ids of the last release that are neither in the data nor redirected."""
    dataset = context.dataset
    path = dataset.root / PUBLISHED
    if not path.is_file():
        return
    redirected = {(row["table"], row["old_id"]) for row in dataset.table("redirects").rows}
    for table, old_id in _published(path):
        if table not in dataset.specs:
            continue
        current = dataset.table(table)
        if current.readable and old_id not in current.keys and (table, old_id) not in redirected:
            detail = f'"{old_id}" was published in the table {table} and is gone without a redirect'
            yield Place(dataset.specs["redirects"].path, 1, "old_id", old_id, detail)


def _published(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["table"], row["id"]) for row in csv.DictReader(file)]
