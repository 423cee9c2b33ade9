"""Readers of what was sealed: whoever can seal to us may have put anything inside.

Nonsense as it is would fail at the first MAC. So it is sealed, or signed, as a hostile source,
recipient or office would, and then read the way we read it.
"""

from collections.abc import Iterator
from dataclasses import replace

from crypto.aes import aes_seal
from crypto.card import read_card
from crypto.chain_keys import reply_tag
from crypto.chunks import FileKey, chunk_nonce, file_hash, piece_digest
from crypto.directory import ListedKey, read_directory
from crypto.envelope import (
    BODY_AT,
    BODY_NONCE,
    PADDED_SIZE,
    SLOT_CONTENT_SIZE,
    SLOTS_AT,
    Message,
    SealTo,
    close_envelope,
    commitment_of,
    seal_envelope,
    signed_message,
    slot_info,
)
from crypto.form import first_form, form_hash
from crypto.hpke import KemSecretKey, hpke_seal
from crypto.labels import Label
from crypto.names import Day, KeyHash, Week
from crypto.office.card import sign_card
from crypto.office.chunks import open_chunk, open_file
from crypto.office.envelope import IntakeSecret, OpenedSlot, open_body, open_envelope
from crypto.office.replies import seal_record
from crypto.padding import pad
from crypto.payload import Payload, SealedFor, encode_payload
from crypto.public_keys import key_hash, recipient_bytes
from crypto.replies import (
    REPLY_PADDED_SIZE,
    ReplyPart,
    encode_reply_message,
    open_board,
    open_reply,
    signed_reply,
)
from crypto.signing import SigningKey
from crypto.sizes import (
    ENVELOPE_SIZE,
    PAYLOAD_MAX_SIZE,
    PIECE_SIZE,
    RECORD_SIZE,
    REPLY_MESSAGE_MAX_SIZE,
    SIGNATURE_SIZE,
    TAG_SIZE,
)
from crypto.source_keys import SourceKeys, pair_chain
from tests.fuzz.target import GENESIS_ID, OFFICE, Target
from tests.offices.documents import ISSUED, key

# Few weeks, so that there are few pair chains to try for each input.
_POLICY = replace(OFFICE.content.policy, codename_days=30)
_DIRECTORY = read_directory(OFFICE.document(policy=_POLICY), GENESIS_ID)
_BOARD = key("board")
_WEEK = Week(2971)
_SECRET = KemSecretKey(bytes(range(32)))
_CONTENT_KEY = bytes(32)
_HEAD = bytes([1]) + commitment_of(_CONTENT_KEY, GENESIS_ID)
_HEAD += bytes(BODY_AT - len(_HEAD))
_FILE_KEY = FileKey(bytes(32))
_SIGNING = SigningKey(bytes(range(1, 33)))
_SOURCE = SourceKeys(
    master=bytes(31) + b"\x01", signing=_SIGNING, set_key=bytes(32), genesis_id=GENESIS_ID
)
_CHAIN = pair_chain(_SOURCE, "board", _BOARD.public_key, _WEEK)
_TAG = reply_tag(_CHAIN, GENESIS_ID, _SOURCE.thread_id)
_SLOT = OpenedSlot(0, _CONTENT_KEY, _CHAIN, _SOURCE.thread_id, _WEEK, key_hash(_SECRET.public_key))


def _envelope(data: bytes) -> None:
    open_envelope(data, GENESIS_ID, "board", [IntakeSecret(_WEEK, _SECRET)])


def _open_sealed(padded: bytes) -> None:
    envelope = _HEAD + aes_seal(_CONTENT_KEY, nonce=BODY_NONCE, aad=_HEAD, plaintext=padded)
    open_body(envelope, GENESIS_ID, "board", _SLOT)


def _envelope_body(data: bytes) -> None:
    _open_sealed(data[:PADDED_SIZE].ljust(PADDED_SIZE, b"\0"))


