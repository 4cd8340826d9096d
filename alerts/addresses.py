"""Addresses: of mailboxes, and of the machines that ask."""

import ipaddress
from collections.abc import Iterable, Sequence

from email_validator import EmailNotValidError, validate_email

from alerts.settings import Network

LONGEST = 254  # characters of an address, RFC 5321 4.5.3.1.3 less the brackets
V6_HOME = 64  # bits: what one home or one server gets of IPv6


def canonical(text: str) -> str | None:
    """Return a mailbox's address in the form that it is written to, or None where it is none.

    The domain comes in lower case and in ASCII (IDNA). A local part beyond ASCII is none, since many servers still
    refuse it (RFC 6531), and neither is a quoted one, nor a domain that is reserved.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email or None


def mailbox(address: str) -> str:
    """Return what all spellings of an address have in common that may reach one mailbox.

    Case, what stands behind `+`, and dots are dropped. Two people may share it; only limits are counted by it.
    """
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.split('+', 1)[0].replace('.', '')}@{domain}"


def client(peer: str | None, forwarded: Iterable[str], proxies: Sequence[Network]) -> str:
    """Return the network of the machine that asks: its IPv4 address, or 64 bits of its IPv6 address.

    `forwarded` are the values of `X-Forwarded-For`. They are believed from the right to the left for as long as each
    machine is one of the `proxies`, so that what a visitor puts there counts for nothing.
    """
    hops = [part.strip() for value in forwarded for part in value.split(",")]
    machine = _machine(peer or "")
    while hops and machine is not None and any(machine in network for network in proxies):
        machine = _machine(hops.pop())
    if machine is None:
        return "unknown"
    return str(machine) if machine.version == 4 else str(ipaddress.ip_network((machine, V6_HOME), strict=False))  # noqa: PLR2004 IPv4


def _machine(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        machine = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    return getattr(machine, "ipv4_mapped", None) or machine
