"""How often something may be asked for: counted by keyed hashes, which are dropped when they no longer count."""

import hashlib
import hmac
import sqlite3

from alerts import DAY, HOUR
from alerts.settings import Settings

# By what is counted: how many, in how many seconds.
LIMITS = {
    "client": ((10, HOUR), (30, DAY)),
    "mailbox": ((3, DAY), (10, 30 * DAY)),
}


def allow(connection: sqlite3.Connection, settings: Settings, kind: str, value: str, now: int) -> bool:
    """Say whether `value` (a network or a mailbox) may ask once more, and if so count it."""
    key = _key(settings.secrets[-1], kind, value)
    count = "select count(*) from attempts where key = ? and at > ?"
    if any(connection.execute(count, [key, now - span]).fetchone()[0] >= most for most, span in LIMITS[kind]):
        return False
    kept = max(span for _, span in LIMITS[kind])
    connection.execute("insert into attempts (key, at, until) values (?, ?, ?)", [key, now, now + kept])
    return True


def forget(connection: sqlite3.Connection, settings: Settings, kind: str, value: str) -> None:
    """Drop what was counted of `value`."""
    for secret in settings.secrets:
        connection.execute("delete from attempts where key = ?", [_key(secret, kind, value)])


def _key(secret: str, kind: str, value: str) -> str:
    return hmac.digest(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]
