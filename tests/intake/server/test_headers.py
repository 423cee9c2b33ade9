"""Every answer has the same protective headers, and none tells a version, a time or a visitor."""

import asyncio
import os
import re

import pytest

from intake.server.headers import ALWAYS, CONTENT_SECURITY_POLICY, NEVER
from tests.offices.server_process import ServerProcess, client

MALFORMED = [
    b"GARBAGE\r\n\r\n",
    b"GET /canary-path HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nbroken header canary\r\n\r\n",
    b"GET /" + b"c" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"c" * 20_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + b"\r\n",
    b"PUT /v1/envelopes/" + b"00" * 32 + b" HTTP/1.1\r\nHost: x\r\nContent-Length: canary\r\n\r\n",
    b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03canary",
    b"\x00\x01\x02 \x80 HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + b"canary",
    b"GET /canary\r\n",
    b"GET /canary HTTP/1.1\r\nHost: x\r\nUser-Agent: can",
    b"get /canary HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET  /canary  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /canary HTTP/1.1\nHost: x\n\n",
    b"C" * 70_000 + b" / HTTP/1.1\r\n\r\n",
    b"CONNECT canary:443 HTTP/1.1\r\nHost: canary\r\n\r\n",
    b"GET http://canary.example/canary HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"TRACE /canary HTTP/1.1\r\nHost: x\r\nX: canary\r\nConnection: close\r\n\r\n",
    b"PUT /v1/chunks/" + b"00" * 32 + b" HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"PUT /canary HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"PUT /canary HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\ncanary",
    b"PUT /canary HTTP/1.1\r\nTransfer-Encoding: canary\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: c\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\nHTTP2-Settings: canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nExpect: canary\r\nConnection: close\r\n\r\n",
]

PATIENCE_SECONDS = 2.0
"""What is no whole request gets no answer; it is not waited for longer."""


async def raw(server: ServerProcess, request: bytes) -> bytes:
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
    except TimeoutError:
        return b""
    finally:
        writer.close()


def headers_of(answer: bytes) -> dict[str, str]:
    head = answer.partition(b"\r\n\r\n")[0].decode()
    return dict(line.split(": ", 1) for line in head.splitlines()[1:])


def assert_headers_are_ours(headers: dict[str, str]) -> None:
    for name, value in ALWAYS.items():
        assert headers.get(name) == value
    for name in NEVER:
        assert name not in headers
    assert not re.search(r"aiohttp|python|\d\d:\d\d:\d\d", repr(headers), re.IGNORECASE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/no/such/page"),
        ("GET", "/v1/status"),
        ("GET", "/v1/directory"),
        ("GET", "/v1/keys/" + "00" * 32),
        ("GET", "/v1/board"),
        ("GET", "/v1/board/" + "00" * 32),
        ("GET", "/v1/none"),
        ("PUT", "/v1/envelopes/" + "00" * 32),
        ("PUT", "/v1/chunks/" + "00" * 32),
        ("DELETE", "/v1/status"),
        ("OPTIONS", "/v1/status"),
        ("BREW", "/"),
        ("GET", "//example.org/"),
        ("GET", "/en"),
    ],
)
async def test_every_answer_has_our_headers_and_no_others(
    shared_server: ServerProcess, method: str, path: str
) -> None:
    """Pages, the interface and errors alike; and nobody is sent elsewhere.

    Finding: Hush Line, embedding allowed by a null origin.
    Finding: Hush Line, open redirect.
    Finding: OnionShare, OTF-006 no content security policy.
    Finding: SecureDrop, a cookie and a cache hold codenames.
    """
    answer = await raw(
        shared_server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert_headers_are_ours(headers_of(answer))
    assert not answer.startswith(b"HTTP/1.1 3")


@pytest.mark.parametrize("request_bytes", MALFORMED)
async def test_malformed_requests_are_answered_alike_and_leave_no_trace(
    shared_server: ServerProcess, request_bytes: bytes
) -> None:
    """The answer is ours, repeats nothing of the request, and the log stays empty."""
    answer = await raw(shared_server, request_bytes)
    if answer:
        assert_headers_are_ours(headers_of(answer))
        assert b"canary" not in answer
        # Whatever it was asked for, it is no more than a page of the site, or a code.
        assert b'{"error":"' in answer or re.match(rb"HTTP/1.1 (200|404) ", answer)
    assert shared_server.log() == ""


async def test_a_broken_connection_leaves_no_trace(server: ServerProcess) -> None:
    """Who goes away in the middle of a body is not mentioned anywhere."""
    host, port = server.address.removeprefix("http://").split(":")
    for _ in range(20):
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"PUT /v1/envelopes/{'00' * 32} HTTP/1.1\r\nHost: x\r\nContent-Length: 32768\r\n\r\n"
        writer.write(head.encode() + os.urandom(1000))
        await writer.drain()
        writer.transport.abort()
    async with client(server) as http, http.get("/v1/status") as answer:
        assert answer.status == 200
    assert server.stop() == 0
    assert server.log() == ""


def test_the_policy_allows_own_sources_alone() -> None:
    """Scripts, styles and pictures come from here, everything else from nowhere.

    Finding: Hush Line, a policy that allowed scripts of others.
    """
    for directive in CONTENT_SECURITY_POLICY.split("; "):
        _, _, source = directive.partition(" ")
        assert source in ("'self'", "'none'")
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


async def test_no_answer_is_kept_by_caches(shared_server: ServerProcess) -> None:
    """Nothing of a visit stays on a disk on the way.

    Finding: WEBCAT, a security cache recognised visitors.
    """
    async with client(shared_server) as http:
        for path in ("/", "/v1/status", "/v1/directory", "/v1/board"):
            async with http.get(path) as answer:
                assert answer.headers["Cache-Control"] == "no-store"


async def test_pages_and_data_are_the_same_whatever_a_browser_has_of_them(
    shared_server: ServerProcess,
) -> None:
    """Nobody is told apart by what was kept: no dates, no tags, no parts are asked for or given."""
    asked = (
        b"",
        b'If-None-Match: "x"\r\nIf-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT\r\n',
        b"Range: bytes=0-9\r\n",
    )
    for path in (b"/", b"/v1/directory", b"/v1/board"):
        answers = {
            await raw(
                shared_server,
                b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more + b"\r\n",
            )
            for more in asked
        }
        assert len(answers) == 1
        assert answers.pop().startswith(b"HTTP/1.1 200 ")
