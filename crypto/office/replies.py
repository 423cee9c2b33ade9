"""Sealing replies into records, and records that only look like one: SPEC 9. Secret: takes keys."""

import secrets
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from crypto.errors import TooLarge
from crypto.hpke import hpke_seal, new_kem_secret_key
from crypto.labels import Label
from crypto.names import Day, GenesisId, ThreadId
from crypto.padding import pad
from crypto.replies import (
    REPLY_PADDED_SIZE,
    REPLY_PARTS_MAX,
    ReplyPart,
    encode_reply_message,
    parse_reply_message,
    reply_info,
    reply_tag,
    signed_reply,
)
from crypto.signing import SigningKey
from crypto.sizes import REPLY_INDEXES, REPLY_MESSAGE_MAX_SIZE, SIGNATURE_SIZE, TAG_SIZE
from crypto.strict_json import encode_json

__all__ = [
    "REPLY_PARTS_MAX",
    "ReplyTo",
    "decoy_record",
    "new_reply_id",
    "seal_reply",
    "split_reply",
]

_REPLY_ID_SIZE = 16
# Days have five digits until the year 2243, and parts two.
_LONGEST_DAY = Day(99_999)


@dataclass(frozen=True, kw_only=True, repr=False)
class ReplyTo:
    """The message that is answered: its thread, and the set of recipients that it named."""

    thread_id: ThreadId
    thread_secret: bytes
    reply_key: bytes
    recipients: tuple[str, ...]
    set_token: bytes

    def __repr__(self) -> str:
        return "ReplyTo(hidden)"


def new_reply_id() -> bytes:
    """Return a fresh reply id, 16 bytes."""
    return secrets.token_bytes(_REPLY_ID_SIZE)


def split_reply(text: str, recipients: Sequence[str]) -> list[str]:
    """Return the parts, one a record, of a reply to a message that named `recipients`.

    An empty text is one part. Raises TooLarge for more than 64 parts.
    """
    parts = list(_cut(text, _room_for_text(tuple(recipients))))
    if len(parts) > REPLY_PARTS_MAX:
        raise TooLarge("a reply of more than 64 parts")
    return parts


def seal_reply(
    *,
    to: ReplyTo,
    signer: SigningKey,
    genesis_id: GenesisId,
    recipient_id: str,
    first_index: int,
    kind: str,
    reply_id: bytes,
    day: Day,
    text: str,
) -> list[bytes]:
    """Return the records, 4,096 bytes each, of a reply, at the indexes from `first_index` on.

    An index is used once in a thread. Raises TooLarge where the text has more than 64 parts or
    the thread has no such indexes left, Malformed where the source's key cannot be sealed to.
    """
    texts = split_reply(text, to.recipients)
    if not 0 <= first_index <= REPLY_INDEXES - len(texts):
        raise TooLarge("the thread has no indexes left for this reply")
    whole = ReplyPart(
        kind=kind,
        reply_id=reply_id,
        part=0,
        parts=len(texts),
        day=day,
        recipients=to.recipients,
        set_token=to.set_token,
        text="",
    )
    records = []
    for number, part in enumerate(texts):
        message = encode_reply_message(replace(whole, part=number, text=part))
        # Nothing leaves the office that a source would pass over.
        parse_reply_message(message)
        tag = reply_tag(to.thread_secret, genesis_id, recipient_id, first_index + number)
        content = signed_content(
            message=message,
            tag=tag,
            thread_id=to.thread_id,
            recipient_id=recipient_id,
            signer=signer,
            genesis_id=genesis_id,
        )
        records.append(
            tag + hpke_seal(to.reply_key, info=reply_info(tag, genesis_id), plaintext=content)
        )
    return records


def signed_content(
    *,
    message: bytes,
    tag: bytes,
    thread_id: ThreadId,
    recipient_id: str,
    signer: SigningKey,
    genesis_id: GenesisId,
) -> bytes:
    """Return what is sealed in a record: the message, signed and padded, 2,944 bytes."""
    signed = signed_reply(tag=tag, thread_id=thread_id, recipient_id=recipient_id, message=message)
    signature = signer.sign(Label.REPLY_MESSAGE, genesis_id, signed)
    return pad(message + signature, REPLY_PADDED_SIZE)


def decoy_record(genesis_id: GenesisId) -> bytes:
    """Return a record that nobody can open: a real seal of zeros to a key pair now forgotten."""
    # SPEC 9: random bytes could be told apart from a seal
    tag = secrets.token_bytes(TAG_SIZE)
    zeros = pad(bytes(REPLY_MESSAGE_MAX_SIZE + SIGNATURE_SIZE), REPLY_PADDED_SIZE)
    return tag + hpke_seal(
        new_kem_secret_key().public_key, info=reply_info(tag, genesis_id), plaintext=zeros
    )


def _cut(text: str, room: int) -> Iterator[str]:
    """Yield the text in pieces that take at most `room` bytes within a JSON string."""
    start = 0
    while True:
        ends = range(start, min(start + room, len(text)) + 1)
        end = ends[bisect_right(ends, room, key=partial(_encoded_size, text, start)) - 1]
        yield text[start:end]
        if end == len(text):
            return
        start = end


def _encoded_size(text: str, start: int, end: int) -> int:
    """Return how many bytes a part of a text takes between quotation marks: SPEC 5."""
    return len(encode_json(text[start:end])) - 2


def _room_for_text(recipients: tuple[str, ...]) -> int:
    longest = ReplyPart(
        kind="acknowledgement",
        reply_id=bytes(_REPLY_ID_SIZE),
        part=REPLY_PARTS_MAX - 1,
        parts=REPLY_PARTS_MAX,
        day=_LONGEST_DAY,
        recipients=recipients,
        set_token=bytes(16),
        text="",
    )
    return REPLY_MESSAGE_MAX_SIZE - len(encode_reply_message(longest))
