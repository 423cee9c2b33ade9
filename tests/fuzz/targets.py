"""Every reader of bytes from outside, as something that can be fed nonsense."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from crypto.bundle import InboundHeader, OutboundHeader, read_bundle
from crypto.card import read_card
from crypto.codename import contains_codename, read_codename
from crypto.directory import read_directory, read_fingerprint
from crypto.directory_content import parse_directory
from crypto.directory_file import read_directory_file
from crypto.padding import unpad
from crypto.payload import check_file_name, parse_payload, safe_file_name
from crypto.replies import parse_reply_message
from crypto.sealed_file import SealedFileReader
from crypto.statement_contents import parse_batch, parse_confirmation, parse_refinement
from crypto.statements import StatementKind, parse_statement, parse_taken_line
from crypto.strict_json import encode_json, parse_json
from crypto.word_lists import word_list

VECTORS = Path(__file__).parent.parent / "vectors"
ENGLISH = word_list("english")
GENESIS_ID = bytes(32)


@dataclass(frozen=True)
class Target:
    """A reader; it may raise errors of the protocol and no other. `twin` if it exists twice."""

    name: str
    read: Callable[[bytes], object]
    largest: int
    twin: bool = False


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _json(data: bytes) -> None:
    if encode_json(parse_json(data)) != data:
        raise ValueError("a JSON text that was accepted does not come out the same again")


def _name(data: bytes) -> None:
    # Whatever a file was called, what a client makes of it is acceptable.
    check_file_name(safe_file_name(_text(data)))
    check_file_name(_text(data))


def _codename(data: bytes) -> None:
    contains_codename(_text(data), ENGLISH)
    read_codename(_text(data), ENGLISH, "english")


def _inbound(data: bytes) -> None:
    _, items = read_bundle(BytesIO(data).read, InboundHeader, None, None)
    for _ in items:
        pass


def _outbound(data: bytes) -> None:
    _, items = read_bundle(BytesIO(data).read, OutboundHeader, None, None)
    for _ in items:
        pass


def _sealed_file(data: bytes) -> None:
    read, reader = BytesIO(data).read, SealedFileReader(GENESIS_ID, 0)
    while reader.wants:
        reader.take(read(reader.wants))


def _statement(data: bytes) -> None:
    readers = {
        StatementKind.BATCH: parse_batch,
        StatementKind.CONFIRMATION: parse_confirmation,
        StatementKind.REFINEMENT: parse_refinement,
    }
    kinds = list(readers)
    kind = kinds[data[0] % len(kinds)] if data else StatementKind.BATCH
    readers[kind](parse_statement(kind, data[1:]))


TARGETS = (
    Target("json", _json, 2048, twin=True),
    Target("payload", parse_payload, 32_768, twin=True),
    Target("reply_message", parse_reply_message, 4096, twin=True),
    Target("directory", lambda data: read_directory(data, GENESIS_ID), 8192, twin=True),
    Target("directory_content", parse_directory, 8192),
    Target("name", _name, 256, twin=True),
    Target("codename", _codename, 256, twin=True),
    Target("fingerprint", lambda data: read_fingerprint(_text(data)), 256, twin=True),
    Target("padding", unpad, 256, twin=True),
    Target("card", lambda data: read_card(data, GENESIS_ID), 8192),
    Target("taken_line", parse_taken_line, 256),
    Target("statement", _statement, 8192),
    Target("inbound_bundle", _inbound, 8192),
    Target("directory_file", lambda data: read_directory_file(data, GENESIS_ID), 16_384, twin=True),
    Target("sealed_file", _sealed_file, 8192, twin=True),
    Target("outbound_bundle", _outbound, 8192),
)


def seeds(largest: int) -> Iterator[bytes]:
    """Yield every input of the vectors that is not too large, as bytes, to start from."""
    for path in sorted(VECTORS.glob("*.json")):
        for value in json.loads(path.read_bytes()).values():
            if isinstance(value, str):
                for data in _readings(value):
                    if 0 < len(data) <= largest:
                        yield data


def _readings(value: str) -> Iterator[bytes]:
    yield value.encode()
    try:
        yield bytes.fromhex(value)
    except ValueError:
        try:
            yield base64.b64decode(value, validate=True)
        except ValueError:
            return
