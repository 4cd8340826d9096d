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

from collections.abc import Iterator

from rules import Context, Place
from rules.lists import read_list

PUBLISHED = "rules/published_ids.csv"
COLUMNS = ("table", "id")


def find(context: Context) -> Iterator[Place]:
    """Yield the ids of the last release that are neither in the data nor redirected."""
    dataset = context.dataset
    redirects = dataset.table("redirects")
    redirected = {(row["table"], row["old_id"]) for row in redirects.rows}
    for line, (table, old_id) in read_list(dataset.root, PUBLISHED, COLUMNS):
        if table not in dataset.specs:
            yield Place(PUBLISHED, line, "table", old_id, f'there is no table "{table}"')
        elif old_id not in dataset.readable_table(table).keys and (table, old_id) not in redirected:
            detail = f'"{old_id}" was published in the table {table} and is gone without a redirect'
            yield Place(redirects.spec.path, 1, "old_id", old_id, detail)
