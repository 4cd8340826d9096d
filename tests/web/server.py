"""The site as a process of its own, asked over HTTP from addresses of one's choice; and what memory it takes."""

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.conftest import PROJECT

SERVE = """
import pathlib, sys
from scripts.serve import _listen, _serve
with _listen("127.0.0.1", 0) as listener:
    print(listener.getsockname()[1], flush=True)
    _serve(pathlib.Path(sys.argv[1]), listener)
"""
ONE, OTHER, THIRD = "127.0.0.1", "127.0.0.2", "127.0.0.3"  # readers; the whole of 127/8 is this machine


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    port: int
    process: int

    def get(self, path: str, reader: str = ONE, method: str = "GET", **headers: str) -> Answer:
        """Ask over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(reader, 0))
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            names = {name.lower(): text for name, text in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve an instance, as the command `serve` does, until the end of the block."""
    command = [sys.executable, "-c", SERVE, str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield Site(int(server.stdout.readline()), server.pid)
        finally:
            server.terminate()


@dataclass
class Memory:
    """The most memory, in MB, that the processes of a site take while this watches, above what they took before."""

    site: Site
    grown: float = 0.0
    _before: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._before = _resident(self.site.process)
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.is_set():
            self.grown = max(self.grown, _resident(self.site.process) - self._before)
            time.sleep(0.002)


def _resident(process: int) -> float:
    """MB that a process and those it started have in memory; 0 for one that has just ended."""
    proc = Path("/proc") / str(process)
    try:
        pages = int((proc / "statm").read_text().split()[1])
        children = [child for task in (proc / "task").glob("*/children") for child in task.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * 4096 / 1e6 + sum(_resident(int(child)) for child in children)
