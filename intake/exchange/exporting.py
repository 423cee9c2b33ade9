"""`intake export`: everything that a recipient has not confirmed, as one bundle or in parts."""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from crypto.bundle import PARTS_MAX, BundleWriter, InboundHeader, ItemType, Sign, envelope_item
from crypto.directory import Directory
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from crypto.statements import encode_taken_line
from ground.disk.new_files import NewFiles
from ground.disk.room import free_bytes, is_full, refusal_of
from ground.shell.figures import number_text, size_text
from ground.shell.foreign import foreign_path
from ground.shell.progress import Progress
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.exchange.server_key import read_server_key, signer
from intake.storage.disk_faults import disk_faults_said
from intake.storage.exports import Damage, Exports, Item, Snapshot, open_exports
from intake.storage.folder import open_folder
from intake.storage.kinds import Kind

__all__ = ["Damage", "Exported", "export_bundle"]

EXPORT_ID_SIZE: Final = 16
"""Bytes that the parts of one export share."""

_CHUNK_ID_SIZE: Final = 32
_WEEK_SIZE: Final = 4
_SIZES: Final = {
    Kind.ENVELOPE: _WEEK_SIZE + ENVELOPE_SIZE,
    Kind.CHUNK: _CHUNK_ID_SIZE + CHUNK_SIZE,
}


@dataclass(frozen=True)
class Exported:
    """What an export wrote. `damaged`: items here whose bytes are not what they were, left out.

    `damage`: the places on the disk that are not what was written.
    """

    recipient: str
    files: tuple[Path, ...]
    size: int
    envelopes: int
    chunks: int
    damaged: int
    damage: tuple[Damage, ...]
    directory: Directory
    day: Day


@dataclass(frozen=True)
class _Plan:
    """What goes into which part: the beginning of every part, and the items of each."""

    snapshot: Snapshot
    sign: Sign
    head: tuple[tuple[ItemType, bytes], ...]
    recipient: str
    parts: tuple[tuple[Item, ...], ...]


def export_bundle(path: Path, recipient: str, out: Path, part_size: int | None) -> Exported:
    """Write what `recipient` has not confirmed into `out`, or into parts each below `part_size`.

    Raises `Refusal`, and then there is no file. One that is killed leaves files without their names
    or, in its last moment, with them: the same again removes both, and begins anew.
    """
    folder = open_folder(path)
    with disk_faults_said(folder), ExitStack() as stack:
        exports = stack.enter_context(open_exports(folder))
        with exports.snapshot(recipient, today) as snapshot:
            known = _checked(snapshot, recipient)
            sign = signer(read_server_key(folder), known.office.genesis_id)
            plan = _plan(known, sign, recipient, part_size)
            size = sum(_part_sizes(plan))
            stack.enter_context(_stick_faults_said(out, size))
            files = stack.enter_context(NewFiles(out, _names(plan, out, part_size)))
            # Not before: what a killed export left has made room.
            if free_bytes(out.parent) < size:
                raise _no_room(out.parent, size)
            written = _write(exports, plan, files)
        exports.tidy()
    return Exported(
        recipient=recipient,
        files=files.paths,
        size=sum(name.stat().st_size for name in files.paths),
        envelopes=written[Kind.ENVELOPE],
        chunks=written[Kind.CHUNK],
        damaged=sum(map(len, plan.parts)) - sum(written.values()),
        damage=exports.damage(),
        directory=plan.snapshot.directory,
        day=plan.snapshot.day,
    )


def _checked(snapshot: Snapshot | None, recipient: str) -> Snapshot:
    if snapshot is None:
        raise Refusal(
            "this server serves no office yet",
            "take in its first bundle: intake import --data DIR FILE",
        )
    active = [known.id for known in snapshot.directory.recipients]
    if recipient not in active:
        raise Refusal(
            "the directory in force names no such recipient",
            f"--recipient is one of: {', '.join(active)}",
        )
    return snapshot


# ---- What goes into it, and how it is cut --------------------------------------------------------


def _plan(snapshot: Snapshot, sign: Sign, recipient: str, part_size: int | None) -> _Plan:
    """Return which items go into which part; one part where no size is given."""
    items = tuple(item for kind in Kind for item in _shuffled(snapshot, kind))
    whole = _Plan(snapshot, sign, _head(snapshot), recipient, (items,))
    if part_size is None:
        return whole
    return replace(whole, parts=_cut(whole, items, part_size))


