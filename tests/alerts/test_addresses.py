"""Addresses of mailboxes, and of the machines that ask."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.addresses import LONGEST, canonical, client

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("  Anna.B+x@Example.COM ", "Anna.B+x@example.com"),
        ("anna@bücher.de", "anna@xn--bcher-kva.de"),
        ("anna@例え.jp", "anna@xn--r8jz45g.jp"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_an_address_is_written_in_one_form(typed: str, written: str) -> None:
    assert canonical(typed) == written


@pytest.mark.parametrize(
    "typed",
    [
        "", "anna", "anna@", "@example.com", "anna@example", "anna@localhost", "ännä@example.com",
        "a@example.com, b@example.com", "a@example.com;b@example.com", '"a b"@example.com', "a@[127.0.0.1]",
        "a@example.com\r\nBcc: b@example.com", "a@example.com\nBcc: b@example.com", "a\0@example.com",
        "a@exam\u2028ple.com", "Anna <anna@example.com>",
        "a@example.com%0aBcc:b@example.com", "a" * LONGEST + "@example.com",
        "a@-example.com", "a..b@example.com", "a@example.test",
    ],
)  # fmt: skip
def test_what_is_no_address_is_none(typed: str) -> None:
    assert canonical(typed) is None


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=20))
def test_an_address_has_no_room_for_another_header(typed: str) -> None:
    for text in (f"{typed}@example.com", f"a@{typed}.com", f"a@example.com{typed}"):
        found = canonical(text)
        assert found is None or (found.isascii() and found.isprintable() and " " not in found and found.count("@") == 1)
        assert found is None or canonical(found) == found


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # said by a stranger
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),  # the first was said by the visitor
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, nonsense"], "unknown"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], "unknown"),
        ("testclient", [], "unknown"),
    ],
)
def test_the_machine_that_asks_is_the_first_that_no_proxy_of_ours_vouches_for(
    peer: str | None, forwarded: list[str], network: str
) -> None:
    assert client(peer, forwarded, PROXIES) == network


def test_no_proxy_is_trusted_unless_it_is_set() -> None:
    assert client("127.0.0.1", ["198.51.100.1"], ()) == "127.0.0.1"
