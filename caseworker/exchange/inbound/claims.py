"""Which chunk belongs to which message; fill, and what nobody claims, is dropped."""

from collections.abc import Iterable

from caseworker.cases.files import FILL_PLACE, AnnouncedFile, announced_files
from caseworker.vault.chunk_files import ChunkFiles
from caseworker.vault.chunks import (
    ChunkName,
    FilePlace,
    candidates,
    claim_chunk,
    claim_wanted,
    drop_chunks,
    forget_chunks,
    unclaimed_since,
    want_chunk,
)
from caseworker.vault.database import Database
from caseworker.vault.messages import (
    FileRow,
    files_of_message,
    files_to_begin,
    payload_of,
    set_claimed,
)
from crypto.chunks import chunk_id
from crypto.days import later
from crypto.errors import ProtocolError
from crypto.lifetimes import SET_ASIDE_DAYS, UNCLAIMED_DAYS
from crypto.names import ChunkId, Day
from crypto.office.chunks import open_chunk
from crypto.sizes import PIECE_SIZE

# An announcement of many chunks costs its sender nothing: so no more of them are looked for than
# this many for each that came. A file that is there is found whole all the same.
PIECES_A_CHUNK = 64
_ZEROS = bytes(PIECE_SIZE)


def claim_chunks(db: Database, files: ChunkFiles, came: Iterable[ChunkId]) -> list[ChunkName]:
    """Give every chunk to the message that names it; return fill, whose bytes can go.

    `came` names the chunks that this part brought.
    """
    found: dict[FilePlace, list[int]] = {
        (row.message, row.place): _ends(row) for row in files_to_begin(db)
    }
    for chunk in came:
        for file, piece in claim_wanted(db, chunk):
            found.setdefault(file, []).append(piece)
    dropped: list[ChunkName] = []
    for (message, place), pieces in sorted(found.items()):
        row = files_of_message(db, message)[place]
        dropped += _claim_pieces(db, files, row, pieces)
    drop_chunks(db, dropped)
    return dropped


def forget_unclaimed(db: Database, day: Day, *, disk_is_full: bool) -> list[ChunkName]:
    """Forget chunks that no message named in their time; return them, whose bytes can go.

    Those near an envelope that was set aside have more time, but not where the disk has no room
    for what is new.
    """
    since = later(day, 1 if disk_is_full else -SET_ASIDE_DAYS)
    names = unclaimed_since(db, later(day, -UNCLAIMED_DAYS), UNCLAIMED_DAYS, since)
    forget_chunks(db, names)
    return names


def _claim_pieces(
    db: Database, files: ChunkFiles, row: FileRow, pieces: Iterable[int]
) -> list[ChunkName]:
    """Claim pieces of a file, and look for as many more as those that came are worth."""
    file = _announced(db, row)
    dropped: list[ChunkName] = []
    claimed, looked_to = row.claimed, max(row.looked_to, 1)
    while pieces:
        for piece in pieces:
            one = chunk_id(file.key, piece)
            if not claim_chunk(db, one, row.message):
                want_chunk(db, one, (row.message, row.place), piece)
                continue
            claimed += 1
            if file.place == FILL_PLACE:
                names = candidates(db, one)
                dropped += [name for name in names if _is_fill(files, file, piece, name)]
        # The last piece was looked for with the first.
        reach = max(looked_to, min(file.chunks - 1, PIECES_A_CHUNK * claimed))
        pieces, looked_to = range(looked_to, reach), reach
    set_claimed(db, row, claimed, looked_to)
    return dropped


def _ends(row: FileRow) -> list[int]:
    return sorted({0, row.chunks - 1})


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
