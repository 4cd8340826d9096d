"""How the alerts grow with the number of subscribers: ``python -m benchmarks.alerts``."""

import random
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import log
from pathlib import Path
from statistics import linear_regression
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from alerts import outbox, store
from alerts.mails import note, section
from alerts.sending import deliver
from alerts.settings import Settings, from_environment
from benchmarks.measure import Sample, run
from scripts.cli import CONTEXT, reports_mistakes

PRODUCTS, TOUCHED, CHANGES = 110, 20, 4  # in all; by the release; of each
NOW = 1_800_000_000  # seconds since 1970
SEED = 1
COMPOSED = 2_000  # notes put together to measure what one takes, however many wait
MAILS = 2_000  # subscribers whose notes are sent to measure the rate
SERVERS = (0, 0.02, 0.05)  # seconds that a mail server takes for a mail: on this machine, near, far
SERVER = Path(__file__).with_name("mail_server.py")


def settings(folder: Path, mail: str = "") -> Settings:
    """Return settings for alerts in a folder."""
    found = from_environment(
        {
            "ALERTS_DATABASE": str(folder / "alerts.sqlite"),
            "ALERTS_SITE": "https://does-it-train.example",
            "ALERTS_SECRET": "benchmark" * 4,
            "ALERTS_FROM": "alerts@example.org",
            "ALERTS_MAIL": mail,
        }
    )
    assert found is not None
    return found


def changes() -> dict[str, Any]:
    """Return a changes.json of a release that touches TOUCHED products."""
    source = {
        "source_id": "s",
        "title": "Terms of Service",
        "publisher": "Vendor",
        "url": "https://vendor.example/terms",
    }
    entries = [
        {
            "change_id": f"{product:08x}{number:08x}", "what": "claim_changed", "table": "tiers", "field": "training",
            "key": f"tier-{product}-{number}", "product_id": f"product-{product}", "product": f"Product {product}",
            "tier_id": f"tier-{product}-{number}", "tier": f"Tier {number}",
            "before": "no", "before_label": "Does not train", "after": "opt_out",
            "after_label": "Trains unless you opt out", "since": "2026-11-01", "date_basis": "stated",
            "sources": [source, source], "text": "Product, tier: training went from “does not train” to “trains unless "
            "you opt out” on 2026-11-01, by Terms of Service, Vendor.",
        }
        for product in range(TOUCHED)
        for number in range(CHANGES)
    ]  # fmt: skip
    return {"new": {"version": "1.0.0", "as_of": "2026-11-22", "commit": None}, "changes": entries}


def fill(to: Settings, subscribers: int) -> None:
    """Write subscribers who follow one to five products each; one in a hundred follows all."""
    draw = random.Random(SEED)  # noqa: S311 drawn again from the same seed; nothing is secret
    with store.opened(to.database) as connection, store.transaction(connection):
        for number in range(subscribers):
            person = (number, f"key-{number}", f"person-{number}@example.com")
            connection.execute("insert into subscribers (subscriber_id, key, address) values (?, ?, ?)", person)
            followed = [f"product-{it}" for it in draw.sample(range(PRODUCTS), draw.randint(1, 5))]
            rows = [(number, it, it, NOW, NOW) for it in (["_all"] if draw.random() < 0.01 else followed)]  # noqa: PLR2004 one in a hundred
            connection.executemany("insert into follows values (?, ?, ?, ?, ?)", rows)


def prepare(folder: Path) -> None:
    """Prepare the notes of the release; what is measured, in a process of its own."""
    with store.opened(settings(folder).database) as connection:
        outbox.prepare(connection, changes(), NOW)


def compose(folder: Path) -> None:
    """Put together notes that are due and mark them: all that sending takes but the server."""
    to = settings(folder)
    sections = {}
    document = changes()
    with store.opened(to.database) as connection:
        for _ in range(COMPOSED):
            mail = outbox.next_due(connection, NOW)
            assert mail is not None
            for product_id in (told := outbox.products_told(connection, mail)):
                if product_id not in sections:
                    entries = [entry for entry in document["changes"] if entry["product_id"] == product_id]
                    sections[product_id] = section(to, product_id, entries)
            note(to, mail, [sections[product_id] for product_id in told], NOW).as_bytes()
            outbox.sent(connection, mail, NOW)


