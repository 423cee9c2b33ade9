"""Calls of areas chunk and file."""

import hashlib
from typing import Any

from crypto.chunks import FileKey, chunk_count, chunk_id, file_hash, piece_digest, seal_chunk
from crypto.office.chunks import open_chunk, open_file
from crypto.padding import padded_chunk_count
from crypto.sizes import PIECE_SIZE

Members = dict[str, Any]


def chunk_bytes(recipe: Members) -> bytes:
    """Return the chunk of a recipe, checked before it is altered."""
    end = recipe["start"] + recipe["size"]
    piece = _content(recipe["pattern"], end)[recipe["start"] :]
    key = FileKey(bytes.fromhex(recipe["file_key"]))
    chunk = bytearray(seal_chunk(key, recipe["index"], piece, recipe["last"]))
    assert hashlib.sha256(chunk).hexdigest() == recipe["sha256"]
    for offset, change in recipe.get("xor", []):
        chunk[offset] ^= int(change, 16)
    size = recipe.get("resize", len(chunk))
    return bytes(chunk[:size]).ljust(size, b"\0")


def _content(pattern: str, size: int) -> bytes:
    repeated = bytes.fromhex(pattern)
    return (repeated * (size // len(repeated) + 1))[:size]


def _open_chunk(vector: Members) -> object:
    key = FileKey(bytes.fromhex(vector["file_key"]))
    piece = open_chunk(key, vector["index"], chunk_bytes(vector["chunk"]), vector["last"])
    return {"sha256": hashlib.sha256(piece).hexdigest()}


def _open_file(vector: Members) -> object:
    key = FileKey(bytes.fromhex(vector["file_key"]))
    chunks = map(chunk_bytes, vector["chunks"])
    content = hashlib.sha256()
    for piece in open_file(key, vector["size"], bytes.fromhex(vector["hash"]), chunks):
        content.update(piece)
    return {"sha256": content.hexdigest()}


def _chunk_id(vector: Members) -> object:
    key = FileKey(bytes.fromhex(vector["file_key"]))
    return [chunk_id(key, index).hex() for index in vector["indexes"]]


def _file_hash(vector: Members) -> object:
    return [_hash_of(_content(vector["pattern"], size)) for size in vector["sizes"]]


def _hash_of(content: bytes) -> str:
    starts = range(0, chunk_count(len(content)) * PIECE_SIZE, PIECE_SIZE)
    digests = [piece_digest(content[start : start + PIECE_SIZE]) for start in starts]
    return file_hash(len(content), digests).hex()


def _padded_chunk_count(vector: Members) -> object:
    return [padded_chunk_count(count) for count in vector["counts"]]


CALLS = {
    "open_chunk": _open_chunk,
    "open_file": _open_file,
    "chunk_id": _chunk_id,
    "file_hash": _file_hash,
    "padded_chunk_count": _padded_chunk_count,
}
