"""Where the office is, and through which proxy: read strictly from what a person typed.

A name is resolved by the proxy or not at all. So a proxy is named by digits, `socks5://` (which
leaves open who resolves) is refused, and an onion address without a proxy is too: looking it up
would tell the whole network which office somebody wants to reach.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ground.languages import gettext as _
from ground.shell.refusals import UsageError

__all__ = ["Proxy", "is_onion", "read_proxy", "read_server"]

_OWN_PORTS: Final = {"http": 80, "https": 443}
_SERVER_EXAMPLE: Final = "https://intake.example.org, http://127.0.0.1:8080"
_PROXY_EXAMPLE: Final = "--proxy socks5h://127.0.0.1:9050"
_HOST_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


@dataclass(frozen=True)
class Proxy:
    """A SOCKS5 proxy at an IP address, which gets names as they are."""

    host: str
    port: int


def read_server(text: str) -> str:
    """Return the origin of an office's server, as a directory writes it: `https://example.org`.

    UsageError, in words, where it is none; so does `read_proxy`.
    """
    parts, host, port = _split(text, _("the server's address"), _SERVER_EXAMPLE)
    if parts.scheme not in _OWN_PORTS or parts.path not in ("", "/"):
        raise UsageError(
            _("the server's address has the form http://HOST or https://HOST:PORT, without a path"),
            _SERVER_EXAMPLE,
        )
    if port is None or port == _OWN_PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def read_proxy(text: str) -> Proxy:
    """Return the proxy of `socks5h://127.0.0.1:9050`."""
    parts, host, port = _split(text, _("the proxy"), _PROXY_EXAMPLE)
    if parts.scheme == "socks5":
        raise UsageError(
            _(
                "write socks5h:// instead of socks5://, so that the proxy resolves names, nobody"
                " else"
            ),
            _PROXY_EXAMPLE,
        )
    if parts.scheme != "socks5h" or port is None or parts.path not in ("", "/"):
        raise UsageError(_("the proxy has the form socks5h://HOST:PORT"), _PROXY_EXAMPLE)
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        return Proxy(str(ipaddress.ip_address(host)), port)
    except ValueError:
        raise UsageError(
            _(
                "write the proxy's address in digits: its name would have to be looked up outside"
                " it"
            ),
            _PROXY_EXAMPLE,
        ) from None


def is_onion(origin: str) -> bool:
    """Tell whether a server can be reached through Tor alone."""
    return (urlsplit(origin).hostname or "").endswith(".onion")


def _split(text: str, what: str, example: str) -> tuple[SplitResult, str, int | None]:
    """Return the parts of an address, its host as in an origin, and its port."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        if host and ":" in host:
            host = f"[{ipaddress.IPv6Address(host)}]"
    except ValueError:
        raise UsageError(_("{what} is not an address").format(what=what), example) from None
    if not host or parts.query or parts.fragment or "@" in parts.netloc:
        message = _("{what} is not an address of scheme, host and port alone").format(what=what)
        raise UsageError(message, example)
    if not host.startswith("[") and not _HOST_LETTERS.issuperset(host):
        raise UsageError(_("{what} must be written in Latin letters (xn--…)").format(what=what))
    if host.endswith("."):
        # `office.onion.` would be looked up like any other name.
        raise UsageError(_("{what} ends with a dot: leave it out").format(what=what))
    return parts, host, port
