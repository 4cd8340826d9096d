"""Signed links: each says whom it is for and what it may do, and nobody else can make one."""

import hashlib

from itsdangerous import BadSignature, TimestampSigner

from alerts import DAY, HOUR
from alerts.settings import Settings

# What a link is for, and how long it works. One that only ends things works as long as the subscription lives.
AGES: dict[str, int | None] = {"confirm": 48 * HOUR, "manage": 30 * DAY, "unsubscribe": None}
LONGEST = 300  # characters


class _Signer(TimestampSigner):
    """A signer to whom the time is told."""

    def __init__(self, settings: Settings, purpose: str, now: int) -> None:
        super().__init__(
            list(settings.secrets), salt=f"alerts.{purpose}", sep="~", digest_method=staticmethod(hashlib.sha256)
        )
        self.now = now

    def get_timestamp(self) -> int:
        return self.now


def link(settings: Settings, purpose: str, subject: str, now: int) -> str:
    """Return the address of the page that does `purpose` for `subject`: a subscriber's key and what else counts."""
    return f"{settings.site}/alerts/{purpose}/{token(settings, purpose, subject, now)}"


def token(settings: Settings, purpose: str, subject: str, now: int) -> str:
    """Return the part of such an address that is signed."""
    return _Signer(settings, purpose, now).sign(subject).decode()


def subject_of(settings: Settings, purpose: str, token: str, now: int) -> str | None:
    """Return whom a token is for, or None where it was not made here, for something else, or too long ago."""
    if len(token) > LONGEST:
        return None
    try:
        return _Signer(settings, purpose, now).unsign(token, max_age=AGES[purpose]).decode()
    except BadSignature:
        return None
