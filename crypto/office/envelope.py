"""Opening envelopes: SPEC 7.3. Secret: it takes intake keys and yields plaintext.

Opening has two steps, since an office keeps the content key of an envelope whose slot opened but
whose body it could not read: the intake key may be gone when it tries again.

    slot = open_slot(envelope, genesis_id, recipient_id, secrets) steps 1 and 2
    opened = open_body(envelope, genesis_id, recipient_id, slot)  steps 3 to 9
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from crypto.aes import aes_open
from crypto.byte_reader import ByteReader
from crypto.chain_keys import ChainKey
from crypto.days import first_day
from crypto.envelope import (
    BODY_AT,
    BODY_NONCE,
    COMMITMENT_AT,
    ENVELOPE_VERSION,
    SLOTS_AT,
    commitment_of,
    signed_message,
    slot_info,
    slots_hash,
)
from crypto.errors import Contradictory, Malformed, Unauthentic
from crypto.hpke import KemSecretKey, hpke_open
from crypto.labels import Label
from crypto.lifetimes import CLOCK_GRACE_DAYS, KEY_DAYS
from crypto.names import Day, GenesisId, KeyHash, ThreadId, Week
from crypto.padding import unpad
from crypto.payload import Payload, SealedFor, parse_payload
from crypto.public_keys import key_hash, recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import (
    CHAIN_KEY_SIZE,
    ENVELOPE_SIZE,
    ENVELOPE_SLOT_SIZE,
    SIGNATURE_SIZE,
)

__all__ = [
    "IntakeSecret",
    "OpenedEnvelope",
    "OpenedSlot",
    "open_body",
    "open_envelope",
    "open_slot",
]


_CONTENT_KEY_SIZE = 32


@dataclass(frozen=True)
class IntakeSecret:
    """The secret half of a recipient's intake key of one week."""

    week: Week
    key: KemSecretKey


@dataclass(frozen=True, repr=False)
class OpenedSlot:
    """A slot that opened: what it holds, by the intake key of which week and hash.

    `chain` is c_0, `thread_id` the source whose message it says it is of. An office may keep all of
    it for an envelope that it sets aside, and build this again.
    """

    slot: int
    content_key: bytes
    chain: ChainKey
    thread_id: ThreadId
    week: Week
    key_hash: KeyHash

    def __repr__(self) -> str:
        return "OpenedSlot(hidden)"


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenedEnvelope:
    """A message whose signature, thread and recipients were checked.

    `payload_bytes`, `commitment`, `slots_hash` and `signature` are what proves it to others.
    Two messages of one commitment and different `plaintext_hash` are both shown and both flagged,
    as is one whose day is not among the dates of the key it was sealed to.
    """

    payload: Payload
    payload_bytes: bytes
    signature: bytes
    commitment: bytes
    slots_hash: bytes
    plaintext_hash: bytes
    thread_id: ThreadId
    slot: OpenedSlot
    within_key_dates: bool

    def __repr__(self) -> str:
        return "OpenedEnvelope(hidden)"


def open_envelope(
    envelope: bytes, genesis_id: GenesisId, recipient_id: str, secrets: Iterable[IntakeSecret]
) -> OpenedEnvelope:
    """Return the message of an envelope: both steps at once."""
    slot = open_slot(envelope, genesis_id, recipient_id, secrets)
    return open_body(envelope, genesis_id, recipient_id, slot)


def open_slot(
    envelope: bytes, genesis_id: GenesisId, recipient_id: str, secrets: Iterable[IntakeSecret]
) -> OpenedSlot:
    """Return the one slot that one of a recipient's secrets opens.

    Raises Malformed for another size or version, Unauthentic where no slot opens, and
    Contradictory where more than one does.
    """
    _check_layout(envelope)
    info = slot_info(genesis_id, recipient_bytes(recipient_id))
    tried = list(secrets)
    opened = [
        found
        for slot, sealed in enumerate(_slots(envelope))
        if (found := _try_slot(slot, sealed, info, tried)) is not None
    ]
    if not opened:
        raise Unauthentic("no slot is this reader's")
    if len(opened) > 1:
        raise Contradictory("two slots open for one reader")
    return opened[0]


def open_body(
    envelope: bytes, genesis_id: GenesisId, recipient_id: str, slot: OpenedSlot
) -> OpenedEnvelope:
    """Return the message of an envelope whose slot is open.

    Raises Malformed where padding or payload are not as they must be, Unauthentic where
    commitment, body or signature do not fit, and Contradictory where the slot is of another
    source, or the payload names other recipients, slots, files or fill than there are.
    """
    _check_layout(envelope)
    head = envelope[:BODY_AT]
    commitment, slots = head[COMMITMENT_AT:SLOTS_AT], head[SLOTS_AT:]
    if commitment_of(slot.content_key, genesis_id) != commitment:
        raise Unauthentic("the commitment is not to this content key")
    content = unpad(
        aes_open(slot.content_key, nonce=BODY_NONCE, aad=head, sealed=envelope[BODY_AT:])
    )
    if len(content) <= SIGNATURE_SIZE:
        raise Malformed("a body too short for its signature")
    payload_bytes, signature = content[:-SIGNATURE_SIZE], content[-SIGNATURE_SIZE:]
    payload = parse_payload(payload_bytes)
    if payload.signing_key != slot.thread_id:
        # SPEC 7.3: else a slot copied into a message of one's own would show what is answered
        raise Contradictory("a slot of another source's message")
    signed = signed_message(commitment=commitment, slots=slots, payload=payload_bytes)
    check_signature(
        payload.signing_key,
        signature=signature,
        label=Label.MESSAGE,
        genesis_id=genesis_id,
        message=signed,
    )
    if SealedFor(recipient_id, slot.key_hash, slot.slot) not in payload.recipients:
        raise Contradictory("the payload does not name this reader with this key and slot")
    return OpenedEnvelope(
        payload=payload,
        payload_bytes=payload_bytes,
        signature=signature,
        commitment=commitment,
        slots_hash=slots_hash(slots),
        plaintext_hash=hashlib.sha256(payload_bytes).digest(),
        thread_id=slot.thread_id,
        slot=slot,
        within_key_dates=_within_key_dates(slot.week, payload.day),
    )


def _check_layout(envelope: bytes) -> None:
    if len(envelope) != ENVELOPE_SIZE:
        raise Malformed("an envelope of another size")
    if envelope[0] != ENVELOPE_VERSION:
        raise Malformed("an envelope of another version")


def _slots(envelope: bytes) -> list[bytes]:
    starts = range(SLOTS_AT, BODY_AT, ENVELOPE_SLOT_SIZE)
    return [envelope[start : start + ENVELOPE_SLOT_SIZE] for start in starts]


def _try_slot(
    slot: int, sealed: bytes, info: bytes, secrets: list[IntakeSecret]
) -> OpenedSlot | None:
    for secret in secrets:
        try:
            content = hpke_open(secret.key, info=info, sealed=sealed)
        except Unauthentic:
            continue
        reader = ByteReader(content)
        return OpenedSlot(
            slot=slot,
            content_key=reader.read(_CONTENT_KEY_SIZE),
            chain=ChainKey(reader.read(CHAIN_KEY_SIZE)),
            thread_id=ThreadId(reader.rest()),
            week=secret.week,
            key_hash=key_hash(secret.key.public_key),
        )
    return None


def _within_key_dates(week: Week, day: Day) -> bool:
    # SPEC 16, end: outside its dates with 2 days' grace, by the payload's own day
    first = first_day(week)
    return first - CLOCK_GRACE_DAYS <= day < first + KEY_DAYS + CLOCK_GRACE_DAYS
