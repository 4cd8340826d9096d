"""Asking an instance for its pages, in a process of its own.

Datasette registers the plugins of an instance for the whole process, so a second instance would answer with the pages
of the first.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.dataset import CannotRunError

# A fresh interpreter, not a fork of this one.
PROCESSES = get_context("spawn")


@dataclass(frozen=True)
class Answer:
    """What an instance answers: status, media type (without parameters), where it redirects to, and content."""

    status: int
    kind: str
    location: str
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()


@contextmanager
def asking(instance: Path) -> Iterator[Callable[[str], Answer]]:
    """Yield a function that asks the instance in the folder `instance` for a path and returns its answer.

    A copy of it is served, since Python leaves files beside the modules that it runs. The function raises
    CannotRunError where the instance does not start, or breaks down.
    """
    ours, theirs = PROCESSES.Pipe()
    with TemporaryDirectory() as folder:
        served = shutil.copytree(instance, Path(folder) / "instance")
        process = PROCESSES.Process(target=_answer, args=(theirs, served))
        process.start()
        theirs.close()

        def ask(path: str) -> Answer:
            try:
                ours.send(path)
                answer: Answer = ours.recv()
            except (EOFError, OSError):
                raise CannotRunError(f"the site broke down before it answered {path}; it says why above.") from None
            return answer

        try:
            yield ask
        finally:
            ours.close()
            process.join()


def _answer(connection: Connection, instance: Path) -> None:  # pragma: no cover - runs in a process of its own
    """Answer until the other end is closed."""
    from datasette.app import Datasette  # noqa: PLC0415 the environment `spark` lacks it

    async def answer() -> None:
        datasette = Datasette(files=[], config_dir=instance)
        while True:
            try:
                path = connection.recv()
            except EOFError:
                return
            found = await datasette.client.get(path)
            kind = found.headers.get("content-type", "").split(";")[0]
            connection.send(Answer(found.status_code, kind, found.headers.get("location", ""), found.content))

    asyncio.run(answer())
