"""The sealed file: a whole message in one file, to be sent later and from elsewhere: SPEC 11.1.

Public: it needs no key. Neither writer nor reader holds more than one part, and neither does any
input or output: a writer gives out the bytes of each part, a reader says how many it wants next.

    reader = SealedFileReader(genesis_id, day)
    while reader.wants:
        item = reader.feed(read(reader.wants))    fewer bytes only at the end of the file
"""

import hashlib
from dataclasses import dataclass

from crypto.days import first_day, later, week_of
from crypto.errors import Foreign, Malformed, Outdated, Unauthentic
from crypto.labels import Label, bound, labelled
from crypto.lifetimes import KEY_DAYS, SEALED_FILE_AHEAD_DAYS
from crypto.names import ChunkId, Day, GenesisId
from crypto.padding import padded_chunk_count
from crypto.sizes import (
    CHUNK_ID_SIZE,
    CHUNK_SIZE,
    CHUNKS_MAX,
    ENVELOPE_SIZE,
    GENESIS_ID_SIZE,
    PUZZLE_NONCE_SIZE,
)

__all__ = [
    "SealedChunk",
    "SealedEnvelope",
    "SealedFileHead",
    "SealedFileReader",
    "SealedFileWriter",
    "last_day_of",
    "sealed_file_size",
]

_HASH_SIZE = 32
_NUMBER_SIZE = 4

_HEAD_SIZE = len(labelled(Label.SEALED_FILE)) + GENESIS_ID_SIZE + 2 * _NUMBER_SIZE + _HASH_SIZE
_CHUNK_PART_SIZE = CHUNK_ID_SIZE + PUZZLE_NONCE_SIZE + CHUNK_SIZE + _HASH_SIZE
_ENVELOPE_PART_SIZE = PUZZLE_NONCE_SIZE + ENVELOPE_SIZE + _HASH_SIZE
_LAST_SIZE = _ENVELOPE_PART_SIZE + _HASH_SIZE


@dataclass(frozen=True)
class SealedFileHead:
    """What a sealed file begins with: its office, its last day, its number of chunks."""

    genesis_id: GenesisId
    last_day: Day
    chunks: int


@dataclass(frozen=True, kw_only=True)
class SealedChunk:
    """A chunk (262,144 bytes), its id (32), and the nonce (8) of its puzzle."""

    id: ChunkId
    nonce: bytes
    chunk: bytes


@dataclass(frozen=True, kw_only=True)
class SealedEnvelope:
    """The envelope (32,768 bytes) of a file that is whole, and the nonce (8) of its puzzle."""

    nonce: bytes
    envelope: bytes


def last_day_of(day: Day) -> Day:
    """Return the last day of a file that is sealed on a day: that of the day's intake keys."""
    # SPEC 11.1: 7w + 13
    return later(first_day(week_of(day)), KEY_DAYS - 1)


def sealed_file_size(chunks: int) -> int:
    """Return the size of a file of so many chunks."""
    return _HEAD_SIZE + chunks * _CHUNK_PART_SIZE + _LAST_SIZE


class SealedFileWriter:
    """Gives out the bytes of one file: `begin`, a `chunk` for each that the head counts, `end`.

    Raises ValueError for parts out of turn, Malformed for a head that a reader would refuse.
    """

    def __init__(self, head: SealedFileHead) -> None:
        _check_count(head.chunks)
        self._head = head
        self._parts = _Parts()
        self._missing = head.chunks

    def begin(self) -> bytes:
        """Return the head."""
        head = self._head
        # SPEC 11.1: labelled(SEALED_FILE) || genesis_id || u32 last day || u32 n
        numbers = head.last_day.to_bytes(4, "big") + head.chunks.to_bytes(4, "big")
        return self._parts.written(bound(Label.SEALED_FILE, head.genesis_id), numbers)

    def chunk(self, chunk_id: ChunkId, *, nonce: bytes, chunk: bytes) -> bytes:
        """Return the part of the next chunk."""
        if not self._missing or (len(chunk_id), len(nonce), len(chunk)) != (
            CHUNK_ID_SIZE,
            PUZZLE_NONCE_SIZE,
            CHUNK_SIZE,
        ):
            raise ValueError("not the next chunk of this file")
        self._missing -= 1
        return self._parts.written(chunk_id, nonce, chunk)

    def end(self, *, nonce: bytes, envelope: bytes) -> bytes:
        """Return the part of the envelope, and the end. Nothing can follow."""
        if self._missing or (len(nonce), len(envelope)) != (PUZZLE_NONCE_SIZE, ENVELOPE_SIZE):
            raise ValueError("not the envelope of this file")
        return self._parts.written(nonce, envelope) + self._parts.digest()


