"""The answers of the interface: bodies as SPEC 11 has them, errors as a code in JSON."""

import json
from typing import Final

from aiohttp import web

from intake.errors import IntakeError

BINARY: Final = "application/octet-stream"


class Denied(IntakeError):  # noqa: N818 - as with Refusal
    """A request that is answered with an error: a status and one of the codes of SPEC 11.

    Raised by handlers, answered by `app`. It holds nothing of the request.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def stored() -> web.Response:
    """Say that it is durable: the same for what is new and what was known."""
    return web.Response(status=204)


def data(body: bytes) -> web.Response:
    """Bytes as they are."""
    return web.Response(body=body, content_type=BINARY)


def value(members: object, status: int = 200) -> web.Response:
    """Return a value as JSON."""
    body = json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def error(status: int, code: str) -> web.Response:
    """Return an error, as its code alone."""
    return value({"error": code}, status)
