"""Making a backup of a vault, and a vault of a backup."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from caseworker.backup.archive import (
    BackedUp,
    CountedReader,
    folder_size,
    reading_backup,
    write_backup,
    write_member,
)
from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.backup.sealed_stream import OpeningReader, open_header, read_header
from caseworker.moments import Moment
from caseworker.vault.condition import record_backup
from caseworker.vault.folder import CHUNKS_FOLDER, Vault, open_vault, unlock
from caseworker.vault.key_slots import SLOTS_FILE
from caseworker.vault.secrets_file import SECRETS_FILE
from crypto.chunks import FileKey
from crypto.errors import Malformed, ProtocolError, Unauthentic
from crypto.strict_json import Fields
from ground.disk.new_files import (
    left_over,
    new_file,
    new_folder,
    refuse_missing_folder,
    refuse_name_in_use,
)
from ground.disk.replaced_files import wipe_file
from ground.disk.room import refusal_of, refuse_small_disk
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.progress import Progress
from ground.shell.refusals import Refusal

# Beside the files themselves: their headers, the last chunk's filling, what a database grows by.
_MARGIN = 16 * 1024 * 1024


def refuse_hopeless_backup(folder: Path, path: Path) -> None:
    """Raise Refusal where a backup could not be written; before a passphrase is typed."""
    _refuse_place(path)
    refuse_small_disk(path.parent, folder_size(folder) * 17 // 16 + _MARGIN)


def back_up(vault: Vault, path: Path, passphrase: Passphrase, moment: Moment) -> BackedUp:
    """Write a vault into a new file, and remember that."""
    try:
        with new_file(path) as file:
            done = write_backup(vault, file, passphrase)
    except OSError as error:
        raise refusal_of(path, error) from None
    with vault.db.transaction():
        record_backup(vault.db, moment.day)
    return done


def refuse_hopeless_restore(source: Path, folder: Path) -> None:
    """Raise Refusal where a backup could not be put back; before a passphrase is typed."""
    _refuse_place(folder)
    with _opened(source):
        pass
    refuse_small_disk(folder.parent, source.stat().st_size + _MARGIN)


def restore(
    source: Path,
    folder: Path,
    passphrase: Passphrase,
    ask_vault: Callable[[], Passphrase],
    moment: Moment,
) -> None:
    """Make the folder of a vault from a backup, with its numbers moved on; or nothing at all."""
    for left in left_over(folder):
        _forget(left)
    with _opened(source) as (file, header, progress), _refusing(source):
        opening = OpeningReader(file, _backup_key(header, passphrase))

        def ask_paused() -> Passphrase:
            with progress.pause():
                return ask_vault()

        with new_folder(folder) as unfinished:
            try:
                _unpack(opening, unfinished, ask_paused, moment)
            except BaseException:
                _forget(unfinished)
                raise


def _backup_key(header: Fields, passphrase: Passphrase) -> FileKey:
    try:
        return open_header(header, passphrase)
    except Unauthentic:
        raise Refusal(
            "this passphrase does not open this backup",
            "nothing was changed: a backup has a passphrase of its own, chosen when it was made",
        ) from None


def _unpack(
    opening: OpeningReader, folder: Path, ask_vault: Callable[[], Passphrase], moment: Moment
) -> None:
    key = None
    with reading_backup(opening) as files:
        for name, content in files:
            write_member(folder, name, content)
            if name == SLOTS_FILE:
                # Asked now, not after the gigabytes.
                key = unlock(folder, ask_vault())
    if key is None or not (folder / SECRETS_FILE).exists():
        raise Malformed("no whole vault within")
    (folder / CHUNKS_FOLDER).mkdir(mode=0o700, exist_ok=True)
    with open_vault(folder, key) as vault:
        move_numbers_on(vault, moment, from_backup=True)


def _forget(folder: Path) -> None:
    # A copy of secrets that the vault is to destroy one day.
    for path in folder.glob(f"{SECRETS_FILE}*"):
        wipe_file(path)


def _refuse_place(path: Path) -> None:
    refuse_name_in_use(path)
    refuse_missing_folder(path.parent)


@contextmanager
def _opened(source: Path) -> Iterator[tuple[CountedReader, Fields, Progress]]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise Refusal(
            f"{foreign_path(source)} cannot be read: {error.strerror}", "nothing was changed"
        ) from None
    with (
        file,
        Progress(f"Reading {foreign_path(Path(source.name))}", source.stat().st_size) as progress,
    ):
        try:
            header = read_header(file)
        except ProtocolError:
            raise Refusal(
                f"{foreign_path(source)} is not a backup of a vault", "nothing was changed"
            ) from None
        yield CountedReader(file, progress), header, progress


@contextmanager
def _refusing(source: Path) -> Iterator[None]:
    """Turn what is wrong with a backup, or with the disk, into words."""
    try:
        yield
    except ProtocolError:
        raise Refusal(
            f"{foreign_path(source)} is damaged, or was cut short",
            "nothing was changed: take another copy of it, or the backup before",
        ) from None
