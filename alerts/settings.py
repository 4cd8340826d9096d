"""The settings, from the environment; docs/alerts.md says what each is for."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit

DATABASE = "ALERTS_DATABASE"
SITE = "ALERTS_SITE"
SECRET = "ALERTS_SECRET"  # noqa: S105 the name of a setting
FROM = "ALERTS_FROM"
MAIL = "ALERTS_MAIL"
PROXIES = "ALERTS_PROXIES"

SHORTEST_SECRET = 32  # characters
PORTS = {"smtp": 587, "smtps": 465}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """The alerts cannot run as they are set; the message names the setting and the remedy."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; `tls` is `starttls` (required), `tls` (from the first byte on) or `none` (on this machine)."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the alerts keep what they know, and how they reach people.

    `site` is the address of the site without a slash at its end, `secrets` sign the links, the last one new ones;
    `mail` is a server, or a folder in which every mail becomes a file; `proxies` are believed when they say whom they
    pass on.
    """

    database: Path
    site: str
    sender: Address
    mail: Server | Path
    proxies: tuple[Network, ...]
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def origin(self) -> str:
        """The site as browsers name it in `Origin`."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.site))


def from_environment(environment: Mapping[str, str]) -> Settings | None:
    """Return the settings, or None where ALERTS_DATABASE is not set: the alerts are off.

    Raises SettingsError where one is missing or makes no sense.
    """
    if not environment.get(DATABASE):
        return None
    for name in (SITE, SECRET):
        if not environment.get(name):
            raise SettingsError(f"{DATABASE} is set and {name} is not. Set both, or none to switch the alerts off.")
    database = Path(environment[DATABASE]).absolute()
    mail = _mail(environment.get(MAIL) or str(database.parent / "outbox"))
    if isinstance(mail, Server) and not environment.get(FROM):
        raise SettingsError(f"{MAIL} names a server and {FROM} is not set. Set it to the sender's address.")
    return Settings(
        database=database,
        site=_site(environment[SITE]),
        sender=_sender(environment.get(FROM) or "Does it train? <alerts@localhost>"),
        mail=mail,
        proxies=_proxies(environment.get(PROXIES, "")),
        secrets=_secrets(environment[SECRET]),
    )


def _site(value: str) -> str:
    parts = _split(SITE, value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise SettingsError(f"{SITE} is {value!r}. Write it as https://example.org")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise SettingsError(
            f"{SITE} is {value!r}. Links in mails must begin with https:// where others can follow them."
        )
    return value.rstrip("/")


def _secrets(value: str) -> tuple[str, ...]:
    secrets = tuple(value.split())
    if any(len(secret) < SHORTEST_SECRET for secret in secrets) or not secrets:
        raise SettingsError(
            f"{SECRET} must have at least {SHORTEST_SECRET} characters. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return secrets


def _sender(value: str) -> Address:
    try:
        header = SMTP.header_factory("From", value)
        (sender,) = header.addresses
    except (ValueError, IndexError, MessageError):  # of which the standard library raises any
        sender = None
    if sender is None or not sender.domain or header.defects or not value.isascii():
        raise SettingsError(f"{FROM} is {value!r}. Write it as: Does it train? <alerts@example.org>")
    return cast("Address", sender)


def _mail(value: str) -> Server | Path:
    if "://" not in value:
        return Path(value).absolute()
    parts = _split(MAIL, value)
    plain = parts.query == "tls=none"
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or (parts.query and not plain):
        raise SettingsError(
            f"{MAIL} is not understood. Write it as smtp://user:password@host:587, smtps://… or a folder."
        )
    if plain and not _is_here(parts.hostname):
        raise SettingsError(f"{MAIL} says tls=none, which is only safe with a server on this machine.")
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        tls="none" if plain else {"smtp": "starttls", "smtps": "tls"}[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _proxies(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in value.replace(",", " ").split())
    except ValueError as error:
        raise SettingsError(f"{PROXIES}: {error}. Write addresses or networks: 10.0.0.5, 10.1.0.0/16") from None


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise SettingsError(f"{name}: {error}.") from None
    return parts


def _is_here(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
