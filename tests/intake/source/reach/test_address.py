"""Addresses of servers and proxies, read strictly from what a person typed."""

import pytest

from ground.shell.refusals import UsageError
from intake.source.reach.address import Proxy, is_onion, read_proxy, read_server


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://Intake.Example.ORG/", "https://intake.example.org"),
        ("https://intake.example.org:443", "https://intake.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://[0:0::1]:8080", "http://[::1]:8080"),
    ],
)
def test_address_becomes_an_origin(typed: str, origin: str) -> None:
    assert read_server(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "intake.example.org",
        "ftp://intake.example.org",
        "https://intake.example.org/report",
        "https://user@intake.example.org",
        "https://intake.example.org?x",
        "https://пример.рф",
        "http://host:99999",
        "http://[zz]",
        "",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_server(typed)


def test_proxy_is_named_by_digits() -> None:
    assert read_proxy("socks5h://127.0.0.1:9050") == Proxy("127.0.0.1", 9050)
    assert read_proxy("socks5h://localhost:9150") == Proxy("127.0.0.1", 9150)
    assert read_proxy("socks5h://[::1]:9050") == Proxy("::1", 9050)
    for typed in ("socks5://127.0.0.1:9050", "http://127.0.0.1:8080", "socks5h://tor:9050"):
        with pytest.raises(UsageError):
            read_proxy(typed)


def test_onion_addresses_are_known_by_their_end() -> None:
    assert is_onion("http://abc.onion:8080")
    assert not is_onion("http://onion.example.org")
