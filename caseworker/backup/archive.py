"""The folder of a vault in one file, and back: a tar archive, sealed (vault/backup_file.py).

It holds key-slots.json, intake-secrets, cases.db and the chunks that the database names, in this
order. It is written and read as a stream, while the vault's lock is held, so that it shows the
vault as it was between two commands.

What a backup means: it keeps keys that the vault destroys later. Whoever has it and both
passphrases reads what was recorded under them. So one is to be destroyed when the next is made.
"""

import re
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from caseworker.backup.sealed_stream import OpeningReader, SealingWriter, write_header
from caseworker.vault.chunks import kept_file_names
from caseworker.vault.folder import CHUNKS_FOLDER, DATABASE_FILE, Vault
from caseworker.vault.key_slots import SLOTS_FILE
from caseworker.vault.secrets_file import SECRETS_FILE
from crypto.errors import Malformed
from ground.disk.durable import PRIVATE_FOLDER, open_private
from ground.shell.passphrases import Passphrase
from ground.shell.progress import Progress

_FIRST_FILES = (SLOTS_FILE, SECRETS_FILE, DATABASE_FILE)
_CHUNK = re.compile(rf"{CHUNKS_FOLDER}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}\.[0-9a-f]{{64}}")
_PIECE = 1 << 20


@dataclass(frozen=True)
class BackedUp:
    """How many chunks a backup holds, and how many the vault names and has lost."""

    chunks: int
    lost: int


def folder_size(folder: Path) -> int:
    """Return how many bytes the files of a vault have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_backup(vault: Vault, file: BinaryIO, passphrase: Passphrase) -> BackedUp:
    """Write a vault into a new file."""
    sealing = SealingWriter(file, write_header(file, passphrase))
    count = lost = 0
    with (
        Progress("Backing up", folder_size(vault.folder)) as progress,
        tarfile.open(
            fileobj=cast("BinaryIO", sealing), mode="w|", format=tarfile.GNU_FORMAT
        ) as archive,
    ):
        for name in _FIRST_FILES:
            _add(archive, vault.folder, name, progress)
        for file_name in kept_file_names(vault.db):
            try:
                _add(
                    archive, vault.folder, f"{CHUNKS_FOLDER}/{file_name[:2]}/{file_name}", progress
                )
                count += 1
            except FileNotFoundError:
                lost += 1
    sealing.end()
    return BackedUp(count, lost)


def _add(archive: tarfile.TarFile, folder: Path, name: str, progress: Progress) -> None:
    with (folder / name).open("rb") as source:
        member = tarfile.TarInfo(name)
        member.size = (folder / name).stat().st_size
        archive.addfile(member, CountedReader(source, progress))


class CountedReader:
    """Reads a file and counts how far it has come."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        data = self._file.read(size)
        self._progress.add(len(data))
        return data


@contextmanager
def reading_backup(opening: OpeningReader) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Yield the files of a backup by name, each to be read before the next.

    Raises ProtocolError for what is damaged, at the end too: nothing is good before that.
    """
    with ExitStack() as stack:
        with _refusing_nonsense():
            archive = stack.enter_context(
                tarfile.open(fileobj=cast("BinaryIO", opening), mode="r|")
            )
        try:
            yield _members(archive)
        except tarfile.TarError:
            raise Malformed("no archive within") from None
    opening.drain()


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    with _refusing_nonsense():
        for number, member in enumerate(archive):
            expected = member.name in _FIRST_FILES[number : number + 1]
            # A sparse one could be of any size, and fill the disk with zeros.
            is_plain = member.isreg() and not member.issparse()
            content = archive.extractfile(member) if is_plain else None
            if content is None or not (expected or _CHUNK.fullmatch(member.name)):
                raise Malformed("a file that is no part of a vault")
            yield member.name, content


@contextmanager
def _refusing_nonsense() -> Iterator[None]:
    """Turn whatever `tarfile` raises where a header is nonsense into Malformed."""
    try:
        yield
    except (tarfile.TarError, ValueError, OverflowError, RecursionError):
        raise Malformed("no archive within") from None


def write_member(folder: Path, name: str, content: IO[bytes]) -> None:
    """Write a file of a backup, whose name was checked, into the folder of a vault."""
    path = folder / name
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with open_private(path) as file:
        while piece := content.read(_PIECE):
            file.write(piece)
