"""Sources without a browser: the source's half of the protocol, straight from `crypto`, over HTTP.

    async with client(server) as session:
        known = await find_office(session, genesis_id)
        source = new_source(known)
        await send(session, known, source, "text", [b"a file"])
        replies = await read_replies(session, known, source)

Nothing is retried: whatever is not answered 204 fails the test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from crypto.chunks import chunk_count, chunk_id, file_hash, new_file_key, piece_digest, seal_chunk
from crypto.codename import new_codename
from crypto.directory import Directory, current_key, read_directory
from crypto.envelope import Message, SealTo, envelope_address, new_message_id, seal_envelope
from crypto.names import ChunkId, GenesisId
from crypto.padding import padded_chunk_count
from crypto.payload import Attachment, Fill
from crypto.replies import Reply, open_board
from crypto.sizes import PIECE_SIZE
from crypto.source_keys import SourceKeys, derive_source_keys
from crypto.volumes import check_volume, parse_volumes
from tests.offices.source_client import today


@dataclass(frozen=True)
class KnownOffice:
    """An office as its server tells of it, with an intake key for each recipient."""

    directory: Directory
    seal_to: tuple[SealTo, ...]


@dataclass(frozen=True)
class Sent:
    """What a message was to the server: an envelope, and chunks by their id."""

    envelope: bytes
    chunks: dict[ChunkId, bytes]


async def find_office(session: aiohttp.ClientSession, genesis_id: GenesisId) -> KnownOffice:
    """Ask the server for the directory and for the keys that count today."""
    directory = read_directory(await _get(session, "/v1/directory"), genesis_id)
    seal_to = []
    for one in directory.recipients:
        key = current_key(one, today())
        public_key = await _get(session, f"/v1/keys/{key.hash.hex()}")
        seal_to.append(SealTo(one.id, public_key, key.week, signing_key=one.signing_key))
    return KnownOffice(directory, tuple(seal_to))


def new_source(known: KnownOffice) -> SourceKeys:
    """Return the keys of somebody who was never here."""
    return derive_source_keys(new_codename(), known.directory.genesis_id)


async def send(
    session: aiohttp.ClientSession,
    known: KnownOffice,
    source: SourceKeys,
    text: str,
    files: Sequence[bytes] = (),
    *,
    names: Sequence[str] = (),
    kind: str = "report",
) -> Sent:
    """Send a message that fits its envelope, sealed to every recipient: chunks first.

    `names` of the files, where they matter.
    """
    attachments: list[Attachment] = []
    chunks: dict[ChunkId, bytes] = {}
    for place, data in enumerate(files, 1):
        name = names[place - 1] if names else f"file-{place}.bin"
        attachment, sealed = _seal_file(name, data)
        attachments.append(attachment)
        chunks |= sealed
    fill = None
    if padding := padded_chunk_count(len(chunks)) - len(chunks):
        fill = Fill(new_file_key(), padding)
        for index in range(padding):
            last = index == padding - 1
            chunks[chunk_id(fill.key, index)] = seal_chunk(fill.key, index, bytes(PIECE_SIZE), last)
    for its_id, chunk in chunks.items():
        await _put(session, f"/v1/chunks/{its_id.hex()}", chunk)
    message = Message(
        kind=kind,
        message_id=new_message_id(),
        day=today(),
        language="en",
        client="tests",
        delegation=known.directory.delegation.number,
        sequence=known.directory.sequence,
        form=known.directory.form,
        text=text,
        attachments=tuple(attachments),
        fill=fill,
    )
    envelope = seal_envelope(message, source, known.seal_to)
    await _put(session, f"/v1/envelopes/{envelope_address(envelope).hex()}", envelope)
    return Sent(envelope, chunks)


async def read_replies(
    session: aiohttp.ClientSession, known: KnownOffice, source: SourceKeys
) -> list[Reply]:
    """Load the whole board, and open what is this source's."""
    return open_board(await load_board(session), source, known.directory, today())


async def load_board(session: aiohttp.ClientSession) -> list[bytes]:
    """Load every volume of the board, the newest first, and check each: SPEC 9.2."""
    board = []
    for volume in parse_volumes(await _get(session, "/v1/board")):
        board.append(await _get(session, f"/v1/board/{volume.hash.hex()}"))
        check_volume(board[-1], volume)
    return board


def _seal_file(name: str, data: bytes) -> tuple[Attachment, dict[ChunkId, bytes]]:
    key, count = new_file_key(), chunk_count(len(data))
    pieces = [data[index * PIECE_SIZE : (index + 1) * PIECE_SIZE] for index in range(count)]
    sealed = {
        chunk_id(key, index): seal_chunk(key, index, piece, index == count - 1)
        for index, piece in enumerate(pieces)
    }
    hashed = file_hash(len(data), [piece_digest(piece) for piece in pieces])
    return Attachment(name, len(data), "", key, count, hashed), sealed


async def _get(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path) as answer:
        assert answer.status == 200, (path, answer.status)
        return await answer.read()


async def _put(session: aiohttp.ClientSession, path: str, body: bytes) -> None:
    async with session.put(path, data=body) as answer:
        assert answer.status == 204, (path, answer.status, await answer.text())
