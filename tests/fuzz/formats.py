"""Readers of what travels: the formats of the protocol, as bytes from whoever sends them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import count

from crypto.bundle import (
    BundleHeader,
    BundleWriter,
    InboundHeader,
    ItemType,
    OutboundHeader,
    read_bundle,
    split_envelope_item,
    verify_bundle,
)
from crypto.byte_reader import ByteReader
from crypto.card import read_card
from crypto.days import later
from crypto.directory import ListedKey, read_directory
from crypto.directory_content import parse_directory
from crypto.directory_file import encode_directory_file, read_directory_file
from crypto.form import first_form, parse_form
from crypto.hpke import KemSecretKey
from crypto.labels import Label
from crypto.names import Address, ChunkId, KeyHash, Week
from crypto.office.card import sign_card
from crypto.office.signing import sign_batch, sign_confirmation
from crypto.padding import unpad
from crypto.payload import parse_payload
from crypto.public_keys import check_kem_public_key, key_hash
from crypto.puzzle import check_puzzle, solve_puzzle
from crypto.replies import parse_reply_message
from crypto.sealed_file import SealedFileHead, SealedFileReader, SealedFileWriter
from crypto.signatures import check_signature
from crypto.sizes import ENVELOPE_SIZE, RECORD_SIZE, SIGNATURE_SIZE
from crypto.statement_contents import batch_of, confirm, parse_batch, parse_confirmation
from crypto.statements import (
    Statement,
    StatementKind,
    check_taken_line,
    encode_statement,
    encode_taken_line,
    parse_statement,
    parse_taken_line,
    taken_line,
)
from crypto.strict_json import encode_json, parse_json
from crypto.volumes import Volume, encode_volumes, parse_volumes
from tests.fuzz.target import GENESIS_ID, OFFICE, Target, text_of
from tests.offices.documents import ISSUED, key
from tests.vectors.forms import FORM

_SIGNER = key("board")
_SERVER = key("server")


def _json(data: bytes) -> None:
    if encode_json(parse_json(data)) != data:
        raise AssertionError("a JSON text that was accepted does not come out the same again")


def _bundle(kind: type[BundleHeader], data: bytes) -> None:
    # Both passes: the first checks who signed, the second cuts what an item holds.
    verify_bundle(BytesIO(data).read, kind, None, None)
    _, items = read_bundle(BytesIO(data).read, kind, None, None)
    for item_type, item in items:
        if item_type is ItemType.ENVELOPE:
            split_envelope_item(item)


def _sealed_file(data: bytes) -> None:
    read, reader = BytesIO(data).read, SealedFileReader(GENESIS_ID, ISSUED)
    while reader.wants:
        reader.feed(read(reader.wants))


def _statement(data: bytes) -> None:
    readers = {
        StatementKind.BATCH: parse_batch,
        StatementKind.CONFIRMATION: parse_confirmation,
    }
    kinds = list(readers)
    kind = kinds[data[0] % len(kinds)] if data else StatementKind.BATCH
    readers[kind](parse_statement(kind, data[1:]))


def _taken_line(data: bytes) -> None:
    check_taken_line(parse_taken_line(data), {_SIGNER.public_key}, GENESIS_ID)


def _signature(data: bytes) -> None:
    reader = ByteReader(data)
    key, signature = reader.read(32), reader.read(64)
    check_signature(
        key, signature=signature, label=Label.MESSAGE, genesis_id=GENESIS_ID, message=reader.rest()
    )


def _puzzle_header(data: bytes) -> None:
    check_puzzle(text_of(data), GENESIS_ID, 1, ChunkId(bytes(32)), 4, ISSUED)


def _directories() -> Iterator[bytes]:
    yield OFFICE.document()


def _directory_contents() -> Iterator[bytes]:
    yield OFFICE.document()[len(OFFICE.head) + 4 : -SIGNATURE_SIZE]


def _directory_files() -> Iterator[bytes]:
    seeds = (number.to_bytes(32, "big") for number in count())
    keys: list[bytes] = []
    recipients = []
    for one in OFFICE.content.recipients:
        own = [KemSecretKey(next(seeds)).public_key for _ in one.keys]
        listed = zip(one.keys, own, strict=True)
        hashed = tuple(ListedKey(key.week, key_hash(public_key)) for key, public_key in listed)
        recipients.append(replace(one, keys=hashed))
        keys += own
    document = OFFICE.document(recipients=tuple(recipients))
    yield encode_directory_file(document, form=first_form(), keys=keys)


def _sealed_files() -> Iterator[bytes]:
    writer = SealedFileWriter(SealedFileHead(GENESIS_ID, later(ISSUED, 10), 0))
    yield writer.begin() + writer.end(nonce=bytes(8), envelope=bytes(ENVELOPE_SIZE))


def _forms() -> Iterator[bytes]:
    yield first_form()
    yield FORM


def _volume_lists() -> Iterator[bytes]:
    yield encode_volumes([])
    yield encode_volumes(Volume(Week(week), 64, bytes(32)) for week in (2971, 2970, 2950))


def _inbound_bundles() -> Iterator[bytes]:
    """Yield parts that a server signed: nonsense grows out of what comes to its end."""
    header = InboundHeader(GENESIS_ID, "board", bytes(16), 1, 2, ISSUED, ISSUED << 32)
    for items in ((), ((ItemType.FORM, FORM), (ItemType.TAKEN_LINE, next(_taken_lines())))):
        file = BytesIO()
        writer = BundleWriter(file.write, header, _sign_as_server)
        for item_type, item in items:
            writer.add(item_type, item)
        writer.end()
        yield file.getvalue()


def _sign_as_server(message: bytes) -> tuple[bytes, bytes]:
    return _SERVER.public_key, _SERVER.sign(Label.INBOUND_BUNDLE, GENESIS_ID, message)


def _signatures() -> Iterator[bytes]:
    signature = _SIGNER.sign(Label.MESSAGE, GENESIS_ID, b"a message")
    yield _SIGNER.public_key + signature + b"a message"


def _cards() -> Iterator[bytes]:
    keys = [ListedKey(Week(week), KeyHash(bytes(32))) for week in (2971, 2972)]
    yield sign_card(_SIGNER, GENESIS_ID, "board", 1, keys)
    yield sign_card(_SIGNER, GENESIS_ID, "board", 2, keys, key("former"))


def _signed_statements() -> Iterator[Statement]:
    batch = batch_of(bytes([number]) * RECORD_SIZE for number in range(16))
    yield sign_batch(_SIGNER, GENESIS_ID, "board", 1, batch)
    confirmation = confirm([Address(bytes(32))], [(ChunkId(bytes(32)), bytes(32))])
    yield sign_confirmation(_SIGNER, GENESIS_ID, "board", 2, confirmation)


def _statements() -> Iterator[bytes]:
    for place, statement in enumerate(_signed_statements()):
        yield bytes([place]) + encode_statement(statement)


def _taken_lines() -> Iterator[bytes]:
    for one in _signed_statements():
        yield encode_taken_line(taken_line(one, "board", _SIGNER.public_key, Week(2971)))


def _puzzles() -> Iterator[bytes]:
    yield solve_puzzle(GENESIS_ID, 1, ChunkId(bytes(32)), 4, ISSUED).encode()


_READ_DIRECTORY = partial(read_directory, genesis_id=GENESIS_ID)
_READ_FILE = partial(read_directory_file, genesis_id=GENESIS_ID)
_READ_CARD = partial(read_card, genesis_id=GENESIS_ID)
FORMATS = (
    Target("json", _json, 2048, twin=True, vectors=True),
    Target("payload", parse_payload, 32_768, twin=True, vectors=True),
    Target("reply_message", parse_reply_message, 1024, twin=True, vectors=True),
    Target("volumes", parse_volumes, 2048, twin=True, examples=_volume_lists, vectors=True),
    Target("form", parse_form, 8192, twin=True, examples=_forms, vectors=True),
    Target("directory", _READ_DIRECTORY, 8192, twin=True, examples=_directories, vectors=True),
    Target(
        "directory_content",
        parse_directory,
        8192,
        twin=True,
        examples=_directory_contents,
        vectors=True,
    ),
    Target("directory_file", _READ_FILE, 16_384, twin=True, examples=_directory_files),
    Target("sealed_file", _sealed_file, 65_536, twin=True, examples=_sealed_files, vectors=True),
    Target("padding", unpad, 256, twin=True, vectors=True),
    Target("signature", _signature, 256, twin=True, examples=_signatures, vectors=True),
    Target("intake_key", check_kem_public_key, 1300, twin=True, vectors=True),
    Target("card", _READ_CARD, 8192, examples=_cards, vectors=True),
    Target("taken_line", _taken_line, 256, examples=_taken_lines),
    Target("statement", _statement, 20_480, examples=_statements),
    Target(
        "inbound_bundle",
        partial(_bundle, InboundHeader),
        8192,
        examples=_inbound_bundles,
        vectors=True,
    ),
    Target("outbound_bundle", partial(_bundle, OutboundHeader), 8192, vectors=True),
    Target("puzzle_header", _puzzle_header, 256, examples=_puzzles),
)
