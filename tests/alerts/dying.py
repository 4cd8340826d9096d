"""A process whose children prepare and send notes, and are killed at one line of the code after the other.

It has no threads, so that it may fork; the server is elsewhere. The argument is how often to kill. Prints one JSON
object per death: at which line, and what the database says after another child went on from there.
"""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from alerts import outbox, store
from alerts.sending import deliver
from alerts.settings import Settings, from_environment
from tests.mailing import NOW, changes, entry, follow

PEOPLE = 2
OURS = (os.sep + "alerts" + os.sep, "smtplib.py")


def work(to: Settings, document: dict[str, Any]) -> None:
    """What `notify` does."""
    with store.opened(to.database) as connection:
        outbox.prepare(connection, document, NOW)
    deliver(to, lambda: NOW, wait=True)


def in_a_child(task: Callable[[], None]) -> int:
    """Run a task in a child; returns the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def counting(seen: Callable[[int, FrameType], None]) -> None:
    """Call `seen` at every line of the alerts and of the SMTP client, with its number in the order they are run."""
    count = 0

    def at_line(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 as sys.settrace has it
        nonlocal count
        if event == "line":
            count += 1
            seen(count, frame)
        return at_line

    sys.settrace(lambda frame, *_: at_line if any(part in frame.f_code.co_filename for part in OURS) else None)


def die_at(number: int, place: Path) -> Callable[[int, FrameType], None]:
    def seen(count: int, frame: FrameType) -> None:
        if count == number:
            place.write_text(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}", encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    return seen


def main(to: Settings, deaths: int) -> None:
    """Let each release be told by a child that dies and one that goes on; the first one is told by one that lives."""
    for person in range(PEOPLE):
        follow(to, f"p{person}@example.com", "parrot")
    folder = to.database.parent
    lines = folder / "lines"

    def told(number: int) -> None:
        work(to, changes(entry(change_id=f"{number:016x}"), version=f"0.{number}.0"))

    def measured() -> None:
        numbers = []
        counting(lambda count, _: numbers.append(count))
        told(0)
        sys.settrace(None)
        lines.write_text(str(numbers[-1]), encoding="utf-8")

    told(-1)  # in this process, so that every child finds templates and certificates read
    in_a_child(measured)
    for number in range(1, deaths + 1):
        place = folder / f"{number}.place"

        def dying(line: int, number: int = number, place: Path = place) -> None:
            counting(die_at(line, place))
            told(number)

        ended = in_a_child(partial(dying, 1 + (number - 1) * int(lines.read_text(encoding="utf-8")) // deaths))
        in_a_child(partial(told, number))
        with closing(sqlite3.connect(to.database)) as connection:
            sql = "select sent_at is not null, due_at from outbox where release like ?"
            states = connection.execute(sql, [f"0.{number}.0+%"]).fetchall()
        said = {"number": number, "signal": ended, "place": place.read_text(encoding="utf-8"), "states": states}
        print(json.dumps(said), flush=True)  # noqa: T201 what the test reads


if __name__ == "__main__":
    settings = from_environment(os.environ)
    assert settings is not None
    main(settings, int(sys.argv[1]))
