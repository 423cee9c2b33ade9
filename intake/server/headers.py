"""The headers of every answer, and those that no answer has."""

from collections.abc import Mapping
from typing import Final

from multidict import CIMultiDict

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Own scripts, styles and pictures, own connections and forms, and nothing else whatever."""

ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
        " microphone=(), midi=(), payment=(), usb=()"
    ),
    # Nothing of a visit stays on the disk of the visitor's device, nor in a cache on the way.
    "Cache-Control": "no-store",
}

NEVER: Final = ("Server", "Date", "Last-Modified", "ETag", "Set-Cookie", "Location")
"""No version, no clock, nothing that recognises a visitor or sends one elsewhere."""


def finish(headers: "CIMultiDict[str]") -> None:
    """Give an answer the headers of all, and take away what no answer has."""
    for name in NEVER:
        headers.popall(name, None)
    headers.update(ALWAYS)