def _measure(task: str, folder: Path) -> Sample:
    return run([sys.executable, "-m", "benchmarks.alerts", "--task", task, "--folder", str(folder)])


@contextmanager
def _served(seconds: float) -> Iterator[int]:
    """Run a mail server that takes so long for a mail, in a process of its own; gives its port."""
    with subprocess.Popen([sys.executable, str(SERVER), str(seconds)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def _rates(subscribers: int, seconds: float) -> tuple[float, float, int]:
    """Return mails per second of `deliver`, of a bare client that sends the same bytes, and how many were sent.

    The server takes `seconds` for a mail.
    """
    with tempfile.TemporaryDirectory() as scratch, _served(seconds) as port:
        to = settings(Path(scratch), f"smtp://127.0.0.1:{port}?tls=none")
        fill(to, subscribers)
        prepare(Path(scratch))
        start = time.perf_counter()
        done = deliver(to, lambda: NOW, wait=True)
        taken = time.perf_counter() - start
        assert done is not None
        folder = settings(Path(scratch), str(Path(scratch) / "mails"))
        with store.opened(folder.database) as connection:
            connection.execute("update outbox set due_at = queued_at, sent_at = null")
        deliver(folder, lambda: NOW, wait=True)
        assert isinstance(folder.mail, Path)
        contents = [path.read_bytes() for path in folder.mail.glob("*.eml")]
        start = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as client:
            for content in contents:
                client.sendmail("alerts@example.org", ["person@example.com"], content)
        bare = time.perf_counter() - start
    return done.sent / taken, len(contents) / bare, done.sent


def _grown(sizes: list[int], samples: list[Sample]) -> str:
    if len(sizes) < 2:  # noqa: PLR2004 a line needs two points
        return ""
    return f"n^{linear_regression([log(it) for it in sizes], [log(it.seconds) for it in samples]).slope:.2f}"


@click.command(context_settings=CONTEXT)
@click.option("--subscribers", default="10000,30000,100000", show_default=True, help="How many, separated by commas.")
@click.option("--task", type=click.Choice(["prepare", "compose"]), hidden=True)
@click.option("--folder", type=click.Path(path_type=Path), hidden=True)
@reports_mistakes
def main(*, subscribers: str, task: str | None, folder: Path | None) -> None:
    """Measure preparing and putting together the notes of a release, and how fast they are sent.

    Example: python -m benchmarks.alerts --subscribers 10000,100000
    """
    if task and folder:
        {"prepare": prepare, "compose": compose}[task](folder)
        return
    sizes = [int(size) for size in subscribers.split(",")]
    samples: dict[str, list[Sample]] = {"prepare": [], "compose": []}
    notes = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            fill(settings(Path(scratch)), size)
            for name, taken in samples.items():
                taken.append(_measure(name, Path(scratch)))
            with store.opened(settings(Path(scratch)).database) as connection:
                notes.append(connection.execute("select count(*) from outbox").fetchone()[0])
    table = Table("subscribers", "notes", "prepare, s", "MB", f"put {COMPOSED:,} together and mark them, s", "MB")
    for size, count, first, second in zip(sizes, notes, samples["prepare"], samples["compose"], strict=True):
        cells = (first.seconds, first.megabytes, second.seconds, second.megabytes)
        table.add_row(f"{size:,}", f"{count:,}", *(f"{cell:,.1f}" for cell in cells))
    table.add_row("growth", "", _grown(sizes, samples["prepare"]), "", _grown(sizes, samples["compose"]))
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    for seconds in SERVERS:
        ours, bare, sent = _rates(MAILS, seconds)
        console.print(
            f"{sent:,} notes to a server that takes {seconds * 1000:.0f} ms for one: {ours:,.0f} a second; "
            f"a bare client, the same bytes: {bare:,.0f} a second."
        )


if __name__ == "__main__":
    main()
