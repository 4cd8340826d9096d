"""The settings: off unless set, and an error that names the setting and the remedy."""

import ipaddress
from pathlib import Path

import pytest

from alerts.settings import Server, SettingsError, from_environment
from tests.mailing import environment, settings


def test_without_a_database_the_alerts_are_off() -> None:
    assert from_environment({}) is None
    assert from_environment({"ALERTS_DATABASE": "", "ALERTS_SITE": "nonsense"}) is None


def test_a_newcomer_needs_no_server(tmp_path: Path) -> None:
    three = {name: environment(tmp_path)[f"ALERTS_{name}"] for name in ("DATABASE", "SITE", "SECRET")}
    found = from_environment({f"ALERTS_{name}": value for name, value in three.items()})
    assert found is not None
    assert (found.mail, str(found.sender), found.proxies) == (
        tmp_path / "outbox", "Does it train? <alerts@localhost>", (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "server"),
    [
        ("smtp://mail.example.org", Server("mail.example.org", 587, "starttls")),
        ("smtp://a%40b:p%2Fw@mail.example.org:25", Server("mail.example.org", 25, "starttls", "a@b", "p/w")),
        ("smtps://u:p@mail.example.org/", Server("mail.example.org", 465, "tls", "u", "p")),
        ("smtp://localhost:25?tls=none", Server("localhost", 25, "none")),
        ("smtp://[::1]:25?tls=none", Server("::1", 25, "none")),
    ],
)
def test_a_server_is_one_address(tmp_path: Path, value: str, server: Server) -> None:
    assert settings(tmp_path, ALERTS_MAIL=value).mail == server


def test_proxies_are_addresses_or_networks(tmp_path: Path) -> None:
    assert settings(tmp_path, ALERTS_PROXIES="10.0.0.5, fd00::/8").proxies == (
        ipaddress.ip_network("10.0.0.5/32"),
        ipaddress.ip_network("fd00::/8"),
    )


def test_the_origin_is_the_site_without_its_path(tmp_path: Path) -> None:
    found = settings(tmp_path, ALERTS_SITE="https://example.org/trains/")
    assert (found.site, found.origin) == ("https://example.org/trains", "https://example.org")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE", ""),
        ("SITE", "example.org"),
        ("SITE", "ftp://example.org"),
        ("SITE", "http://example.org"),
        ("SITE", "https://example.org?x=1"),
        ("SITE", "https://user@example.org"),
        ("SITE", "https://example.org:port"),
        ("SITE", "https://[example.org"),
        ("SECRET", ""),
        ("SECRET", "   "),
        ("SECRET", "short"),
        ("SECRET", "x" * 32 + " short"),
        ("FROM", "nobody"),
        ("FROM", "Ä <a@example.org>"),
        ("FROM", "a@example.org, b@example.org"),
        ("FROM", "a@example.org\nBcc: b@example.org"),
        ("FROM", "alerts@"),
        ("MAIL", "imap://example.org"),
        ("MAIL", "smtp://"),
        ("MAIL", "smtp://example.org/path"),
        ("MAIL", "smtp://example.org?tls=maybe"),
        ("MAIL", "smtp://example.org?tls=none"),
        ("MAIL", "smtp://example.org:99999"),
        ("PROXIES", "everyone"),
        ("PROXIES", "10.0.0.1/8"),
    ],
)
def test_a_setting_that_cannot_work_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ALERTS_{name}"):
        settings(tmp_path, **{f"ALERTS_{name}": value})


def test_a_server_needs_a_sender(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ALERTS_FROM is not set"):
        settings(tmp_path, ALERTS_MAIL="smtp://example.org", ALERTS_FROM="")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path, ALERTS_SECRET="s" * 40, ALERTS_MAIL="smtp://u:hidden@example.org"))
    assert "sss" not in shown
    assert "hidden" not in shown
