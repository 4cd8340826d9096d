"""Killed at any point and started again: nobody misses a note, and nobody gets one twice who need not."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import PROJECT
from tests.mailing import PASSWORD, USER, Mailbox, environment

# Where a process may be between the server's yes and the mark.
LATE = {"smtplib.py", "transport.py", "sending.py", "outbox.py"}
PEOPLE = 2


@pytest.mark.parametrize(("way", "deaths"), [("server", 14), ("folder", 8)])
def test_killed_at_any_line_a_second_run_completes(mailbox: Mailbox, tmp_path: Path, way: str, deaths: int) -> None:
    outbox = tmp_path / "outbox"
    server = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{mailbox.port}"
    run = subprocess.run(
        [sys.executable, "-m", "tests.alerts.dying", str(deaths)],
        cwd=PROJECT,
        env={**os.environ, **environment(tmp_path, ALERTS_MAIL=server if way == "server" else str(outbox))},
        check=True,
        capture_output=True,
        text=True,
    )
    died = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(died) == deaths
    assert {death["signal"] for death in died} == {signal.SIGKILL}
    assert len({death["place"] for death in died}) > deaths / 2
    assert all(death["states"] == [[1, None]] * PEOPLE for death in died)
    if way == "folder":
        assert len(list(outbox.glob("*.eml"))) == (deaths + 2) * PEOPLE
        return
    copies = Counter((address, name) for address, names in mailbox.ids_by_address().items() for name in names)
    assert len(copies) == (deaths + 2) * PEOPLE
    # Twice only where the process died after the server had the mail and before it had marked it: one mail per death.
    late = [death for death in died if death["place"].split(":")[0] in LATE]
    assert sum(copies.values()) - len(copies) <= len(late)
    assert max(copies.values()) <= 2
