"""Importing a part of an inbound bundle: all of it, or nothing of it.

A part is read twice: once for damage, once for its items. What the items change is kept in one
transaction, after the chunks, which lie outside of the database, are on the disk.
"""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from caseworker.exchange.inbound.belief import PartBelief, part_belief
from caseworker.exchange.inbound.items import PartCounts, PartItems
from caseworker.exchange.inbound.left_out import LeftOut
from caseworker.keys.servers import pin, wants_first_server
from caseworker.log.chain import append_event
from caseworker.log.vault_events import Imported
from caseworker.moments import Moment
from caseworker.vault.arrivals import ImportRow, add_import, find_import
from caseworker.vault.chunk_files import ChunkFiles
from caseworker.vault.chunks import kept_file_names, knows_chunk
from caseworker.vault.condition import record_clock, seen_day
from caseworker.vault.folder import Vault
from caseworker.vault.of_before import refuse_of_before
from crypto.bundle import InboundHeader, OutboundHeader, read_bundle, verify_bundle
from crypto.errors import Foreign, ProtocolError
from crypto.labels import labelled
from crypto.names import Day
from ground.shell.foreign import foreign_path
from ground.shell.progress import Progress
from ground.shell.refusals import Refusal

Compare = Callable[[bytes], None]
"""Has a person compare a server's public key (32 bytes); raises Refusal unless it is the one."""


@dataclass(frozen=True)
class ImportResult:
    """What became of a part; `known_since` is the day on which it was imported before.

    `found_restored`: the server named what this vault has not made, so the vault moved on.
    `believed` is what was believed of it, beside what proves itself; None where it was known.
    """

    header: InboundHeader
    counts: PartCounts = field(default_factory=PartCounts)
    left_out: tuple[LeftOut, ...] = ()
    known_since: Day | None = None
    believed: PartBelief | None = None
    found_restored: bool = False


def import_part(vault: Vault, path: Path, moment: Moment, compare: Compare) -> ImportResult:
    """Import one part of an inbound bundle; Refusal where it changes nothing.

    `compare` is called in the directory's vault with the key of the first server that it meets.
    """
    refuse_of_before(vault.db)
    with _opened(path) as file:
        _refuse_outbound(file, path)
        with _read(file, path, "Checking") as reader:
            header, server = verify_bundle(
                reader.read, InboundHeader, vault.genesis_id, vault.recipient
            )
        part = reader.sha256.digest()
        known = find_import(vault.db, part)
        if known and not known.chunks_left:
            # It may have been killed when its rows were there and the rest not yet removed.
            _remove_interrupted(vault)
            return ImportResult(header, known_since=known.imported_day)
        is_first = wants_first_server(vault)
        if is_first:
            compare(server)
        signed = _Signed(part, server, is_first)
        with _read(file, path, "Importing") as reader:
            items = _import_items(vault, reader, signed, moment)
    believed = part_belief(vault, items.belief, server)
    return ImportResult(
        header,
        items.counts,
        tuple(items.left_out),
        believed=believed,
        found_restored=items.found_restored,
    )


@dataclass(frozen=True)
class _Signed:
    """A part's SHA-256, who signed it, and whether that one is believed from now on."""

    part: bytes
    server: bytes
    is_first: bool


def _import_items(
    vault: Vault, reader: "_HashingReader", signed: _Signed, moment: Moment
) -> PartItems:
    files = _remove_interrupted(vault)
    files.begin()
    part_items = PartItems(vault, moment, files, signed.server)
    try:
        with vault.db.transaction():
            if signed.is_first:
                pin(vault, moment, signed.server)
            header, items = read_bundle(
                reader.read, InboundHeader, vault.genesis_id, vault.recipient
            )
            dropped = part_items.import_all(items, header)
            if reader.sha256.digest() != signed.part:
                raise Refusal("the bundle changed while it was read", "copy it again, then import")
            _log_import(vault, header, signed, moment, part_items.counts)
            files.sync_names()
    except BaseException:
        # Whoever stops the command may do so just after the commit: what has its row is to stay.
        files.remove(name for name in part_items.written if not knows_chunk(vault.db, name))
        raise
    files.remove(dropped)
    files.end()
    return part_items


def _remove_interrupted(vault: Vault) -> ChunkFiles:
    """Remove what a killed import has left; return the vault's chunk files."""
    files = ChunkFiles(vault.folder)
    if files.interrupted():
        files.remove_strays(set(kept_file_names(vault.db)))
        files.end()
    return files


def _log_import(
    vault: Vault, header: InboundHeader, signed: _Signed, moment: Moment, counts: PartCounts
) -> None:
    record_clock(vault.db, moment.day)
    row = ImportRow(
        sha256=signed.part,
        export_id=header.export_id,
        part=header.part,
        parts=header.parts,
        day=header.day,
        imported_day=moment.day,
        chunks_left=counts.chunks_left,
        envelopes=counts.messages + counts.duplicates + counts.set_aside + counts.unopened,
        believed_day=min(header.day, moment.day, seen_day(vault.db)),
        server=signed.server,
        number=header.number,
    )
    add_import(vault.db, row)
    event = Imported(signed.part, header.export_id, header.part, header.parts, **vars(counts))
    append_event(vault, moment, event)


class _HashingReader:
    """Reads a file once, hashing it and counting how far it has come."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        data = self._file.read(size)
        self.sha256.update(data)
        self._progress.add(len(data))
        return data


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refusal(
            f"{foreign_path(path)} cannot be read: {error.strerror}", "nothing was changed"
        ) from None
    with file:
        yield file


def _refuse_outbound(file: BinaryIO, path: Path) -> None:
    beginning = labelled(OutboundHeader.LABEL)
    if file.read(len(beginning)) == beginning:
        raise Refusal(
            f"{foreign_path(Path(path.name))} was not imported: it is a bundle of a vault, for the "
            "server",
            "nothing was changed: carry it to the server, and import here what intake export "
            "writes there",
        )


@contextmanager
def _read(file: BinaryIO, path: Path, deed: str) -> Iterator[_HashingReader]:
    """Yield what reads a part from its beginning; what is wrong within comes as Refusal."""
    file.seek(0)
    what = f"{deed} {foreign_path(Path(path.name))}"
    with Progress(what, path.stat().st_size) as progress, _refusing(path):
        yield _HashingReader(file, progress)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn what is wrong with a bundle, or with the disk, into words."""
    try:
        yield
    except Foreign as error:
        raise Refusal(
            f"{foreign_path(Path(path.name))} was not imported: it is {error}",
            "nothing was changed: is it the right file for this vault?",
        ) from None
    except ProtocolError as error:
        raise Refusal(
            f"{foreign_path(Path(path.name))} was not imported: it is {error}",
            "nothing was changed: copy it again, or let the server export it again",
        ) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise Refusal(
            f"{foreign_path(Path(path.name))} was not imported: the disk is full",
            "nothing was changed: make room, then import it again",
        ) from None
