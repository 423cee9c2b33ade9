"""The answers of the interface: bodies as SPEC 11 has them, errors as a code in JSON."""

import json
from typing import Final

from aiohttp import web

BINARY: Final = "application/octet-stream"
JSON: Final = "application/json"


def stored() -> web.Response:
    """Say that it is durable: the same for what is new and what was known."""
    return web.Response(status=204)


def data(body: bytes, content_type: str = BINARY) -> web.Response:
    """Bytes as they are."""
    return web.Response(body=body, content_type=content_type)


def encoded(
    request: web.BaseRequest,
    content_type: str,
    plain: bytes,
    compressed: bytes | None,
    status: int = 200,
) -> web.Response:
    """Return bytes, compressed where they are and the client takes that."""
    headers = {"Content-Type": content_type, "Vary": "Accept-Encoding"}
    if compressed is None or not _takes_gzip(request.headers.get("Accept-Encoding", "")):
        return web.Response(status=status, body=plain, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return web.Response(status=status, body=compressed, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip: RFC 9110, 12.5.3."""
    for entry in accepted.lower().split(","):
        coding, _, parameter = entry.partition(";")
        if coding.strip() == "gzip":
            weight = parameter.replace(" ", "").removeprefix("q=") or "1"
            return weight.strip("0.") != ""
    return False


def value(members: object, status: int = 200) -> web.Response:
    """Return a value as JSON."""
    body = json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()
    return web.Response(status=status, body=body, content_type=JSON)


def error(status: int, code: str) -> web.Response:
    """Return an error, as its code alone."""
    return value({"error": code}, status)
