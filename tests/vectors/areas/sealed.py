"""Sealed files: SPEC 11.1. Given as recipes, since each chunk has 256 KiB."""

import hashlib
from collections.abc import Iterator
from typing import Any

from crypto.chunks import chunk_id
from crypto.days import first_day, later
from crypto.names import Day, GenesisId
from crypto.puzzle import puzzle_nonce, solve_puzzle
from crypto.sealed_file import last_day_of, sealed_file_size
from crypto.sizes import PIECE_SIZE
from tests.vectors.areas.chunk import KEY, sealed
from tests.vectors.calls.carried_files import write_sealed_file
from tests.vectors.calls.messages import envelope_bytes
from tests.vectors.people import DAY, GENESIS_ID, OTHER_GENESIS_ID, WEEK
from tests.vectors.vector import Vector, accepted, randomness, refused

_ENVELOPE = {"base": "envelope/ok.json"}
_LAST_DAY = later(first_day(WEEK), 13)
_HEAD, _CHUNK, _ENVELOPE_PART = 94, 262_216, 32_808
# Where the numbers of a head stand.
_LAST_DAY_AT, _COUNT_AT = 54, 58

Members = dict[str, Any]
Part = dict[str, object]


def vectors() -> Iterator[Vector]:
    """Yield sealed files that a reader accepts, and each kind that it does not."""
    yield from _good()
    yield from _numbers()
    yield from _bad_heads()
    yield from _in_order()
    yield from _bad_parts()
    yield from _bad_ends()


def _chunks(count: int) -> list[Members]:
    return [
        {
            "id": chunk_id(KEY, index).hex(),
            "nonce": randomness(f"nonce {index}", 8).hex(),
            "chunk": sealed(index, 0, PIECE_SIZE, index == count - 1),
        }
        for index in range(count)
    ]


def _file(count: int, *, last_day: int = _LAST_DAY, genesis_id: GenesisId = GENESIS_ID) -> Members:
    """Return the inputs of a file, as a writer is given them."""
    return {
        "genesis_id": genesis_id.hex(),
        "last_day": last_day,
        "chunks": _chunks(count),
        "nonce": randomness("nonce of the envelope", 8).hex(),
        "envelope": _ENVELOPE,
    }


def _read(file: Members, day: int = DAY, **altered: object) -> Members:
    """Return the inputs of a call that reads a file, altered on the way."""
    inputs = {"genesis_id": GENESIS_ID.hex(), "day": day, "file": file}
    return inputs | ({"altered": altered} if altered else {})


def _shown(file: Members) -> list[object]:
    head = {"last_day": file["last_day"], "chunks": len(file["chunks"])}
    shown = [
        {"id": one["id"], "nonce": one["nonce"], "sha256": one["chunk"]["sha256"]}
        for one in file["chunks"]
    ]
    address = hashlib.sha256(envelope_bytes(_ENVELOPE)).hexdigest()
    return [head, *shown, {"nonce": file["nonce"], "address": address}]


def _good() -> Iterator[Vector]:
    for count in (0, 1, 2):
        file = _file(count)
        result = write_sealed_file({"file": file})
        what = f"A file of {count} chunks is written."
        yield accepted(f"sealed_ok_written_{count}", what, "write_sealed_file", result, file=file)
        what = f"A file of {count} chunks is read."
        call = "read_sealed_file"
        yield accepted(f"sealed_ok_read_{count}", what, call, _shown(file), **_read(file))
    file = _file(0)
    for variant, day in (("last_day", _LAST_DAY), ("first_day", _LAST_DAY - 16)):
        what = f"A file is read {_LAST_DAY - day} days before its last day ends."
        name = f"sealed_ok_{variant}"
        yield accepted(name, what, "read_sealed_file", _shown(file), **_read(file, day))


def _numbers() -> Iterator[Vector]:
    days = [7 * WEEK - 1, 7 * WEEK, 7 * WEEK + 6, 7 * WEEK + 7, DAY]
    what = "The last days of files that are sealed on days."
    result: object = [last_day_of(Day(day)) for day in days]
    yield accepted("sealed_ok_last_days", what, "last_day_of", result, days=days)
    counts = [0, 1, 2, 4, 63_488]
    what = "The sizes of files of so many chunks."
    result = [sealed_file_size(count) for count in counts]
    yield accepted("sealed_ok_sizes", what, "sealed_file_size", result, counts=counts)
    header = solve_puzzle(GENESIS_ID, 2, chunk_id(KEY, 0), 9, _LAST_DAY)
    what = "The header of a nonce, and the nonce of a header."
    result = {"header": header, "nonce": puzzle_nonce(header).hex()}
    inputs = {"day": _LAST_DAY, "nonce": puzzle_nonce(header).hex()}
    yield accepted("sealed_ok_puzzle", what, "puzzle_header", result, **inputs)


