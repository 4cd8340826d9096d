"""How fast the site answers, beside Datasette's own pages and beside the limits: ``python -m benchmarks.site``."""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from scripts.build import DATABASE, build
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError
from scripts.instance import write_instance

PROJECT = Path(__file__).resolve().parent.parent
WIDTH = 150  # columns of the output where it does not go to a terminal
CONNECTIONS = (1, 8, 32)
PRODUCT = "claude"
TABLE = "/does-it-train/events?_size=50"
STARTED = 20.0  # seconds within which a server must answer
# Each request as if from another address, as uvicorn takes it from a proxy on this machine: of one address the site
# answers one request for SQL or tables at a time, and here many readers are meant.
READERS = """
local n = 0
request = function()
  n = n + 1
  wrk.headers["X-Forwarded-For"] = "10.0." .. math.floor(n / 250) % 250 .. "." .. n % 250
  return wrk.format()
end
"""
SERVE = """
import pathlib, sys
from scripts.serve import _listen, _serve
with _listen("127.0.0.1", int(sys.argv[2])) as listener:
    _serve(pathlib.Path(sys.argv[1]), listener)
"""
# The least that a server of this kind does: the bytes of the product page, from memory.
BARE = """
import pathlib, sys, uvicorn
body = pathlib.Path(sys.argv[1]).read_bytes()
headers = [(b"content-type", b"text/html"), (b"content-encoding", b"gzip")]
headers.append((b"content-length", str(len(body)).encode()))
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", lifespan="off")
"""
NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; open_file_cache max=8; keepalive_requests 10000000;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Contest:
    """What is asked for: an address, and whether the request tells the ETag that it has."""

    name: str
    title: str
    address: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """What a run gave: good answers per second, the ms within which half and 99 % came, the share turned away."""

    requests: float
    half: float
    nearly_all: float
    refused: float


Results = dict[tuple[str, int], list[Rate]]


@contextlib.contextmanager
def served(command: Sequence[str], port: int, path: str = "/") -> Iterator[str]:
    """Run a server until the end of the block; gives its address once it answers there."""
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(process, port, path)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)


