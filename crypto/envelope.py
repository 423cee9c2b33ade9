"""Sealing a message to the office: SPEC 7. Secret: it holds what a source says.

`seal_envelope` makes all randomness itself. What it is made of, below, takes it as arguments.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from crypto.aes import aes_seal
from crypto.chunks import chunk_count
from crypto.errors import Malformed, TooLarge
from crypto.hpke import hpke_seal, new_kem_secret_key
from crypto.labels import Label, bound, labelled
from crypto.names import Address, Day, FormHash, GenesisId, KeyHash, Week
from crypto.padding import pad, padded_chunk_count
from crypto.payload import (
    Answer,
    Attachment,
    Fill,
    Payload,
    SealedFor,
    TextRest,
    encode_payload,
    parse_payload,
)
from crypto.public_keys import RECIPIENT_BYTES, key_hash, recipient_bytes
from crypto.sizes import (
    ENVELOPE_SIZE,
    ENVELOPE_SLOT_SIZE,
    ENVELOPE_SLOTS,
    PAYLOAD_MAX_SIZE,
    RECIPIENTS_MAX,
)
from crypto.source_keys import SourceKeys, pair_chain, set_token
from crypto.strict_json import encode_json

__all__ = [
    "Message",
    "SealTo",
    "envelope_address",
    "new_message_id",
    "seal_envelope",
    "split_text",
]

ENVELOPE_VERSION = 1
# SPEC 7: version (1), commitment (32), slots (4 x 1232); the rest is the body.
COMMITMENT_AT = 1
SLOTS_AT = 33
BODY_AT = SLOTS_AT + ENVELOPE_SLOTS * ENVELOPE_SLOT_SIZE
PADDED_SIZE = ENVELOPE_SIZE - BODY_AT - 16
# A content key is used once, so its nonce need not differ from anything.
BODY_NONCE = bytes(12)

# SPEC 7: content key, c_0, source signing key
SLOT_CONTENT_SIZE = 96

_CONTENT_KEY_SIZE = 32
_MESSAGE_ID_SIZE = 16


@dataclass(frozen=True, repr=False)
class Message:
    """What a source says, and with which page and directory."""

    kind: str
    message_id: bytes
    day: Day
    language: str
    client: str
    delegation: int
    sequence: int
    form: FormHash
    answers: Mapping[str, Answer] = field(default_factory=dict)
    text: str = ""
    rest: TextRest | None = None
    attachments: tuple[Attachment, ...] = ()
    fill: Fill | None = None

    def __repr__(self) -> str:
        return "Message(hidden)"


@dataclass(frozen=True)
class SealTo:
    """A recipient that shall be able to read: its intake key (1216 bytes) and the week of that.

    `signing_key` (32 bytes) is the one that the directory names, which its answers will be under.
    """

    id: str
    public_key: bytes
    week: Week
    signing_key: bytes = field(kw_only=True)


def new_message_id() -> bytes:
    """Return a fresh message id, 16 bytes."""
    return secrets.token_bytes(_MESSAGE_ID_SIZE)


def split_text(message: Message, recipient_ids: Sequence[str], text: str) -> tuple[str, bytes]:
    """Return what of a text fits the envelope, and the UTF-8 bytes of the rest.

    The longest beginning is kept that ends on a character and with which the payload still fits,
    counting the `rest` and `fill` that follow from it; the message's own text, rest and fill are
    not looked at. Raises TooLarge where not even an empty text fits, and Malformed where a text is
    not Unicode.
    """
    # SPEC 7.1, long text
    whole = len(_utf8(text))
    attached = sum(attachment.chunks for attachment in message.attachments)
    room = PAYLOAD_MAX_SIZE - _size_without_text(message, recipient_ids)
    # Each character takes a byte at least, so no more of them can be kept than there is room.
    head = text[: max(room, 0)]
    encoded = list(accumulate((len(encode_json(letter)) - 2 for letter in head), initial=0))
    own = list(accumulate((len(letter.encode()) for letter in head), initial=0))
    for kept in range(len(head), -1, -1):
        if encoded[kept] + _tail_size(attached, whole - own[kept]) <= room:
            return text[:kept], text[kept:].encode()
    raise TooLarge("no room for any text beside answers and attachments")


def seal_envelope(message: Message, source: SourceKeys, recipients: Sequence[SealTo]) -> bytes:
    """Return the envelope, 32,768 bytes, that the given recipients alone can open.

    Raises TooLarge where the message does not fit, Malformed where a recipient's key cannot be
    sealed to, and what a reader would raise where the message contradicts itself.
    """
    if not 1 <= len(recipients) <= RECIPIENTS_MAX:
        raise Malformed("an envelope has one to four recipients")
    order = secrets.SystemRandom().sample(range(ENVELOPE_SLOTS), ENVELOPE_SLOTS)
    content_key = secrets.token_bytes(_CONTENT_KEY_SIZE)
    payload = encode_payload(build_payload(message, source, recipients, order))
    # Nothing leaves the source's device that a reader would refuse.
    parse_payload(payload)
    sealed = [_seal_slot(recipient, content_key, source) for recipient in recipients]
    sealed += [_empty_slot(source.genesis_id) for _ in range(ENVELOPE_SLOTS - len(sealed))]
    placed = dict(zip(order, sealed, strict=True))
    slots = b"".join(placed[slot] for slot in range(ENVELOPE_SLOTS))
    return close_envelope(content_key=content_key, slots=slots, payload=payload, source=source)


def envelope_address(envelope: bytes) -> Address:
    """Return the address, 32 bytes, of an envelope."""
    return Address(hashlib.sha256(envelope).digest())


def build_payload(
    message: Message, source: SourceKeys, recipients: Sequence[SealTo], order: Sequence[int]
) -> Payload:
    """Return the payload of a message whose n-th recipient takes the slot `order[n]`."""
    sealed_for = [
        SealedFor(recipient.id, key_hash(recipient.public_key), slot)
        for recipient, slot in zip(recipients, order, strict=False)
    ]
    return Payload(
        kind=message.kind,
        message_id=message.message_id,
        recipients=tuple(sorted(sealed_for, key=lambda one: recipient_bytes(one.id))),
        set_token=set_token(source, [recipient.id for recipient in recipients]),
        signing_key=source.signing.public_key,
        day=message.day,
        language=message.language,
        client=message.client,
        delegation=message.delegation,
        sequence=message.sequence,
        form=message.form,
        answers=message.answers,
        text=message.text,
        rest=message.rest,
        attachments=message.attachments,
        fill=message.fill,
    )


def close_envelope(
    *, content_key: bytes, slots: bytes, payload: bytes, source: SourceKeys
) -> bytes:
    """Return the envelope of an encoded payload whose slots, 4,928 bytes, are sealed already."""
    if len(payload) > PAYLOAD_MAX_SIZE:
        raise TooLarge("the message does not fit its envelope")
    commitment = commitment_of(content_key, source.genesis_id)
    signature = source.signing.sign(
        Label.MESSAGE,
        source.genesis_id,
        signed_message(commitment=commitment, slots=slots, payload=payload),
    )
    head = bytes([ENVELOPE_VERSION]) + commitment + slots
    return head + aes_seal(
        content_key, nonce=BODY_NONCE, aad=head, plaintext=pad(payload + signature, PADDED_SIZE)
    )


def slot_info(genesis_id: GenesisId, rid: bytes) -> bytes:
    """Return the HPKE info of a slot of the recipient whose id is these 32 bytes."""
    # SPEC 7: bound(SLOT) || rid
    return bound(Label.SLOT, genesis_id) + rid


def slot_content(recipient: SealTo, content_key: bytes, source: SourceKeys) -> bytes:
    """Return what a recipient's slot holds, 96 bytes."""
    # SPEC 7: content key || c_0 || source's public signing key
    chain = pair_chain(source, recipient.id, recipient.signing_key, recipient.week)
    return content_key + chain.secret + source.thread_id


