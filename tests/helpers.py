"""What several tests need: the command `check` run on a ledger, and what it says."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import CliRunner, Result

from scripts.check import main
from tests.conftest import Ledger

Place = tuple[str, str, int, str]  # rule, file, line, column


def check_text(ledger: Ledger, *options: str) -> Result:
    """Run the command on a ledger; it must end as a command does, and not in a traceback."""
    result = CliRunner().invoke(main, ["--root", str(ledger.root), *options])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def findings(result: Result) -> list[dict[str, Any]]:
    """What was found, from the answer in JSON."""
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def places(result: Result) -> list[Place]:
    """Where something was found, from the answer in JSON."""
    return [(it["rule"], it["file"], it["line"], it["column"]) for it in findings(result)]


def replacing(file: str, old: str, new: str) -> Callable[[Ledger], None]:
    """An edit of a file of a ledger: the first `old` becomes `new`."""

    def edit(ledger: Ledger) -> None:
        path = ledger.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit
