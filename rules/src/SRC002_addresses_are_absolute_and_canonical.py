"""
title: addresses are absolute http(s) addresses in canonical form
why: A `javascript:` address would run on the reader's machine; a tracking or language parameter makes two
  documents of one.
fix: Copy the address from the browser's address bar, and cut off tracking and language parameters.
bad: `javascript:alert(1)`, `https://Example.com/?utm_source=x`
good: `https://example.com/`
severity: error
reads: vendors, products, sources
run: always
mends: yes
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rules import Context, Place

COLUMNS = (("vendors", "website"), ("products", "website"), ("sources", "url"), ("sources", "archived_url"))
TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid")
# `hl` and `lang` choose the language a page is shown in, not the page.
LANGUAGE = {"hl", "lang", "locale"}


def find(context: Context) -> Iterator[Place]:
    """Yield the addresses that are not absolute http(s), or not in their one canonical form."""
    for name, column in COLUMNS:
        table = context.dataset.table(name)
        for row in table.rows:
            if row[column]:
                detail, expected = _judge(row[column], archived=column == "archived_url")
                if detail:
                    yield Place(table.spec.path, row.line, column, table.key(row), detail, expected=expected)


def _judge(url: str, *, archived: bool) -> tuple[str, str | None]:
    """Say what is wrong with an address and, where that is certain, its canonical form."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the address cannot be understood", None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or "." not in host:
        return f'"{url[:80]}" is not a full address that starts with https:// or http://', None
    if parts.username is not None or parts.password is not None:
        return "the address holds a user name or password", None
    forbidden = next((sign for sign in url if not sign.isascii() or sign in '<>"{}|\\^` '), "")
    if forbidden:
        return f'the address holds "{forbidden}", which must be percent-encoded', None
    if archived:
        return "", None
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _noise(key)]
    kept = parts.query if len(query) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(query)
    default_port = {"http": 80, "https": 443}[parts.scheme]
    netloc = host if port in {None, default_port} else f"{host}:{port}"
    canonical = urlunsplit((parts.scheme, netloc, parts.path, kept, parts.fragment))
    if canonical != url:
        return f"the address is not canonical; it should be {canonical}", canonical
    return "", None


def _noise(parameter: str) -> bool:
    return parameter in LANGUAGE or parameter.startswith(TRACKING)