class SealedFileReader:
    """Reads one file, part by part, for an office and on a day.

    `wants` is how many bytes it takes next, 0 once the file has ended well; `head` what it began
    with, once that was read.
    """

    def __init__(self, genesis_id: GenesisId, day: Day) -> None:
        self._genesis_id = genesis_id
        self._day = day
        self._parts = _Parts()
        self._missing = 0
        self.head: SealedFileHead | None = None
        self.wants = _HEAD_SIZE

    def feed(self, part: bytes | bytearray) -> SealedFileHead | SealedChunk | SealedEnvelope:
        """Return what the next `wants` bytes are: the head, a chunk, or in the end the envelope.

        Fewer bytes mean that there are no more. Raises Malformed, Unauthentic, Foreign, Outdated.
        """
        if self.head is None:
            self.head = self._read_head(part)
            self._missing = self.head.chunks
            self._ask()
            return self.head
        # The last part is asked for with a byte more, which must not be there.
        last = not self._missing
        if len(part) < self.wants - last:
            raise Malformed("a sealed file that ends before its end")
        if len(part) > self.wants - last:
            raise Malformed("a sealed file that goes on after its end")
        return self._read_last(part) if last else self._read_chunk(part)

    def _ask(self) -> None:
        self.wants = _CHUNK_PART_SIZE if self._missing else _LAST_SIZE + 1

    def _read_head(self, part: bytes | bytearray) -> SealedFileHead:
        label = labelled(Label.SEALED_FILE)
        if part[: len(label)] != label:
            raise Malformed("not a sealed file")
        if len(part) < _HEAD_SIZE:
            raise Malformed("a sealed file that ends before its end")
        body = self._parts.checked(part)
        office = GenesisId(bytes(body[len(label) : len(label) + GENESIS_ID_SIZE]))
        numbers = body[len(label) + GENESIS_ID_SIZE :]
        last_day = Day(int.from_bytes(numbers[:_NUMBER_SIZE], "big"))
        chunks = int.from_bytes(numbers[_NUMBER_SIZE:], "big")
        if office != self._genesis_id:
            raise Foreign("a sealed file for another office")
        _check_count(chunks)
        if self._day > last_day:
            raise Outdated("a sealed file past its last day")
        if last_day > self._day + SEALED_FILE_AHEAD_DAYS:
            raise Outdated("a sealed file whose last day is too far ahead")
        return SealedFileHead(office, last_day, chunks)

    def _read_chunk(self, part: bytes | bytearray) -> SealedChunk:
        body = self._parts.checked(part)
        self._missing -= 1
        self._ask()
        nonce_end = CHUNK_ID_SIZE + PUZZLE_NONCE_SIZE
        chunk_id, nonce = bytes(body[:CHUNK_ID_SIZE]), bytes(body[CHUNK_ID_SIZE:nonce_end])
        return SealedChunk(id=ChunkId(chunk_id), nonce=nonce, chunk=bytes(body[nonce_end:]))

    def _read_last(self, part: bytes | bytearray) -> SealedEnvelope:
        body = self._parts.checked(memoryview(part)[:_ENVELOPE_PART_SIZE])
        if self._parts.digest() != part[_ENVELOPE_PART_SIZE:]:
            raise Unauthentic("a sealed file whose parts are not those of one file")
        self.wants = 0
        return SealedEnvelope(
            nonce=bytes(body[:PUZZLE_NONCE_SIZE]), envelope=bytes(body[PUZZLE_NONCE_SIZE:])
        )


class _Parts:
    """The hashes of parts, one after another, and the hash of them all."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def written(self, *pieces: bytes) -> bytes:
        """Return a part: its pieces, and their SHA-256 behind them."""
        body = b"".join(pieces)
        digest = hashlib.sha256(body).digest()
        self._hash.update(digest)
        return body + digest

    def checked(self, part: bytes | bytearray | memoryview) -> memoryview:
        """Return a part without its hash, if that fits; else Unauthentic."""
        view = memoryview(part)
        digest = hashlib.sha256(view[:-_HASH_SIZE]).digest()
        if digest != view[-_HASH_SIZE:]:
            raise Unauthentic("a part of a sealed file that was altered or damaged")
        self._hash.update(digest)
        return view[:-_HASH_SIZE]

    def digest(self) -> bytes:
        """Return the hash of the hashes of all parts so far."""
        return self._hash.digest()


def _check_count(chunks: int) -> None:
    if chunks > CHUNKS_MAX or padded_chunk_count(chunks) != chunks:
        raise Malformed("a sealed file of a number of chunks that is not padded")