def _head(snapshot: Snapshot) -> tuple[tuple[ItemType, bytes], ...]:
    """Return what every part begins with: directory, public keys, form, cards, taken lines."""
    return (
        (ItemType.DIRECTORY, snapshot.office.directory),
        *((ItemType.INTAKE_KEY, key) for key in snapshot.keys),
        (ItemType.FORM, snapshot.form),
        *((ItemType.CARD, card) for card in snapshot.cards),
        *((ItemType.TAKEN_LINE, line) for line in sorted(map(encode_taken_line, snapshot.lines))),
    )


def _shuffled(snapshot: Snapshot, kind: Kind) -> list[Item]:
    found = [item for item in snapshot.items if item.kind is kind]
    random.SystemRandom().shuffle(found)
    return found


def _cut(plan: _Plan, items: Sequence[Item], part_size: int) -> tuple[tuple[Item, ...], ...]:
    empty = _empty_part(plan)
    base = empty.size_with()
    costs = {kind: empty.size_with(size) - base for kind, size in _SIZES.items()}
    if part_size <= base + max(costs.values()):
        raise Refusal(
            f"a part of {number_text(part_size)} bytes is too small to hold one item",
            "4G suits a FAT32 stick; parts are made a little smaller than what is given",
        )
    parts: list[list[Item]] = [[]]
    size = base
    for item in items:
        if size + costs[item.kind] >= part_size:
            parts.append([])
            size = base
        parts[-1].append(item)
        size += costs[item.kind]
    if len(parts) > PARTS_MAX:
        raise Refusal(
            f"that would be {number_text(len(parts))} parts, and there can be {PARTS_MAX}",
            "give a larger --part-size",
        )
    return tuple(map(tuple, parts))


def _part_sizes(plan: _Plan) -> list[int]:
    """Return how many bytes each part will have."""
    empty = _empty_part(plan)
    return [empty.size_with(*(_SIZES[item.kind] for item in part)) for part in plan.parts]


def _empty_part(plan: _Plan) -> BundleWriter:
    return _begin(lambda _: None, plan, bytes(EXPORT_ID_SIZE), PARTS_MAX, PARTS_MAX)


def _begin(
    write: Callable[[bytes], object], plan: _Plan, export_id: bytes, part: int, parts: int
) -> BundleWriter:
    """Begin a part: everything that stands in each."""
    header = InboundHeader(
        genesis_id=plan.snapshot.office.genesis_id,
        recipient=plan.recipient,
        export_id=export_id,
        part=part,
        parts=parts,
        day=plan.snapshot.day,
        number=plan.snapshot.number,
    )
    bundle = BundleWriter(write, header, plan.sign)
    for item_type, item in plan.head:
        bundle.add(item_type, item)
    return bundle


# ---- Writing it ----------------------------------------------------------------------------------


def _names(plan: _Plan, out: Path, part_size: int | None) -> list[Path]:
    if part_size is None:
        return [out]
    return [out.with_name(f"{out.name}.{part:03}") for part in range(1, len(plan.parts) + 1)]


@contextmanager
def _stick_faults_said(out: Path, size: int) -> Iterator[None]:
    """Turn what a stick does not take into words."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise _no_room(out.parent, size) from None
        raise refusal_of(out, error) from None


def _no_room(folder: Path, size: int) -> Refusal:
    return Refusal(
        f"{foreign_path(folder)} has no room for {size_text(size)},"
        " or takes no file as large as these",
        "use a larger stick, or smaller parts on a FAT32 one: --part-size 2G",
    )


def _write(exports: Exports, plan: _Plan, files: NewFiles) -> dict[Kind, int]:
    """Write the parts, one item in memory at a time; returns how many items of each kind."""
    export_id = secrets.token_bytes(EXPORT_ID_SIZE)
    written = dict.fromkeys(Kind, 0)
    with Progress("Writing", sum(_part_sizes(plan))) as progress:
        for index, part in enumerate(plan.parts):
            with files.writing(index) as file:
                bundle = _begin(file.write, plan, export_id, index + 1, len(plan.parts))
                for item in part:
                    if _add(bundle, exports, item):
                        written[item.kind] += 1
                    progress.add(_SIZES[item.kind])
                bundle.end()
    return written


def _add(bundle: BundleWriter, exports: Exports, item: Item) -> bool:
    """Write one item; False where its bytes are damaged."""
    data = exports.read(item)
    if data is None:
        return False
    if item.kind is Kind.ENVELOPE:
        bundle.add(ItemType.ENVELOPE, *envelope_item(item.week, data))
    else:
        bundle.add(ItemType.CHUNK, item.key, data)
    return True
