"""The files that a message announces, and reading them from the chunks that arrived."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from caseworker.vault.chunk_files import ChunkFiles
from caseworker.vault.chunks import arrived
from caseworker.vault.folder import Vault
from caseworker.vault.messages import files_of_message, set_sha256
from crypto.chunks import FileKey, chunk_id, seal_chunk
from crypto.errors import ProtocolError
from crypto.names import ChunkId
from crypto.office.chunks import open_chunk, open_file
from crypto.payload import Payload
from crypto.sizes import PIECE_SIZE
from ground.shell.foreign import ForeignText
from ground.shell.progress import Progress

# Attachments have the places from 0 on.
REST_PLACE = -1
FILL_PLACE = -2


class FileState(StrEnum):
    """How much of a file is here, by the name that programs read."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"
    # The rest of a text alone: it is for a file, not for a screen or a memory.
    LONGER = "longer"


@dataclass(frozen=True, repr=False)
class AnnouncedFile:
    """A file of a message, as the source announced it."""

    place: int
    name: str
    media_type: str
    size: int
    key: FileKey
    chunks: int
    hash: bytes

    def __repr__(self) -> str:
        return "AnnouncedFile(hidden)"


@dataclass(frozen=True)
class Faults:
    """The pieces of a file that cannot be used, counted from 0: not here, or not what was sealed.

    None of either where all are here and together are another file than the source announced.
    """

    missing: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()


class FileMissingError(Exception):
    """Chunks of a file have not arrived."""


class FileDamagedError(Exception):
    """A file's chunks do not make up the file that was announced."""


def announced_files(payload: Payload) -> list[AnnouncedFile]:
    """Return all files of a message: attachments, the rest of its text, and fill."""
    files = [
        AnnouncedFile(place, one.name, one.media_type, one.size, one.key, one.chunks, one.hash)
        for place, one in enumerate(payload.attachments)
    ]
    if payload.rest:
        rest = payload.rest
        files.append(AnnouncedFile(REST_PLACE, "", "", rest.size, rest.key, rest.chunks, rest.hash))
    if payload.fill:
        fill = payload.fill
        size = fill.chunks * PIECE_SIZE
        files.append(AnnouncedFile(FILL_PLACE, "", "", size, fill.key, fill.chunks, b""))
    return files


def read_file(vault: Vault, file: AnnouncedFile) -> Iterator[bytes]:
    """Yield the bytes of a file, a piece at a time; good only once this has ended.

    Raises FileMissingError and FileDamagedError.
    """
    try:
        yield from open_file(file.key, file.size, file.hash, _chunks(vault, file))
    except ProtocolError:
        raise FileDamagedError from None


def is_all_here(vault: Vault, message_number: int, file: AnnouncedFile) -> bool:
    """Tell whether every chunk of a file has arrived; which does not prove that it is whole."""
    row = files_of_message(vault.db, message_number)[file.place]
    return row.claimed >= row.chunks


def faults_of(vault: Vault, file: AnnouncedFile) -> Faults:
    """Return which pieces of a file are at fault; every one of them is looked at."""
    missing, damaged = [], []
    with Progress("Looking for what is missing", file.chunks * PIECE_SIZE) as progress:
        for index in range(file.chunks):
            try:
                if not _opens(file, index, _chunk(vault, file, index)):
                    damaged.append(index)
            except FileMissingError:
                missing.append(index)
            progress.add(PIECE_SIZE)
    return Faults(tuple(missing), tuple(damaged))


def file_state(
    vault: Vault, message_number: int, file: AnnouncedFile
) -> tuple[FileState, bytes | None]:
    """Return whether a file is whole, then with its plain SHA-256, or missing, or damaged.

    A file is read once to find out; the hash of a whole one is kept.
    """
    row = files_of_message(vault.db, message_number)[file.place]
    if row.sha256:
        return FileState.WHOLE, row.sha256
    if not is_all_here(vault, message_number, file):
        return FileState.MISSING, None
    digest = hashlib.sha256()
    try:
        with Progress(f"Checking {ForeignText(file.name)}", file.size) as progress:
            for piece in read_file(vault, file):
                digest.update(piece)
                progress.add(len(piece))
    except FileMissingError:
        return FileState.MISSING, None
    except FileDamagedError:
        return FileState.DAMAGED, None
    with vault.db.transaction():
        set_sha256(vault.db, message_number, file.place, digest.digest())
    return FileState.WHOLE, digest.digest()


def _chunks(vault: Vault, file: AnnouncedFile) -> Iterator[bytes]:
    for index in range(file.chunks):
        yield _chunk(vault, file, index)


def _chunk(vault: Vault, file: AnnouncedFile, index: int) -> bytes:
    """Return the chunk: of different bytes under its id, those that open are the chunk."""
    names, dropped = arrived(vault.db, chunk_id(file.key, index))
    kept = [data for name in names if (data := _read(vault, name)) is not None]
    if len(kept) == 1 and not dropped:
        return kept[0]
    for data in kept:
        if _opens(file, index, data):
            return data
    if dropped:
        # Somebody announced it as fill, and it held zeros alone: so it can be made again.
        return seal_chunk(file.key, index, bytes(PIECE_SIZE), index == file.chunks - 1)
    if kept:
        return kept[0]
    raise FileMissingError


def _read(vault: Vault, name: tuple[ChunkId, bytes]) -> bytes | None:
    try:
        return ChunkFiles(vault.folder).read(*name)
    except FileNotFoundError:
        return None


def _opens(file: AnnouncedFile, index: int, data: bytes) -> bool:
    try:
        open_chunk(file.key, index, data, index == file.chunks - 1)
    except ProtocolError:
        return False
    return True
