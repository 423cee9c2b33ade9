"""What a server that is not ours, or not itself, may answer a source's client."""

import pytest

from crypto.names import Day
from intake.source.reach.api import Admission, ServerError, Status, read_error_code, read_status


def test_a_status_is_read() -> None:
    body = b'{"day":20800,"envelopes":{"open":true},"chunks":{"open":false,"reason":"full"}}'
    assert read_status(body) == Status(Day(20_800), Admission(True, ""), Admission(False, "full"))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 4000,
        b'{"day":Infinity,"envelopes":{"open":true},"chunks":{"open":true}}',
        b'{"day":true,"envelopes":{"open":true},"chunks":{"open":true}}',
        b'{"day":-1,"envelopes":{"open":true},"chunks":{"open":true}}',
        b'{"day":9007199254740992,"envelopes":{"open":true},"chunks":{"open":true}}',
        b'{"day":20800,"envelopes":"open","chunks":{"open":true}}',
        b'{"day":20800,"chunks":{"open":true}}',
        b"[]",
        b"<html>",
        b"\xff",
    ],
)
def test_an_answer_that_is_no_status_is_an_error_of_the_server(body: bytes) -> None:
    """The first two were faults of this program, seen on its source's terminal."""
    with pytest.raises(ServerError):
        read_status(body)


@pytest.mark.parametrize("body", [b"[" * 1000, b'{"error":7}', b"[]", b"", b"\xff", b"null"])
def test_an_error_without_a_code_has_none(body: bytes) -> None:
    assert read_error_code(body) == ""
