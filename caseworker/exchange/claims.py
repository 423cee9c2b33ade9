"""Which chunk belongs to which message; fill, and what nobody claims, is dropped."""

from caseworker.cases.files import FILL_PLACE, AnnouncedFile, announced_files
from caseworker.vault.arrivals import addresses_set_aside
from caseworker.vault.chunk_files import ChunkFiles
from caseworker.vault.chunks import (
    ChunkName,
    candidates,
    claim_chunk,
    drop_chunks,
    forget_chunks,
    unclaimed_since,
)
from caseworker.vault.database import Database
from caseworker.vault.messages import FileRow, files_to_claim, payload_of, set_claimed
from crypto.chunks import chunk_id
from crypto.errors import ProtocolError
from crypto.office.chunks import open_chunk
from crypto.sizes import PIECE_SIZE

# Chunks come before the envelope that names them.
UNCLAIMED_DAYS = 120
_ZEROS = bytes(PIECE_SIZE)


def claim_and_drop(db: Database, files: ChunkFiles, day: int) -> list[ChunkName]:
    """Give every chunk to the message that names it; return those whose bytes can go."""
    dropped: list[ChunkName] = []
    for row in files_to_claim(db):
        file = _announced(db, row)
        ids = [chunk_id(file.key, index) for index in range(file.chunks)]
        set_claimed(db, row, sum(claim_chunk(db, one, row.message) for one in ids))
        if file.place == FILL_PLACE:
            dropped += [
                name
                for index, one in enumerate(ids)
                for name in candidates(db, one)
                if _is_fill(files, file, index, name)
            ]
    drop_chunks(db, dropped)
    # One of the messages that were set aside may name them yet.
    may_be_named = bool(addresses_set_aside(db))
    unclaimed = [] if may_be_named else unclaimed_since(db, day - UNCLAIMED_DAYS)
    forget_chunks(db, unclaimed)
    return dropped + unclaimed


def _is_fill(files: ChunkFiles, file: AnnouncedFile, index: int, name: ChunkName) -> bool:
    """Tell whether a chunk holds nothing, as fill does.

    Whoever read a report knows its file keys, and could announce its files as fill of a message
    of their own: what holds anything is never dropped for somebody's word.
    """
    try:
        piece = open_chunk(file.key, index, files.read(*name), index == file.chunks - 1)
    except (ProtocolError, FileNotFoundError):
        return False
    return piece == _ZEROS


def _announced(db: Database, row: FileRow) -> AnnouncedFile:
    files = announced_files(payload_of(db, row.message))
    return next(file for file in files if file.place == row.place)
