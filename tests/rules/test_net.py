"""The rules that leave the machine, on a server of our own; nothing leaves the machine here."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts.check import check
from tests.conftest import Ledger


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/there")
        elif self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
        elif self.path == "/garbage":
            self.wfile.write(b"garbage\r\n\r\n")
            return
        else:
            self.send_response(int(self.path[1:]) if self.path[1:].isdigit() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{pages.server_port}"
        pages.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def served(ledger: Ledger, server: str) -> Ledger:
    """The small ledger with addresses that answer, and none to an archive."""
    for row in ledger.open().table("sources").rows:
        ledger.set("sources", row["source_id"], "url", f"{server}/there")
        ledger.set("sources", row["source_id"], "archived_url", "")
    return ledger


def found(ledger: Ledger, rule: str) -> list[tuple[int, str, str, str]]:
    report = check(ledger.open(), rules=[rule])
    assert report.rules_run == (rule,)
    assert {finding.rule for finding in report.findings} <= {rule}
    return [(finding.line, finding.column, finding.key, finding.message) for finding in report.findings]


def test_net001_every_address_answers(served: Ledger, server: str) -> None:
    served.set("sources", "acme-privacy-2025", "url", f"{server}/moved")
    assert found(served, "NET001") == []


def test_net001_an_address_does_not_answer(served: Ledger, server: str, closed_port: str) -> None:
    served.set("sources", "acme-commercial-2025-06", "url", f"{server}/404")
    served.set("sources", "acme-docs-2025-03", "url", f"{closed_port}/there")
    served.set("sources", "acme-post-2025-08", "url", f"{server}/garbage")
    served.set("sources", "acme-post-2025-12", "url", f"{server}/away")
    served.set("sources", "acme-privacy-2025", "url", f"{server}/with space")
    served.set("sources", "tattler-2025-06", "url", "http:///there")
    assert found(served, "NET001") == [
        (2, "url", "acme-commercial-2025-06", f"{server}/404 answers with status 404"),
        (3, "url", "acme-docs-2025-03", f"{closed_port}/there cannot be reached (Connection refused)"),
        (4, "url", "acme-post-2025-08", f"{server}/garbage cannot be reached (BadStatusLine)"),
        (5, "url", "acme-post-2025-12", f"{server}/away answers with status 302"),
        (6, "url", "acme-privacy-2025", f"{server}/with space cannot be reached (InvalidURL)"),
        (7, "url", "tattler-2025-06", "http:///there cannot be reached (no host given)"),
    ]


def test_net001_asks_web_servers_alone(served: Ledger) -> None:
    served.set("sources", "acme-privacy-2025", "url", "file:///etc/hostname")
    assert found(served, "NET001") == []


def test_net002_archived_copies_answer_or_not(served: Ledger, server: str) -> None:
    served.set("sources", "acme-privacy-2025", "archived_url", f"{server}/there")
    assert found(served, "NET002") == []
    served.set("sources", "acme-privacy-2025", "archived_url", f"{server}/410")
    assert found(served, "NET002") == [
        (6, "archived_url", "acme-privacy-2025", f"{server}/410 answers with status 410")
    ]