def _envelope_payload(data: bytes) -> None:
    """Open an envelope of a payload of these bytes, signed by the source that it should name."""
    payload = data[:PAYLOAD_MAX_SIZE]
    signed = signed_message(commitment=_HEAD[1:33], slots=_HEAD[33:], payload=payload)
    signature = _SOURCE.signing.sign(Label.MESSAGE, GENESIS_ID, signed)
    _open_sealed(pad(payload + signature, PADDED_SIZE))


def _chunk(data: bytes) -> None:
    """Open a chunk that holds these bytes, sealed for one place, at the place that they say."""
    sealed_last, read_last, index = data[:1] == b"\1", data[1:2] == b"\1", data[2:6]
    place = int.from_bytes(index, "big")
    piece = data[6:].ljust(PIECE_SIZE, b"\0")
    chunk = aes_seal(
        _FILE_KEY.aead_key, nonce=chunk_nonce(place, sealed_last), aad=b"", plaintext=piece
    )
    open_chunk(_FILE_KEY, place % 3, chunk, read_last)


def _file(data: bytes) -> None:
    """Open a file of one or two chunks that hold these bytes, announced as they say."""
    announced, size = data[:1], int.from_bytes(data[1:4], "big")
    pieces = [data[4:].ljust(PIECE_SIZE, b"\0")] * (1 + data.count(b"two"))
    own = size - PIECE_SIZE * (len(pieces) - 1)
    digests = [piece_digest(piece) for piece in pieces[:-1]]
    digests.append(piece_digest(pieces[-1][: max(own, 0)]))
    hashed = bytes(32) if announced == b"x" else file_hash(size, digests)
    last = len(pieces) - 1
    chunks = [
        aes_seal(
            _FILE_KEY.aead_key,
            nonce=chunk_nonce(at, at == last),
            aad=b"",
            plaintext=piece,
        )
        for at, piece in enumerate(pieces)
    ]
    for _ in open_file(_FILE_KEY, size, hashed, chunks):
        pass


def _reply_record(data: bytes) -> None:
    """Read a record that holds these bytes, signed by a recipient."""
    message = data[:REPLY_MESSAGE_MAX_SIZE]
    signed = signed_reply(
        tag=_TAG, thread_id=_SOURCE.thread_id, recipient_id="board", message=message
    )
    signature = _BOARD.sign(Label.REPLY_MESSAGE, GENESIS_ID, signed)
    _open_record(pad(message + signature, REPLY_PADDED_SIZE))


def _reply_padded(data: bytes) -> None:
    """Read a record whose padded content is these bytes."""
    _open_record(data[:REPLY_PADDED_SIZE].ljust(REPLY_PADDED_SIZE, b"\0"))


def _open_record(padded: bytes) -> None:
    record = seal_record(_CHAIN, GENESIS_ID, _SOURCE.thread_id, padded, random=bytes(32))
    open_reply(
        record,
        _CHAIN,
        genesis_id=GENESIS_ID,
        thread_id=_SOURCE.thread_id,
        recipient_id="board",
        signing_keys=[_BOARD.public_key],
    )


def _board(data: bytes) -> None:
    """Read a board of these bytes, the first of which stand under one's own tag."""
    open_board([_TAG + data], _SOURCE, _DIRECTORY, ISSUED)


def _slot(data: bytes) -> None:
    """Open an envelope whose slot holds these bytes, sealed as a hostile source would."""
    content = data[:SLOT_CONTENT_SIZE].ljust(SLOT_CONTENT_SIZE, b"\0")
    info = slot_info(GENESIS_ID, recipient_bytes("board"))
    sealed = hpke_seal(_SECRET.public_key, info=info, plaintext=content)
    slots = sealed.ljust(BODY_AT - SLOTS_AT, b"\0")
    (payload,) = _payloads()
    envelope = close_envelope(
        content_key=_CONTENT_KEY, slots=slots, payload=payload, source=_SOURCE
    )
    open_envelope(envelope, GENESIS_ID, "board", [IntakeSecret(_WEEK, _SECRET)])


def _signed_directory(data: bytes) -> None:
    signature = OFFICE.directory_key.sign(Label.DIRECTORY, GENESIS_ID, data)
    document = OFFICE.head + len(data).to_bytes(4, "big") + data + signature
    read_directory(document, GENESIS_ID)


