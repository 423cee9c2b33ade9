"""Calls that write and read what a person carries: sealed files, directory files."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from crypto.directory_file import (
    encode_directory_file,
    read_directory_file,
    split_directory_file,
)
from crypto.names import ChunkId, GenesisId
from crypto.puzzle import puzzle_header, puzzle_nonce
from crypto.sealed_file import (
    SealedChunk,
    SealedEnvelope,
    SealedFileHead,
    SealedFileReader,
    SealedFileWriter,
    last_day_of,
    sealed_file_size,
)
from tests.vectors.calls.directories import shown_directory
from tests.vectors.calls.files import chunk_bytes
from tests.vectors.calls.messages import envelope_bytes

Members = dict[str, Any]

_COUNT_AT, _HEAD_SIZE = 58, 94


def _parts(file: Members) -> list[bytes]:
    """Return the parts of a file: the head, each chunk's, and the envelope's with the end."""
    genesis_id, chunks = bytes.fromhex(file["genesis_id"]), file["chunks"]
    writer = SealedFileWriter(SealedFileHead(GenesisId(genesis_id), file["last_day"], len(chunks)))
    parts = [writer.begin()]
    for one in chunks:
        chunk_id, nonce = ChunkId(bytes.fromhex(one["id"])), bytes.fromhex(one["nonce"])
        parts.append(writer.chunk(chunk_id, nonce=nonce, chunk=chunk_bytes(one["chunk"])))
    parts.append(
        writer.end(nonce=bytes.fromhex(file["nonce"]), envelope=envelope_bytes(file["envelope"]))
    )
    return parts


def _altered(parts: list[bytes], changes: Members) -> bytes:
    """Return a file with its parts in an order, a count in its head, then bits and size changed."""
    whole = bytearray(b"".join(parts[place] for place in changes.get("order", range(len(parts)))))
    if "count" in changes:
        whole[_COUNT_AT : _COUNT_AT + 4] = changes["count"].to_bytes(4, "big")
        hashed_to = _HEAD_SIZE - 32
        whole[hashed_to:_HEAD_SIZE] = hashlib.sha256(whole[:hashed_to]).digest()
    for offset, change in changes.get("xor", []):
        whole[offset] ^= int(change, 16)
    size = changes.get("resize", len(whole))
    return bytes(whole[:size]).ljust(size, b"\0")


def write_sealed_file(vector: Members) -> object:
    """Return the size and the SHA-256 of a file as a writer makes it."""
    whole = b"".join(_parts(vector["file"]))
    return {"size": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}


def _read(vector: Members) -> object:
    data = BytesIO(_altered(_parts(vector["file"]), vector.get("altered", {})))
    reader = SealedFileReader(GenesisId(bytes.fromhex(vector["genesis_id"])), vector["day"])
    return list(_shown(reader, data))


def _shown(reader: SealedFileReader, data: BytesIO) -> Iterator[Members]:
    while reader.wants:
        match reader.feed(data.read(reader.wants)):
            case SealedFileHead(_, last_day, chunks):
                yield {"last_day": last_day, "chunks": chunks}
            case SealedChunk(id=chunk_id, nonce=nonce, chunk=chunk):
                shown = {"id": chunk_id.hex(), "nonce": nonce.hex()}
                yield shown | {"sha256": hashlib.sha256(chunk).hexdigest()}
            case SealedEnvelope(nonce=nonce, envelope=envelope):
                address = hashlib.sha256(envelope).hexdigest()
                yield {"nonce": nonce.hex(), "address": address}


def _puzzle_header(vector: Members) -> object:
    header = puzzle_header(vector["day"], bytes.fromhex(vector["nonce"]))
    return {"header": header, "nonce": puzzle_nonce(header).hex()}


def _read_directory_file(vector: Members) -> object:
    data = bytes.fromhex(vector["data"])
    file = read_directory_file(data, GenesisId(bytes.fromhex(vector["genesis_id"])))
    return {
        "directory": shown_directory(file.directory),
        "form": file.directory.form.hex(),
        "keys": list(file.keys),
        "encoded": _encoded_again(data) == data,
    }


def _encoded_again(data: bytes) -> bytes:
    document, form, keys = split_directory_file(data)
    return encode_directory_file(document, form=form, keys=keys)


CALLS = {
    "write_sealed_file": write_sealed_file,
    "read_sealed_file": _read,
    "last_day_of": lambda vector: [last_day_of(day) for day in vector["days"]],
    "sealed_file_size": lambda vector: [sealed_file_size(count) for count in vector["counts"]],
    "puzzle_header": _puzzle_header,
    "read_directory_file": _read_directory_file,
}
