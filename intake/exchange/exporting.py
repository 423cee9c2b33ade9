"""`intake export`: everything that a recipient has not confirmed, as one bundle or in parts."""

import hashlib
import random
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.bundle import PARTS_MAX, BundleWriter, InboundHeader, ItemType
from crypto.card import read_card
from crypto.directory import Directory, read_directory
from crypto.names import GenesisId
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from crypto.statements import encode_taken_line
from intake.errors import Refusal
from intake.exchange.dates import today
from intake.exchange.files import NewFiles
from intake.exchange.progress import Progress
from intake.storage import items, office, retention, taken
from intake.storage.container import Containers, Kind
from intake.storage.disk_faults import disk_faults_said
from intake.storage.folder import DataFolder, locked, open_folder
from intake.storage.items import Item
from intake.storage.sqlite import connect, prepare, reading, rewrite, writing
from intake.storage.wiping import wipe_all

EXPORT_ID_SIZE: Final = 16
"""Bytes that the parts of one export share."""

_CHUNK_ID_SIZE: Final = 32
_SIZES: Final = {Kind.ENVELOPE: ENVELOPE_SIZE, Kind.CHUNK: _CHUNK_ID_SIZE + CHUNK_SIZE}


@dataclass(frozen=True)
class Exported:
    """What an export wrote. `damaged`: items here whose bytes are not what they were, left out.

    `rewritten`: whether the database has been written anew after it.
    """

    recipient: str
    files: tuple[Path, ...]
    size: int
    envelopes: int
    chunks: int
    damaged: int
    rewritten: bool
    directory: Directory
    day: int


@dataclass(frozen=True)
class _Snapshot:
    """What goes into an export, as of one moment. The bytes of items stay in their slots."""

    genesis_id: GenesisId
    recipient: str
    day: int
    directory: Directory
    head: tuple[tuple[ItemType, bytes], ...]
    items: tuple[tuple[Kind, Item], ...]


def export_bundle(path: Path, recipient: str, out: Path, part_size: int | None) -> Exported:
    """Write what `recipient` has not confirmed into `out`, or into parts each below `part_size`.

    Raises `Refusal`, and then there is no file. One that is killed leaves files without their names
    or, in its last moment, with them: the same again removes both, and begins anew.
    """
    folder = open_folder(path)
    with disk_faults_said(folder), ExitStack() as stack:
        prepare(folder)
        connection = connect(folder)
        stack.callback(connection.close)
        containers = Containers(folder)
        stack.callback(containers.close)
        # While this is held, no slot that an export may read is overwritten.
        with locked(folder.export_lock, shared=True):
            snapshot = _look(folder, connection, recipient)
            plan = _plan(snapshot, part_size)
            files = stack.enter_context(_new_files(snapshot, plan, out, part_size))
            written = _write(containers, snapshot, plan, files)
        rewritten = _tidy(connection, folder, containers)
    return Exported(
        recipient=recipient,
        files=files.paths,
        size=sum(name.stat().st_size for name in files.paths),
        envelopes=written[Kind.ENVELOPE],
        chunks=written[Kind.CHUNK],
        damaged=len(snapshot.items) - sum(written.values()),
        rewritten=rewritten,
        directory=snapshot.directory,
        day=snapshot.day,
    )


def _tidy(connection: sqlite3.Connection, folder: DataFolder, containers: Containers) -> bool:
    """Overwrite what is over, and take the order of arrival out of the database's pages.

    False where the disk has no room, or the database was being read all the time.
    """
    try:
        wipe_all(connection, folder, containers)
        return rewrite(connection, folder)
    except (sqlite3.OperationalError, OSError):
        return False


# ---- What goes into it ---------------------------------------------------------------------------


def _look(folder: DataFolder, connection: sqlite3.Connection, recipient: str) -> _Snapshot:
    day = today()
    genesis_id, document = office.genesis_id(connection), office.directory(connection)
    if genesis_id is None or document is None:
        raise Refusal(
            "this server serves no office yet",
            "take in its first bundle: intake import --data DIR FILE",
        )
    with writing(connection, folder):
        retention.retire(connection, read_directory(document, genesis_id), day)
    with reading(connection):
        document = office.directory(connection) or document
        directory = read_directory(document, genesis_id)
        _check_recipient(directory, recipient)
        return _Snapshot(
            genesis_id,
            recipient,
            day,
            directory,
            _head(connection, genesis_id, document, directory),
            (
                *_shuffled(connection, Kind.ENVELOPE, recipient),
                *_shuffled(connection, Kind.CHUNK, recipient),
            ),
        )


def _check_recipient(directory: Directory, recipient: str) -> None:
    active = [known.id for known in directory.recipients]
    if recipient not in active:
        raise Refusal(
            "the directory in force names no such recipient",
            f"--recipient is one of: {', '.join(active)}",
        )


