"""Chunks on disk, a file each: they are ciphertext, so they lie outside of the database.

A file counts only once the database names it. While an import writes, a marker stands beside the
files; where it is found later, that import was interrupted, and files without a row are removed.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from caseworker.vault.folder import CHUNKS_FOLDER
from crypto.names import ChunkId
from ground.disk.durable import PRIVATE_FOLDER, open_private, sync_file, sync_folder

_MARKER = "importing"


class ChunkFiles:
    """The chunk files of one vault."""

    def __init__(self, vault_folder: Path) -> None:
        self._folder = vault_folder / CHUNKS_FOLDER
        self._touched: set[Path] = set()

    def begin(self) -> None:
        """Return when the marker stands."""
        with suppress(FileExistsError):
            open_private(self._folder / _MARKER).close()
        sync_folder(self._folder)

    def interrupted(self) -> bool:
        """Tell whether an import began and did not end."""
        return (self._folder / _MARKER).exists()

    def end(self) -> None:
        """Take the marker away: every file now has its row."""
        (self._folder / _MARKER).unlink(missing_ok=True)
        sync_folder(self._folder)

    def write(self, chunk_id: ChunkId, sha256: bytes, data: bytes) -> None:
        """Put a chunk on the disk; its name is there for good after `sync_names`."""
        path = self._path(chunk_id, sha256)
        if not path.parent.exists():
            path.parent.mkdir(mode=PRIVATE_FOLDER)
            self._touched.add(self._folder)
        # What lies there is of an interrupted import, and may be half of it.
        path.unlink(missing_ok=True)
        with open_private(path) as file:
            file.write(data)
            sync_file(file)
        self._touched.add(path.parent)

    def sync_names(self) -> None:
        """Return when the names of all that was written are on the disk."""
        for folder in self._touched:
            sync_folder(folder)
        self._touched.clear()

    def read(self, chunk_id: ChunkId, sha256: bytes) -> bytes:
        """Return the bytes of a chunk that the database names; OSError where they are gone."""
        return self._path(chunk_id, sha256).read_bytes()

    def remove(self, chunks: Iterable[tuple[ChunkId, bytes]]) -> None:
        """Remove the files of chunks, each given by id and SHA-256."""
        for chunk_id, sha256 in chunks:
            self._path(chunk_id, sha256).unlink(missing_ok=True)

    def remove_strays(self, known: Collection[str]) -> None:
        """Remove every file whose name is not known."""
        for path in self._folder.glob("??/*"):
            if path.name not in known:
                path.unlink()

    def _path(self, chunk_id: ChunkId, sha256: bytes) -> Path:
        name = chunk_file_name(chunk_id, sha256)
        return self._folder / name[:2] / name


def chunk_file_name(chunk_id: ChunkId, sha256: bytes) -> str:
    """Return the name of a chunk's file."""
    # All of the hash: else somebody could make two chunks of one name.
    return f"{chunk_id.hex()}.{sha256.hex()}"
