"""Fixtures: what the scripts speak with."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ledger
from tests.scripts.github_server import GitHub, github


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A server that answers as GitHub, with the environment of a workflow that points to it."""
    with github(monkeypatch) as state:
        yield state


def commit(root: Path, message: str) -> str:
    """Commit everything in `root`, and give the id of the commit."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["add", "."], [*identity, "commit", "-q", "-m", message]):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=root, text=True).strip()


@pytest.fixture
def checkout(ledger: Ledger) -> Ledger:
    """The small ledger, committed on the branch `main` of a repository of its own."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=ledger.root, check=True)
    commit(ledger.root, "base")
    return ledger
