"""Fixtures: a mail server that demands STARTTLS and AUTH, and alerts that use it."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from alerts.settings import Settings
from tests.mailing import PASSWORD, USER, Mailbox, certificate, served, settings


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mailbox(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    context, trusted = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with served(Mailbox(), context) as mailbox:
        yield mailbox


@pytest.fixture
def to(mailbox: Mailbox, tmp_path: Path) -> Settings:
    """Alerts that send to the server."""
    return settings(tmp_path, ALERTS_MAIL=f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{mailbox.port}")
