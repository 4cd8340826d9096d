"""`serve` builds, says where it serves, and answers there."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts import serve
from tests.conftest import PROJECT, Ledger


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scripts.serve", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_serves_the_site_at_the_address_it_prints(ledger: Ledger, tmp_path: Path) -> None:
    with run("--root", str(ledger.root), "--out", str(tmp_path / "dist"), "--port", "0") as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.fullmatch(r"serving (http://127\.0\.0\.1:\d+/)\n", said)
        assert address, said + process.stderr.read() if process.stderr else said
        with urllib.request.urlopen(address[1] + "products/parrot") as answer:  # noqa: S310 the address just printed
            page = answer.read().decode()
        process.terminate()
    assert "Does Parrot train on your data?" in page


def test_serves_nothing_when_the_check_finds_something(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set("tiers", "parrot-free", "dpa", "included")
    result = CliRunner().invoke(serve.main, ["--root", str(ledger.root), "--out", str(tmp_path / "dist")])
    assert result.exit_code == 1
    assert "EVT001" in result.stderr


@pytest.mark.parametrize("option", [["--open"], []])
def test_serves_findings_when_told_to_and_opens_the_browser_only_then(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(serve.webbrowser, "open", opened.append)
    monkeypatch.setattr(serve, "_serve", lambda *_: None)
    ledger.set("tiers", "parrot-free", "dpa", "included")
    arguments = [
        "--root",
        str(ledger.root),
        "--out",
        str(tmp_path / "dist"),
        "--port",
        "0",
        "--allow-findings",
        *option,
    ]
    result = CliRunner().invoke(serve.main, arguments)
    assert result.exit_code == 0, result.output
    assert opened == ([result.stdout.split()[-1]] if option else [])


def test_a_port_in_use_is_said_in_a_sentence(ledger: Ledger, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ["--root", str(ledger.root), "--out", str(tmp_path / "dist"), "--port", port]
        result = CliRunner().invoke(serve.main, arguments)
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert "Choose another --port" in result.stderr
