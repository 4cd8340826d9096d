"""What runs before a commit is the project's own sessions, where they have something to say."""

import re
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT, SESSIONS

CONFIGURATION = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))


def hooks() -> dict[str, Any]:
    (repository,) = CONFIGURATION["repos"]
    assert repository["repo"] == "local", "nothing is fetched from elsewhere"
    return {hook["id"]: hook for hook in repository["hooks"]}


def test_a_hook_calls_sessions_without_installing_anew() -> None:
    for hook in hooks().values():
        command, reuse, flag, *sessions = hook["entry"].split()
        assert (command, reuse, flag) == ("./nox", "-R", "-s")
        assert sessions
        assert set(sessions) <= set(SESSIONS)
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("data/events.csv", {"data"}),
        ("schema/vocabulary.csv", {"data"}),
        ("datapackage.json", {"data"}),
        ("rules/exceptions.csv", {"data"}),
        ("rules/evt/EVT002_balance_equals_the_fold.sql", {"data"}),
        ("rules/val/VAL005_dates_exist.py", {"data", "code"}),
        ("scripts/check.py", {"code"}),
        ("noxfile.py", {"code"}),
        ("nox", {"code"}),
        (".github/workflows/check.yml", {"code"}),
        ("README.md", set()),
        ("docs/wanted.csv", set()),
    ],
)
def test_a_hook_runs_where_it_has_something_to_say(path: str, called: set[str]) -> None:
    assert {name for name, hook in hooks().items() if re.search(hook["files"], path)} == called
