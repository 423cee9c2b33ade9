"""The folders of messages that wait on this device, and how they end.

Each lies in its office's folder as `unsent-XXXXXXXXXXXXXXXX`, a name drawn by lot: what is saved of
the message, the link to its key or the key, `copy-N`, cleaned copies of files, and `open-in`, the
folder of a disk in which they were cleaned. Whoever finds the folder learns that something was to
be sent to this office, and about how long it is.

A folder that has done its work is called `done-…`; its key is overwritten, then what was saved,
then all is removed. What a kill leaves of that, the next run finishes.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from crypto.errors import Malformed, Unauthentic
from crypto.names import GenesisId
from ground.disk.durable import sync_folder
from ground.disk.held_folders import HELD, HeldFolder, hold_folder, new_held_folder
from ground.disk.replaced_files import replace_file, wipe_file
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.source.message.workplaces import remove_left_in
from intake.source.reach.pinned import StateFolder
from intake.source.sending.unsent import MESSAGE, Unsent
from intake.source.sending.unsent_keys import CodenameKey, KeyFile, joined_key

__all__ = [
    "UnsentFolder",
    "end_folder",
    "ended_leftovers",
    "found_unsent",
    "saved_at",
    "waiting_in",
]

_PREFIX: Final = "unsent-"
_DONE: Final = "done-"
_COPY: Final = "copy-"
_OPEN: Final = "open-in"
_PATH_MAX_SIZE: Final = 4096
_OVERWRITTEN_SIZE: Final = 64 * 1024 * 1024
"""Larger files are copies of films: ciphertext whose key stood in what is overwritten."""


class UnsentFolder:
    """The folder of one message, held by this run; made when something first goes into it.

    Used as a context: it goes with all in it when that ends, unless it was told to stay.
    """

    def __init__(
        self, state: StateFolder, genesis_id: GenesisId, held: HeldFolder | None = None
    ) -> None:
        self._state = state
        self._genesis_id = genesis_id
        self._held = held
        self._stays = held is not None
        self._copies = 0

    @property
    def path(self) -> Path:
        """Where it lies; made if need be."""
        if self._held is None:
            parent = self._state.make_office_folder(self._genesis_id)
            self._held = new_held_folder(parent, _PREFIX)
        return self._held.path

    @property
    def key_file(self) -> KeyFile:
        """The random half of its key."""
        return KeyFile(self.path)

    def new_copy(self) -> Path:
        """Return where the next cleaned copy of a file is to lie."""
        self._copies += 1
        return self.path / f"{_COPY}{self._copies}"

    def remember_open_copies(self, parent: Path) -> None:
        """Remember, durably, in which folder of a disk copies lie open while they are cleaned."""
        replace_file(self.path / _OPEN, os.fsencode(parent))
        sync_folder(self.path.parent)

    def stay(self) -> None:
        """Let it wait when this run ends."""
        self._stays = True

    def end(self) -> None:
        """Erase its key, then overwrite and remove all in it: it is stored, or given up."""
        if self._held is not None:
            end_folder(self._held)
            self._held = None
            self._state.remove_if_empty(self._genesis_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if not self._stays:
            self.end()
        if self._held is not None:
            self._held.release()


def waiting_in(office_folder: Path) -> list[Path]:
    """Return the folders in which messages for an office wait."""
    return [folder for folder in _folders(office_folder, _PREFIX) if (folder / MESSAGE).exists()]


def saved_at(folder: Path) -> float:
    """Return when a message that waits was saved last, in seconds since 1970-01-01."""
    return (folder / MESSAGE).stat().st_mtime


@contextmanager
def found_unsent(
    state: StateFolder, genesis_id: GenesisId, codename_key: CodenameKey
) -> Iterator[tuple[UnsentFolder, Unsent]]:
    """Give what waits under a codename, and its folder, held by this run; else Refusal."""
    unsent = _opened_by(state.office_folder(genesis_id), codename_key)
    held = hold_folder(unsent.folder)
    if held is None and not unsent.folder.exists():
        raise Refusal(_("This message has been stored meanwhile."), "")
    if held is None:
        raise Refusal(
            _("This message is being sent by another run of this program."),
            _("Let that one go on, or stop it first."),
        )
    with UnsentFolder(state, genesis_id, held) as folder:
        yield folder, unsent


def _opened_by(office_folder: Path, codename_key: CodenameKey) -> Unsent:
    for folder in waiting_in(office_folder):
        random = KeyFile(folder).read()
        if random is None:
            continue
        found = Unsent(folder, joined_key(codename_key, random))
        with suppress(Unauthentic, Malformed, FileNotFoundError):
            found.load()
            return found
    raise Refusal(
        _("Nothing that waits on this device opens with these words."),
        _("Perhaps it has been stored already, or one of the words is wrong."),
    )


def ended_leftovers(office_folder: Path) -> int:
    """End what runs that were killed left for an office, and what can never be opened again.

    Return how many messages waited whose key is gone. What another run holds is left alone.
    """
    for folder in _folders(office_folder, _DONE):
        if held := hold_folder(folder):
            end_folder(held)
    lost = 0
    for folder in _folders(office_folder, _PREFIX):
        held = hold_folder(folder)
        if held is None:
            continue
        waits = (folder / MESSAGE).exists()
        if waits and KeyFile(folder).read() is not None:
            held.release()
            continue
        if not _open_copies_are_gone(folder):
            # Else nobody would know of them any more.
            held.release()
            continue
        lost += waits
        end_folder(held)
    return lost


def _folders(office_folder: Path, prefix: str) -> list[Path]:
    try:
        entries = sorted(office_folder.iterdir()) if _is_folder(office_folder) else []
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [entry for entry in entries if entry.name.startswith(prefix) and _is_folder(entry)]


def _is_folder(path: Path) -> bool:
    # Behind a link lies what is not ours to end, whoever has given us this state folder.
    return path.is_dir() and not path.is_symlink()


def _open_copies_are_gone(folder: Path) -> bool:
    """Remove what a killed run left open where its note says; False where some of it stays."""
    noted = _read_note(folder / _OPEN)
    if not noted.startswith(b"/") or b"\0" in noted:
        return True
    return remove_left_in(Path(os.fsdecode(noted)))


def _read_note(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_PATH_MAX_SIZE)


def end_folder(held: HeldFolder) -> None:
    """Erase a key, then overwrite and remove all in its folder, which this run holds."""
    if not held.path.name.startswith(_DONE):
        # From here on nobody takes it for a message that waits.
        held.move_to(held.path.with_name(_DONE + held.path.name.removeprefix(_PREFIX)))
    KeyFile(held.path).erase()
    for entry in list(held.path.iterdir()):
        if entry.name == HELD:
            continue
        found = entry.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= _OVERWRITTEN_SIZE:
            wipe_file(entry)
        else:
            entry.unlink()
    held.remove()