def commitment_of(content_key: bytes, genesis_id: GenesisId) -> bytes:
    """Return the commitment, 32 bytes, to a content key."""
    # SPEC 7: SHA-256(bound(COMMIT) || content key)
    return hashlib.sha256(bound(Label.COMMIT, genesis_id) + content_key).digest()


def signed_message(*, commitment: bytes, slots: bytes, payload: bytes) -> bytes:
    """Return what the source signs under the label MESSAGE."""
    # SPEC 7: commitment || SHA-256(labelled(SLOTS) || slots) || payload
    return commitment + slots_hash(slots) + payload


def slots_hash(slots: bytes) -> bytes:
    """Return the hash, 32 bytes, of all slots as the signature covers it."""
    # SPEC 7: the label alone is enough: the signed text around it is bound to the office
    return hashlib.sha256(labelled(Label.SLOTS) + slots).digest()


def _seal_slot(recipient: SealTo, content_key: bytes, source: SourceKeys) -> bytes:
    info = slot_info(source.genesis_id, recipient_bytes(recipient.id))
    content = slot_content(recipient, content_key, source)
    return hpke_seal(recipient.public_key, info=info, plaintext=content)


def _empty_slot(genesis_id: GenesisId) -> bytes:
    """Return a slot that nobody can open: sealed to a key pair that is forgotten at once."""
    nobody = bytes(RECIPIENT_BYTES)
    return hpke_seal(
        new_kem_secret_key().public_key,
        info=slot_info(genesis_id, nobody),
        plaintext=bytes(SLOT_CONTENT_SIZE),
    )


def _size_without_text(message: Message, recipient_ids: Sequence[str]) -> int:
    """Return the size of the payload with an empty text and without rest and fill members."""
    payload = Payload(
        kind=message.kind,
        message_id=message.message_id,
        recipients=tuple(SealedFor(one, KeyHash(bytes(32)), 0) for one in recipient_ids),
        set_token=bytes(16),
        signing_key=bytes(32),
        day=message.day,
        language=message.language,
        client=message.client,
        delegation=message.delegation,
        sequence=message.sequence,
        form=message.form,
        answers=message.answers,
        text="",
        rest=None,
        attachments=message.attachments,
        fill=None,
    )
    return len(encode_payload(payload)) - _tail_size(0, 0)


def _tail_size(attached_chunks: int, rest_size: int) -> int:
    """Return the encoded size of the values of `rest` and `fill`."""
    chunks = attached_chunks
    size = len("null")
    if rest_size:
        rest_chunks = chunk_count(rest_size)
        chunks += rest_chunks
        size = len('{"size":,"key":"","chunks":,"hash":""}') + 2 * 64
        size += len(str(rest_size)) + len(str(rest_chunks))
    filling = padded_chunk_count(chunks) - chunks
    if not filling:
        return size + len("null")
    return size + len('{"key":"","chunks":}') + 64 + len(str(filling))


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Malformed("a text with half of a surrogate pair") from None
