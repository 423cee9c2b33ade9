"""The data folder: what lies where in it, that only its owner may look in, and its locks."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ground.disk.durable import PRIVATE_FOLDER, sync_folder
from ground.disk.locks import locked
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.storage.kinds import Kind

OTHERS = 0o077
"""The permission bits of everyone but the owner."""

_PLURAL: Final = {Kind.ENVELOPE: "envelopes", Kind.CHUNK: "chunks"}


@dataclass(frozen=True)
class DataFolder:
    """An intake's data folder. Made by `create_folder` or `open_folder`, which check it."""

    path: Path

    @property
    def settings(self) -> Path:
        """The settings file, which the operator may edit."""
        return self.path / "intake.toml"

    @property
    def database(self) -> Path:
        """What is public: the board, and what came in bundles."""
        return self.path / "intake.sqlite"

    def bodies(self, kind: Kind) -> Path:
        """Return the path of the bodies of one kind."""
        return self.path / f"{_PLURAL[kind]}.bin"

    def index(self, kind: Kind) -> tuple[Path, Path]:
        """Return the paths of the two copies of the index of one kind."""
        return self.path / f"{_PLURAL[kind]}.index", self.path / f"{_PLURAL[kind]}.index-copy"

    def marks(self, kind: Kind) -> Path:
        """Return the path of what says which recipient has which item of one kind."""
        return self.path / f"{_PLURAL[kind]}.marks"

    def growth(self, kind: Kind) -> Path:
        """Return the path of what lies there while one kind gets more slots."""
        return self.path / f"{_PLURAL[kind]}.growing"

    @property
    def generation(self) -> Path:
        """Random bytes that change when what lies in the slots does."""
        return self.path / "slots.generation"

    @property
    def server_key(self) -> Path:
        """The seed of the server's signing key, 32 bytes."""
        return self.path / "server.key"

    @property
    def export_number(self) -> Path:
        """The number of the newest export, which only grows."""
        return self.path / "export.number"

    @property
    def site(self) -> Path:
        """The static site: a link to its newest generation."""
        return self.path / "site"

    @property
    def serving(self) -> Path:
        """Lies there while a server runs, and after one that left slots to be swept."""
        return self.path / "serving"

    @property
    def serve_lock(self) -> Path:
        """Held by the one server of this folder."""
        return self.path / "serve.lock"

    @property
    def import_lock(self) -> Path:
        """Held by an import, so that two do not mix."""
        return self.path / "import.lock"

    @property
    def site_lock(self) -> Path:
        """Held while the site is built."""
        return self.path / "site.lock"

    @property
    def export_lock(self) -> Path:
        """Shared by exports, wanted alone by whoever overwrites slots."""
        return self.path / "export.lock"

    @property
    def slots_lock(self) -> Path:
        """Held by whoever changes what lies in slots."""
        return self.path / "slots.lock"

    @property
    def turn_lock(self) -> Path:
        """Held while waiting for the database's write lock: a queue of one."""
        return self.path / "turn.lock"


def create_folder(path: Path) -> DataFolder:
    """Return the data folder at `path`, made if need be; `Refusal` where it cannot be used."""
    if not path.exists():
        try:
            path.mkdir(mode=PRIVATE_FOLDER)
            # One may be allowed to make a folder in another that one may not open.
            with suppress(PermissionError):
                sync_folder(path.parent)
        except OSError as error:
            raise Refusal(
                f"the data folder {foreign_path(path)} could not be made: {error.strerror}",
                "give --data the name of a new folder inside one that you may write to",
            ) from None
    return open_folder(path)


def open_folder(path: Path) -> DataFolder:
    """Return the data folder at `path`; `Refusal` if there is none or others may look in."""
    try:
        status = path.stat()
    except OSError as error:
        raise Refusal(
            f"the data folder {foreign_path(path)} cannot be opened: {error.strerror}",
            "`intake serve --data DIR` and the first `intake import --data DIR` make one",
        ) from None
    if not path.is_dir():
        raise Refusal(f"{foreign_path(path)} is not a folder", "give --data the name of a folder")
    if status.st_uid != os.geteuid():
        raise Refusal(
            f"the data folder {foreign_path(path)} belongs to another user",
            f"run this as its owner, or: chown -R $(id -un) {foreign_path(path)}",
        )
    if status.st_mode & OTHERS:
        raise Refusal(
            f"other users of this machine may look into the data folder {foreign_path(path)}",
            f"chmod 700 {foreign_path(path)}",
        )
    return DataFolder(path)


def server_is_running(folder: DataFolder) -> bool:
    """Whether a server has this folder open right now."""
    with locked(folder.serve_lock, wait=False) as free:
        return not free