def _signed_card(data: bytes) -> None:
    signature = _BOARD.sign(Label.CARD, GENESIS_ID, data)
    read_card(len(data).to_bytes(4, "big") + data + b"\1" + signature, GENESIS_ID)


def _message() -> Message:
    form = form_hash(first_form())
    return Message("report", bytes(16), Day(20_800), "en", "fuzz", 1, 1, form, text="Text.")


def _envelopes() -> Iterator[bytes]:
    recipient = SealTo("board", _SECRET.public_key, _WEEK, signing_key=_BOARD.public_key)
    yield seal_envelope(_message(), _SOURCE, [recipient])


def _payloads() -> Iterator[bytes]:
    payload = Payload(
        **vars(_message()),
        recipients=(SealedFor("board", _SLOT.key_hash, _SLOT.slot),),
        set_token=bytes(16),
        signing_key=_SOURCE.signing.public_key,
    )
    yield encode_payload(payload)


def _bodies() -> Iterator[bytes]:
    for payload in _payloads():
        signed = signed_message(commitment=_HEAD[1:33], slots=_HEAD[33:], payload=payload)
        signature = _SOURCE.signing.sign(Label.MESSAGE, GENESIS_ID, signed)
        content = payload + signature
        yield len(content).to_bytes(4, "big") + content


def _chunks() -> Iterator[bytes]:
    yield b"\1\1\0\0\0\0last"
    yield b"\0\0\0\0\0\1not the last"


def _files() -> Iterator[bytes]:
    yield b"\0\0\0\5files"
    yield b"\0" + (PIECE_SIZE + 5).to_bytes(3, "big") + b"a two"


def _replies() -> Iterator[bytes]:
    part = ReplyPart(
        kind="reply",
        reply_id=bytes(16),
        part=0,
        parts=1,
        day=Day(20_800),
        recipients=("board",),
        set_token=bytes(16),
        text="Text.",
    )
    yield encode_reply_message(part)


def _padded_replies() -> Iterator[bytes]:
    for message in _replies():
        signed = signed_reply(
            tag=_TAG, thread_id=_SOURCE.thread_id, recipient_id="board", message=message
        )
        content = message + _BOARD.sign(Label.REPLY_MESSAGE, GENESIS_ID, signed)
        yield len(content).to_bytes(4, "big") + content


def _slots() -> Iterator[bytes]:
    yield _CONTENT_KEY + _CHAIN.secret + _SOURCE.thread_id


def _boards() -> Iterator[bytes]:
    yield bytes(RECORD_SIZE - TAG_SIZE)
    yield bytes(2 * RECORD_SIZE - TAG_SIZE)


def _directories() -> Iterator[bytes]:
    yield OFFICE.document()[len(OFFICE.head) + 4 : -SIGNATURE_SIZE]


def _cards() -> Iterator[bytes]:
    card = sign_card(_BOARD, GENESIS_ID, "board", 1, [ListedKey(_WEEK, KeyHash(bytes(32)))])
    yield card[4 : -SIGNATURE_SIZE - 1]


SEALED = (
    Target("envelope", _envelope, ENVELOPE_SIZE, examples=_envelopes),
    Target("envelope_body", _envelope_body, 8192, examples=_bodies),
    Target("envelope_payload", _envelope_payload, 8192, examples=_payloads, vectors=True),
    Target("chunk", _chunk, 4096, examples=_chunks),
    Target("file", _file, 4096, examples=_files),
    Target("slot", _slot, SLOT_CONTENT_SIZE, examples=_slots),
    Target("reply_record", _reply_record, 908, examples=_replies, vectors=True),
    Target("reply_padded", _reply_padded, REPLY_PADDED_SIZE, examples=_padded_replies),
    Target("board", _board, 3 * RECORD_SIZE, examples=_boards),
    Target("signed_directory", _signed_directory, 8192, examples=_directories),
    Target("signed_card", _signed_card, 8192, examples=_cards),
)