def _bad_heads() -> Iterator[Vector]:
    file, call = _file(0), "read_sealed_file"
    for variant, what, altered in (
        ("", "Another label.", {"xor": [[1, "01"]]}),
        ("length", "The label's length.", {"xor": [[0, "01"]]}),
        ("empty", "No byte at all.", {"resize": 0}),
    ):
        inputs = _read(file, **altered)
        yield refused("sealed_label", what, "Malformed", call, variant=variant, **inputs)
    for variant, offset in (("office", 30), ("day", _LAST_DAY_AT + 3), ("count", _COUNT_AT + 3)):
        what = "A bit of the head was turned round."
        inputs = _read(file, xor=[[offset, "01"]])
        yield refused("sealed_head", what, "Unauthentic", call, variant=variant, **inputs)
    what = "A file for another office."
    inputs = _read(_file(0, genesis_id=GenesisId(OTHER_GENESIS_ID)))
    yield refused("sealed_office", what, "Foreign", call, **inputs)
    for variant, count in (
        ("", 3),
        *((f"{few}", few) for few in (5, 6, 7)),
        ("most", 65_536),
        ("padded", 65_535),
    ):
        what = f"A head that claims {count} chunks."
        inputs = _read(file, count=count)
        yield refused("sealed_count", what, "Malformed", call, variant=variant, **inputs)
    what = "A day past the last one."
    yield refused("sealed_expired", what, "Outdated", call, **_read(file, _LAST_DAY + 1))
    what = "A last day 17 days ahead."
    yield refused("sealed_early", what, "Outdated", call, **_read(file, _LAST_DAY - 17))


def _in_order() -> Iterator[Vector]:
    """Yield heads with two faults, of which the first in the order of SPEC 11.1 is told."""
    here = _file(0)
    other = _file(0, genesis_id=GenesisId(OTHER_GENESIS_ID))
    for rule, variant, expect, inputs in (
        ("sealed_label", "before_size", "Malformed", _read(here, xor=[[1, "01"]], resize=60)),
        ("sealed_truncated", "before_head", "Malformed", _read(here, xor=[[60, "01"]], resize=93)),
        ("sealed_head", "before_office", "Unauthentic", _read(other, xor=[[60, "01"]])),
        ("sealed_office", "before_count", "Foreign", _read(other, count=3)),
        ("sealed_count", "before_day", "Malformed", _read(here, _LAST_DAY + 1, count=3)),
        ("sealed_expired", "before_parts", "Outdated", _read(here, _LAST_DAY + 1, resize=_HEAD)),
        (
            "sealed_envelope",
            "before_end",
            "Unauthentic",
            _read(here, xor=[[_HEAD + 9, "01"], [_HEAD + _ENVELOPE_PART, "01"]]),
        ),
        (
            "sealed_truncated",
            "before_envelope",
            "Malformed",
            _read(here, xor=[[_HEAD + 9, "01"]], resize=_HEAD + _ENVELOPE_PART),
        ),
    ):
        what, call = "Two faults, of which the first is told.", "read_sealed_file"
        yield refused(rule, what, expect, call, variant=variant, **inputs)


def _bad_parts() -> Iterator[Vector]:
    file, call = _file(1), "read_sealed_file"
    for variant, offset in (("id", 0), ("nonce", 35), ("", 40_000), ("hash", _CHUNK - 1)):
        what = "A bit of a chunk's part was turned round."
        inputs = _read(file, xor=[[_HEAD + offset, "80"]])
        yield refused("sealed_chunk", what, "Unauthentic", call, variant=variant, **inputs)
    file = _file(0)
    for variant, offset in (("nonce", 7), ("", 20_000), ("hash", _ENVELOPE_PART - 1)):
        what = "A bit of the envelope's part was turned round."
        inputs = _read(file, xor=[[_HEAD + offset, "80"]])
        yield refused("sealed_envelope", what, "Unauthentic", call, variant=variant, **inputs)


def _bad_ends() -> Iterator[Vector]:
    file, call = _file(2), "read_sealed_file"
    for variant, what, order in (
        ("swapped", "Two chunks in another order.", [0, 2, 1, 3]),
        ("twice", "One chunk twice.", [0, 1, 1, 3]),
    ):
        inputs = _read(file, order=order)
        yield refused("sealed_end", what, "Unauthentic", call, variant=variant, **inputs)
    what = "A bit of the end was turned round."
    end = _HEAD + _ENVELOPE_PART
    yield refused("sealed_end", what, "Unauthentic", call, **_read(_file(0), xor=[[end, "01"]]))
    whole = sealed_file_size(0)
    for variant, size in (("head", _HEAD - 1), ("envelope", _HEAD), ("", whole - 1)):
        what = f"A file cut after {size} bytes."
        inputs = _read(_file(0), resize=size)
        yield refused("sealed_truncated", what, "Malformed", call, variant=variant, **inputs)
    what = "A file cut within a chunk."
    inputs = _read(_file(1), resize=_HEAD + _CHUNK - 1)
    yield refused("sealed_truncated", what, "Malformed", call, variant="chunk", **inputs)
    what = "A byte after the end."
    yield refused("sealed_trailing", what, "Malformed", call, **_read(_file(0), resize=whole + 1))
