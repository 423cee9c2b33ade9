"""Chunks and files: SPEC 8. Given as recipes, since each chunk has 256 KiB."""

import hashlib
from collections.abc import Iterator
from typing import Any

from crypto.chunks import FileKey, chunk_count, chunk_id, file_hash, piece_digest, seal_chunk
from crypto.padding import padded_chunk_count
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from tests.vectors.vector import Vector, accepted, randomness, refused

KEY = FileKey(randomness("file key", 32))
OTHER_KEY = FileKey(randomness("another file key", 32))
PATTERN = randomness("pattern", 251)
_SIZES = (0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE, 600_000)
_COUNTS = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 17, 33, 100, 161, 1000, 1001, 7000, 63488, 63489)

Recipe = dict[str, object]
Inputs = dict[str, Any]


def vectors() -> Iterator[Vector]:
    """Yield chunks and files that open, and each way in which they do not."""
    yield from _good()
    yield from _bad_chunks()
    yield from _bad_ends()
    yield from _bad_files()
    yield from _in_order()


def content(size: int, pattern: bytes = PATTERN) -> bytes:
    """Return a file's bytes: the pattern, repeated and cut."""
    return (pattern * (size // len(pattern) + 1))[:size]


def pieces(size: int) -> list[bytes]:
    """Return the pieces of such a file."""
    whole = content(size)
    return [whole[i * PIECE_SIZE : (i + 1) * PIECE_SIZE] for i in range(chunk_count(size))]


def hash_of(size: int, announced: int | None = None) -> str:
    """Return the file hash, if wanted for another size than the true one."""
    announced = size if announced is None else announced
    return file_hash(announced, map(piece_digest, pieces(size))).hex()


def sealed(
    index: int,
    start: int,
    size: int,
    last: bool,
    *,
    key: FileKey = KEY,
    pattern: bytes = PATTERN,
    **altered: object,
) -> Recipe:
    """Return a recipe: `size` bytes of the content from `start` on, sealed, then altered."""
    chunk = seal_chunk(key, index, content(start + size, pattern)[start:], last)
    return {
        "file_key": key.secret.hex(),
        "index": index,
        "last": last,
        "pattern": pattern.hex(),
        "start": start,
        "size": size,
        "sha256": hashlib.sha256(chunk).hexdigest(),
        **altered,
    }


def recipes(size: int) -> list[Recipe]:
    """Return the recipes of all chunks of a file."""
    parts = pieces(size)
    return [
        sealed(index, index * PIECE_SIZE, len(part), index == len(parts) - 1)
        for index, part in enumerate(parts)
    ]


def _good() -> Iterator[Vector]:
    for size in _SIZES:
        yield accepted(
            f"file_ok_{size}",
            f"A file of {size} bytes.",
            "open_file",
            {"sha256": hashlib.sha256(content(size)).hexdigest()},
            **_file(size, recipes(size)),
        )
    yield accepted(
        "chunk_ok",
        "A chunk at an index of more than one byte.",
        "open_chunk",
        {"sha256": hashlib.sha256(content(PIECE_SIZE)).hexdigest()},
        **_chunk(sealed(40_000, 0, PIECE_SIZE, False), 40_000, False),
    )
    indexes = [0, 1, 255, 256, 65_534]
    yield accepted(
        "chunk_ok_ids",
        "The ids of chunks.",
        "chunk_id",
        [chunk_id(KEY, index).hex() for index in indexes],
        file_key=KEY.secret.hex(),
        indexes=indexes,
    )
    yield accepted(
        "file_ok_hashes",
        "The hashes of files.",
        "file_hash",
        [hash_of(size) for size in _SIZES],
        pattern=PATTERN.hex(),
        sizes=list(_SIZES),
    )
    yield accepted(
        "chunk_ok_padded_counts",
        "How many chunks a message is filled up to.",
        "padded_chunk_count",
        [padded_chunk_count(count) for count in _COUNTS],
        counts=list(_COUNTS),
    )


def _bad_chunks() -> Iterator[Vector]:
    whole = sealed(1, 0, PIECE_SIZE, False)
    for variant, size in (("short", CHUNK_SIZE - 1), ("long", CHUNK_SIZE + 1), ("empty", 0)):
        yield _refused_chunk(
            "chunk_size",
            f"{size} bytes.",
            "Malformed",
            whole | {"resize": size},
            variant,
        )
    for variant, offset in (("first", 0), ("middle", 131_072), ("tag", CHUNK_SIZE - 1)):
        altered = whole | {"xor": [[offset, "01"]]}
        yield _refused_chunk(
            "chunk_altered", f"Byte {offset} was altered.", "Unauthentic", altered, variant
        )
    yield _refused_chunk(
        "chunk_altered",
        "A chunk of another file.",
        "Unauthentic",
        sealed(1, 0, PIECE_SIZE, False, key=OTHER_KEY),
        "other_key",
    )
    first, second, third = recipes(3 * PIECE_SIZE)
    yield _refused_file(
        "chunk_order", "Two chunks swapped.", "Unauthentic", [second, first, third], "swapped"
    )
    yield _refused_file(
        "chunk_order", "A chunk twice.", "Unauthentic", [first, first, third], "repeated"
    )


def _bad_ends() -> Iterator[Vector]:
    first, second, third = recipes(3 * PIECE_SIZE)
    unmarked = sealed(2, 2 * PIECE_SIZE, PIECE_SIZE, False)
    yield _refused_file(
        "chunk_last_missing",
        "The last piece is not marked as last.",
        "Unauthentic",
        [first, second, unmarked],
    )
    # A writer that ends each file with a short piece would end this one with an empty one.
    full, empty = sealed(0, 0, PIECE_SIZE, False), sealed(1, 0, PIECE_SIZE, True, pattern=b"\0")
    yield refused(
        "chunk_last_missing",
        "An empty last piece after a full one, which makes the full one not the last.",
        "Unauthentic",
        "open_file",
        variant="empty_piece",
        **_file(PIECE_SIZE, [full, empty]),
    )
    early = sealed(1, PIECE_SIZE, PIECE_SIZE, True)
    yield _refused_file(
        "chunk_last_early",
        "A piece before the end is marked as last.",
        "Unauthentic",
        [first, early, third],
    )
    yield _refused_file(
        "file_chunk_missing", "The last chunk is missing.", "Contradictory", [first, second], "last"
    )
    yield _refused_file("file_chunk_missing", "All chunks are missing.", "Contradictory", [], "all")
    yield _refused_file(
        "file_chunk_extra",
        "One chunk too many.",
        "Contradictory",
        [first, second, third, sealed(3, 0, PIECE_SIZE, True)],
    )


def _bad_files() -> Iterator[Vector]:
    size = 300_000
    true = _file(size, recipes(size))
    yield refused(
        "file_size",
        "One byte more is announced than was sealed.",
        "Contradictory",
        "open_file",
        variant="larger",
        **(true | {"size": size + 1}),
    )
    ends_in_zero = [piece_digest(pieces(size)[0]), piece_digest(pieces(size)[1] + b"\0")]
    yield refused(
        "file_size",
        "The file ends in a zero, and is announced without it.",
        "Contradictory",
        "open_file",
        variant="smaller",
        **(true | {"hash": file_hash(size + 1, ends_in_zero).hex()}),
    )
    yield refused(
        "file_hash",
        "The hash of another file is announced.",
        "Contradictory",
        "open_file",
        **(true | {"hash": hash_of(size - 1)}),
    )
    yield refused(
        "file_hash",
        "The hash is of the same pieces under another size.",
        "Contradictory",
        "open_file",
        variant="other_size",
        **(true | {"hash": hash_of(size, size + 1)}),
    )
    full = [recipes(size)[0], sealed(1, PIECE_SIZE, PIECE_SIZE, True)]
    yield refused(
        "file_padding",
        "The last chunk is filled with something other than zeros.",
        "Malformed",
        "open_file",
        **_file(size, full),
    )


def _in_order() -> Iterator[Vector]:
    """Yield files with two faults, of which the first in the order of SPEC 8.1 is told."""
    size = 300_000
    first, second = recipes(size)
    full = sealed(1, PIECE_SIZE, PIECE_SIZE, True)
    short = second | {"resize": CHUNK_SIZE - 1}
    what = "Two faults, of which the first is told."
    for rule, variant, expect, chunks, announced in (
        ("file_padding", "before_extra", "Malformed", [first, full, second], hash_of(size)),
        ("file_padding", "before_hash", "Malformed", [first, full], hash_of(size - 1)),
        ("file_chunk_extra", "before_size", "Contradictory", [first, second, short], hash_of(size)),
        ("chunk_size", "before_order", "Malformed", [short, first], hash_of(size)),
        ("file_chunk_missing", "before_hash", "Contradictory", [first], hash_of(size - 1)),
    ):
        inputs = _file(size, chunks) | {"hash": announced}
        yield refused(rule, what, expect, "open_file", variant=variant, **inputs)


def _chunk(recipe: Recipe, index: int, last: bool) -> dict[str, object]:
    return {"file_key": KEY.secret.hex(), "index": index, "last": last, "chunk": recipe}


def _file(size: int, chunks: list[Recipe]) -> Inputs:
    return {
        "file_key": KEY.secret.hex(),
        "size": size,
        "hash": hash_of(size),
        "chunks": chunks,
    }


def _refused_chunk(rule: str, what: str, expect: str, recipe: Recipe, variant: str) -> Vector:
    return refused(rule, what, expect, "open_chunk", variant=variant, **_chunk(recipe, 1, False))


def _refused_file(
    rule: str, what: str, expect: str, chunks: list[Recipe], variant: str = ""
) -> Vector:
    return refused(
        rule, what, expect, "open_file", variant=variant, **_file(3 * PIECE_SIZE, chunks)
    )
