"""Sealing replies into records, and records that only look like one: SPEC 9. Secret: takes keys."""

import secrets
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from crypto.aes import aes_seal
from crypto.chain_keys import ChainKey, next_chain_key, record_key, record_salt, reply_tag
from crypto.errors import TooLarge
from crypto.labels import Label
from crypto.names import Day, GenesisId, ThreadId
from crypto.padding import pad
from crypto.replies import (
    RECORD_NONCE,
    REPLY_PADDED_SIZE,
    REPLY_PARTS_MAX,
    ReplyPart,
    encode_reply_message,
    parse_reply_message,
    signed_reply,
)
from crypto.signing import SigningKey
from crypto.sizes import RECORD_SIZE, REPLY_INDEXES, REPLY_MESSAGE_MAX_SIZE
from crypto.strict_json import encode_json

__all__ = [
    "REPLY_PARTS_MAX",
    "ReplyTo",
    "SealedReply",
    "decoy_record",
    "new_reply_id",
    "seal_reply",
    "split_reply",
]

RANDOM_SIZE = 32
_REPLY_ID_SIZE = 16
# Days have five digits until the year 2243, and parts two.
_LONGEST_DAY = Day(99_999)


@dataclass(frozen=True, kw_only=True, repr=False)
class ReplyTo:
    """The message that is answered: its thread, and the set of recipients that it named."""

    thread_id: ThreadId
    recipients: tuple[str, ...]
    set_token: bytes

    def __repr__(self) -> str:
        return "ReplyTo(hidden)"


@dataclass(frozen=True, repr=False)
class SealedReply:
    """The records (1,024 bytes each) of a reply, and the chain key of the next index."""

    records: tuple[bytes, ...]
    next_chain: ChainKey

    def __repr__(self) -> str:
        return "SealedReply(hidden)"


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
    chain: ChainKey,
    index: int,
    signer: SigningKey,
    genesis_id: GenesisId,
    recipient_id: str,
    kind: str,
    reply_id: bytes,
    day: Day,
    text: str,
) -> SealedReply:
    """Return the records of a reply, at the indexes from `index` on, whose chain key is `chain`.

    What comes back is to be kept instead of `chain`, as soon as the records are. Raises TooLarge
    where the text has more than 64 parts or the pair chain has no such indexes left.
    """
    texts = split_reply(text, to.recipients)
    if not 0 <= index <= REPLY_INDEXES - len(texts):
        raise TooLarge("the pair chain has no indexes left for this reply")
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
        tag = reply_tag(chain, genesis_id, to.thread_id)
        content = signed_content(
            message=message,
            tag=tag,
            thread_id=to.thread_id,
            recipient_id=recipient_id,
            signer=signer,
            genesis_id=genesis_id,
        )
        random = secrets.token_bytes(RANDOM_SIZE)
        records.append(seal_record(chain, genesis_id, to.thread_id, content, random=random))
        chain = next_chain_key(chain, genesis_id)
    return SealedReply(tuple(records), chain)


def seal_record(
    chain: ChainKey, genesis_id: GenesisId, thread_id: ThreadId, padded: bytes, *, random: bytes
) -> bytes:
    """Return the record, 1,024 bytes, at the index of a chain key; `random` has 32 bytes."""
    # SPEC 9: tag || salt || AES(key, padded)
    tag = reply_tag(chain, genesis_id, thread_id)
    salt = record_salt(chain, genesis_id, random=random, padded=padded)
    key = record_key(chain, genesis_id, thread_id, tag=tag, salt=salt)
    return tag + salt + aes_seal(key, nonce=RECORD_NONCE, aad=b"", plaintext=padded)


def signed_content(
    *,
    message: bytes,
    tag: bytes,
    thread_id: ThreadId,
    recipient_id: str,
    signer: SigningKey,
    genesis_id: GenesisId,
) -> bytes:
    """Return what is sealed in a record: the message, signed and padded, 976 bytes."""
    signed = signed_reply(tag=tag, thread_id=thread_id, recipient_id=recipient_id, message=message)
    signature = signer.sign(Label.REPLY_MESSAGE, genesis_id, signed)
    return pad(message + signature, REPLY_PADDED_SIZE)


def decoy_record() -> bytes:
    """Return a record that is none: random bytes, as others are to whoever has not their key."""
    return secrets.token_bytes(RECORD_SIZE)


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
