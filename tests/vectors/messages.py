"""A message as the vectors have it, and its payload as a value that can be spoiled."""

import json
from collections.abc import Callable
from typing import Any

from crypto.chunks import FileKey, chunk_count, file_hash, piece_digest
from crypto.envelope import Message, build_payload
from crypto.form import form_hash
from crypto.padding import padded_chunk_count
from crypto.payload import Attachment, Fill, TextRest, encode_payload
from crypto.sizes import PIECE_SIZE
from tests.vectors.forms import FORM
from tests.vectors.people import DAY, SEAL_TO, SOURCE
from tests.vectors.vector import randomness

# Which slot the n-th recipient takes.
ORDER = (2, 0)

Members = dict[str, Any]


def message(**changes: Any) -> Message:
    """Return a short report without files, but for the changes."""
    members: Members = {
        "kind": "report",
        "message_id": randomness("message id", 16),
        "day": DAY,
        "language": "en",
        "client": "vectors 1",
        "delegation": 3,
        "sequence": 41,
        "form": form_hash(FORM),
        "answers": {"who": "The head of procurement", "where": ("here", "else-where_2")},
        "text": 'Every second invoice is paid twice.\nЯ видел их сам. "\\\t/\x01',
    }
    return Message(**(members | changes))


def with_files() -> Message:
    """Return a follow-up with everything that a payload can hold."""
    attachments = (
        _attachment("photo.jpg", 8_000_000, "image/jpeg"),
        _attachment("пустой.txt", 0, ""),
    )
    size = 20_000
    rest = TextRest(size, _key("rest"), chunk_count(size), _hash(size))
    chunks = sum(one.chunks for one in attachments) + rest.chunks
    fill = Fill(_key("fill"), padded_chunk_count(chunks) - chunks)
    return message(
        kind="follow-up",
        language="ru",
        text="Начало\u2028\x7f",
        rest=rest,
        attachments=attachments,
        fill=fill,
        answers={},
    )


def payload_of(said: Message) -> bytes:
    """Return the payload of a message, for both recipients."""
    return encode_payload(build_payload(said, SOURCE, SEAL_TO, ORDER))


def spoiled(payload: bytes, spoil: Callable[[Members], object]) -> bytes:
    """Return the payload after something was done to its value, written as SPEC 5 wants it."""
    value = json.loads(payload)
    spoil(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _attachment(name: str, size: int, media_type: str) -> Attachment:
    return Attachment(name, size, media_type, _key(name), chunk_count(size), _hash(size))


def _key(purpose: str) -> FileKey:
    return FileKey(randomness(f"file key of {purpose}", 32))


def _hash(size: int) -> bytes:
    """Return the hash of a file of zeros."""
    zeros = bytes(size)
    starts = range(0, chunk_count(size) * PIECE_SIZE, PIECE_SIZE)
    return file_hash(size, [piece_digest(zeros[start : start + PIECE_SIZE]) for start in starts])