def load(contest: Contest, connections: int, seconds: int, script: Path) -> Rate:
    """Ask for one address over and over; raises CannotRunError where a connection breaks."""
    headers = ["-H", "Accept-Encoding: gzip"]
    if contest.known:
        headers += ["-H", f"If-None-Match: {_get(contest.address)[0]}"]
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "20s",
        "--latency",
        "-s",
        str(script),
        *headers,
    ]
    said = subprocess.run([*command, contest.address], capture_output=True, text=True, check=True).stdout
    if broken := re.search(r"Socket errors: .*", said):
        raise CannotRunError(f"{contest.title} at {connections} connections: {broken[0]}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    answered = re.search(r"(\d+) requests in", said)
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    assert found
    assert answered
    share = int(refused[1]) / int(answered[1]) if refused else 0.0
    return Rate(float(found[1]) * (1 - share), _milliseconds(said, "50%"), _milliseconds(said, "99%"), share)


def contests(site: str, plain: str, bare: str, nginx: str | None) -> list[Contest]:
    """Return what is measured: of the site, of the same Datasette without what guards it, and of the limits."""
    page = f"{site}/products/{PRODUCT}"
    found = [
        Contest("product", "product page", page),
        Contest("known", "product page, known to the reader (304)", page, known=True),
        Contest("home", "home", f"{site}/"),
        Contest("json", "product as JSON", f"{page}.json"),
        Contest("badge", "badge", f"{page}.svg"),
        Contest("table", "stock table page", f"{site}{TABLE}"),
        Contest("table-plain", "the same, without the guard", f"{plain}{TABLE}"),
        Contest("constant", "a route of Datasette that returns a constant", f"{site}/healthz"),
        Contest("bare", "uvicorn alone, the bytes of the product page", f"{bare}/"),
    ]
    return [*found, Contest("nginx", "nginx, the same bytes", f"{nginx}/page.gz")] if nginx else found


def rates_table(wanted: Sequence[Contest], results: Results) -> Table:
    """Return one row per contest: requests per second and latencies at each number of connections."""
    table = Table(title="requests per second, and ms for 50 % / 99 % of them; medians")
    table.add_column("connections")
    for number in CONNECTIONS:
        table.add_column(str(number), justify="right")
        table.add_column("ms", justify="right", style="dim")
    for contest in wanted:
        cells: list[str] = []
        for number in CONNECTIONS:
            rate = middle(results[contest.name, number])
            away = f" ({rate.refused:.0%} turned away)" if rate.refused else ""
            cells += [f"{rate.requests:,.0f}{away}", f"{rate.half:.1f} / {rate.nearly_all:.1f}"]
        table.add_row(contest.title, *cells)
    return table


def targets_table(results: Results) -> Table:
    """Return the targets, each with what it is; they are set for the largest number of connections."""
    most = CONNECTIONS[-1]
    rate = {name: middle(rates).requests for (name, number), rates in results.items() if number == most}
    table = Table("target, at 32 connections", "must be", "is", "")
    quotient = rate["product"] / rate["table"]
    table.add_row("product page / stock table page", "at least 20", f"{quotient:.0f}", _verdict(met=quotient >= 20))  # noqa: PLR2004 the target
    quotient = rate["constant"] / rate["product"]
    table.add_row("constant route / product page", "at most 1.5", f"{quotient:.2f}", _verdict(met=quotient <= 1.5))  # noqa: PLR2004 the target
    for name, title in (("bare", "uvicorn alone"), ("nginx", "nginx")):
        if name in rate:
            table.add_row(f"{title} / product page", "", f"{rate[name] / rate['product']:.2f}", "the limit")
    return table


def middle(rates: Sequence[Rate]) -> Rate:
    """Return the medians of several runs."""
    return Rate(*map(median, zip(*((it.requests, it.half, it.nearly_all, it.refused) for it in rates), strict=True)))


def _verdict(*, met: bool) -> str:
    return "met" if met else "missed"


def _milliseconds(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[found[2]]


def _get(address: str) -> tuple[str, bytes]:
    """Return ETag and body of an answer, compressed as a browser gets it."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310 of a server started here
    with urllib.request.urlopen(request) as answer:  # noqa: S310 likewise
        return answer.headers["ETag"] or "", answer.read()


def _await(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + STARTED
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            _get(f"http://127.0.0.1:{port}{path}")
            return
        time.sleep(0.05)
    raise CannotRunError(f"{process.args!r} does not answer on port {port}.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def _servers(root: Path, scratch: Path) -> Iterator[list[Contest]]:
    """Build the site, start it and what it is measured beside, and give what is to be measured."""
    if not build(root, scratch / "dist").clean:
        raise CannotRunError("the check finds something. Run it, and mend that first.")
    for name in ("site", "plain"):
        (scratch / name).mkdir()
        write_instance(scratch / "dist" / DATABASE, scratch / name)
    (scratch / "plain" / "plugins" / "guard.py").unlink()
    ports = [_free_port() for _ in range(4)]
    with contextlib.ExitStack() as stack:

        def start(port: int, *command: str, path: str = "/healthz") -> str:
            return stack.enter_context(served(command, port, path))

        site = start(ports[0], sys.executable, "-c", SERVE, str(scratch / "site"), str(ports[0]))
        plain = start(ports[1], sys.executable, "-c", SERVE, str(scratch / "plain"), str(ports[1]))
        page = scratch / "page.gz"
        page.write_bytes(_get(f"{site}/products/{PRODUCT}")[1])
        bare = start(ports[2], sys.executable, "-c", BARE, str(page), str(ports[2]))
        nginx = None
        if shutil.which("nginx"):
            settings = scratch / "nginx.conf"
            settings.write_text(NGINX.format(folder=scratch, port=ports[3]), encoding="utf-8")
            nginx = start(ports[3], "nginx", "-p", str(scratch), "-c", str(settings), path="/page.gz")
        else:
            click.echo("nginx is not on the PATH and is left out.", err=True)
        yield contests(site, plain, bare, nginx)


@click.command(context_settings=CONTEXT)
@root_option
@click.option("--seconds", type=click.IntRange(1, 30), default=2, show_default=True, help="Length of each run.")
@click.option("--repeat", type=click.IntRange(1, 20), default=3, show_default=True, help="Rounds of runs.")
@reports_mistakes
def main(*, root: Path, seconds: int, repeat: int) -> None:
    """Measure the site on this machine: pages, JSON and badge at 1, 8 and 32 connections, in one process.

    Needs wrk, and nginx for the limit. Traffic goes to 127.0.0.1 alone.

    Example: python -m benchmarks.site --seconds 2 --repeat 3
    """
    if not shutil.which("wrk"):
        raise CannotRunError("wrk is not on the PATH. Install it, for example with: apt-get install wrk")
    results: Results = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)  # nginx reads as another user
        script = scratch / "readers.lua"
        script.write_text(READERS, encoding="utf-8")
        with _servers(root, scratch) as wanted:
            for _ in range(repeat):
                for connections in CONNECTIONS:
                    for contest in wanted:
                        rate = load(contest, connections, seconds, script)
                        results.setdefault((contest.name, connections), []).append(rate)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(rates_table(wanted, results))
    console.print(targets_table(results))


if __name__ == "__main__":
    main()