def _head(
    connection: sqlite3.Connection, genesis_id: GenesisId, document: bytes, directory: Directory
) -> tuple[tuple[ItemType, bytes], ...]:
    """Return what every part begins with: directory, public keys, cards, taken lines."""
    cards = sorted(card.card for card in office.cards(connection))
    hashes = {key.hash for recipient in directory.recipients for key in recipient.keys}
    for card in cards:
        hashes.update(key.hash for key in read_card(card, genesis_id).keys)
    keys = [office.intake_key(connection, key_hash) for key_hash in sorted(hashes)]
    return (
        (ItemType.DIRECTORY, document),
        *((ItemType.INTAKE_KEY, key) for key in keys if key is not None),
        *((ItemType.CARD, card) for card in cards),
        *(
            (ItemType.TAKEN_LINE, line)
            for line in sorted(map(encode_taken_line, taken.lines(connection)))
        ),
    )


def _shuffled(
    connection: sqlite3.Connection, kind: Kind, recipient: str
) -> list[tuple[Kind, Item]]:
    found = [(kind, item) for item in items.unconfirmed(connection, kind, recipient)]
    random.SystemRandom().shuffle(found)
    return found


# ---- How it is cut -------------------------------------------------------------------------------


def _plan(snapshot: _Snapshot, part_size: int | None) -> list[list[tuple[Kind, Item]]]:
    """Return which items go into which part; one part where no size is given."""
    if part_size is None:
        return [list(snapshot.items)]
    empty = _begin(lambda _: None, snapshot, bytes(EXPORT_ID_SIZE), PARTS_MAX, PARTS_MAX)
    base = empty.size_with()
    costs = {kind: empty.size_with(size) - base for kind, size in _SIZES.items()}
    if part_size <= base + max(costs.values()):
        raise Refusal(
            f"a part of {part_size:,} bytes is too small to hold one item",
            "4G suits a FAT32 stick; parts are made a little smaller than what is given",
        )
    plan: list[list[tuple[Kind, Item]]] = [[]]
    size = base
    for kind, item in snapshot.items:
        if size + costs[kind] >= part_size:
            plan.append([])
            size = base
        plan[-1].append((kind, item))
        size += costs[kind]
    if len(plan) > PARTS_MAX:
        raise Refusal(
            f"that would be {len(plan):,} parts, and there can be {PARTS_MAX}",
            "give a larger --part-size",
        )
    return plan


def _names(out: Path, parts: int, part_size: int | None) -> tuple[Path, ...]:
    if part_size is None:
        return (out,)
    return tuple(out.with_name(f"{out.name}.{part:03}") for part in range(1, parts + 1))


def _begin(
    write: Callable[[bytes], object],
    snapshot: _Snapshot,
    export_id: bytes,
    part: int,
    parts: int,
) -> BundleWriter:
    """Begin a part: everything that stands in each."""
    header = InboundHeader(
        genesis_id=snapshot.genesis_id,
        recipient=snapshot.recipient,
        export_id=export_id,
        part=part,
        parts=parts,
        day=snapshot.day,
    )
    bundle = BundleWriter(write, header)
    for item_type, item in snapshot.head:
        bundle.add(item_type, item)
    return bundle


# ---- Writing it ----------------------------------------------------------------------------------


def _new_files(
    snapshot: _Snapshot,
    plan: Sequence[Sequence[tuple[Kind, Item]]],
    out: Path,
    part_size: int | None,
) -> NewFiles:
    return NewFiles(out, _names(out, len(plan), part_size), sum(_sizes(snapshot, plan)))


def _sizes(snapshot: _Snapshot, plan: Sequence[Sequence[tuple[Kind, Item]]]) -> list[int]:
    """Return how many bytes each part will have."""
    empty = _begin(lambda _: None, snapshot, bytes(EXPORT_ID_SIZE), PARTS_MAX, PARTS_MAX)
    return [empty.size_with(*(_SIZES[kind] for kind, _ in part)) for part in plan]


def _write(
    containers: Containers,
    snapshot: _Snapshot,
    plan: Sequence[Sequence[tuple[Kind, Item]]],
    files: NewFiles,
) -> dict[Kind, int]:
    """Write the parts, one item in memory at a time; returns how many items of each kind."""
    export_id = secrets.token_bytes(EXPORT_ID_SIZE)
    written = dict.fromkeys(Kind, 0)
    with Progress("Writing", sum(_sizes(snapshot, plan))) as progress:
        for index, part in enumerate(plan):
            with files.writing(index) as file:
                bundle = _begin(file.write, snapshot, export_id, index + 1, len(plan))
                for kind, item in part:
                    if _add(bundle, containers, kind, item):
                        written[kind] += 1
                    progress.add(_SIZES[kind])
                bundle.end()
    return written


def _add(bundle: BundleWriter, containers: Containers, kind: Kind, item: Item) -> bool:
    """Write one item; False where its slot holds something else by now."""
    data = containers[kind].read(item.slot)
    if hashlib.sha256(data).digest() != item.digest:
        return False
    if kind is Kind.ENVELOPE:
        bundle.add(ItemType.ENVELOPE, data)
    else:
        bundle.add(ItemType.CHUNK, item.key, data)
    return True
