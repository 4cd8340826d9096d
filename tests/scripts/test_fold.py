"""The fold in memory gives what the release says."""

import sqlite3
from pathlib import Path

from scripts.build import DATABASE
from scripts.fold import Fold
from scripts.snapshot import open_release


def test_every_interval_is_that_of_the_release_and_begins_with_the_same_event(real_release: Path) -> None:
    state = open_release(real_release)
    fold = Fold(state.rows["events"].values(), state.rows["sources"].values())
    connection = sqlite3.connect(f"file:{real_release / DATABASE}?mode=ro", uri=True)
    history = connection.execute("select tier_id, field, valid_from, value, valid_to, event_id from history").fetchall()
    connection.close()
    assert len(history) > 1000
    for tier_id, field, day, *rest in history:
        interval = fold.on(tier_id, field, day)
        assert interval
        assert [interval.value, interval.valid_to, interval.event_ids[0]] == rest, (tier_id, field, day)


def test_before_anything_was_said_nothing_is_known(real_release: Path) -> None:
    state = open_release(real_release)
    fold = Fold(state.rows["events"].values(), state.rows["sources"].values())
    assert fold.on("claude-consumer", "training", "1900-01-01") is None
    assert fold.value("claude-consumer", "training", "1900-01-01") == ""
    assert fold.value("nobody", "training", "2026-01-01") == ""
