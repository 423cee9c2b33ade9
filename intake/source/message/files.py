"""The files of a person that a message carries: chosen, and announced under safe names."""

import mimetypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.payload import safe_file_name
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.source.message.pieces import FileOnDisk, Source
from intake.source.message.sealed_copies import SealedCopy

__all__ = ["ChosenFile", "choose", "choose_all", "refuse_twice"]


@dataclass(frozen=True)
class ChosenFile:
    """A file to send: where it lies, and what it is called and announced as.

    `copy` is set where a cleaned copy of it is sent.
    """

    path: Path
    name: str
    media_type: str
    copy: SealedCopy | None = None

    @property
    def source(self) -> Source:
        """What is sent of it."""
        return self.copy or FileOnDisk(self.path)

    def size(self) -> int:
        """Return how many bytes are sent; OSError where it cannot be read."""
        return self.copy.size() if self.copy else self.path.stat().st_size


def choose(path: Path) -> ChosenFile:
    """Return a file as it will be announced; Refusal where it is no file that can be read."""
    path = path.absolute()
    shown = foreign_path(path)
    if not path.exists():
        raise Refusal(_("There is no file {path}.").format(path=shown), _("Nothing was sent."))
    if not path.is_file() or not os.access(path, os.R_OK):
        raise Refusal(
            _("This is not a file that can be read: {path}").format(path=shown),
            _("Nothing was sent. A folder goes as an archive: tar, zip."),
        )
    name = safe_file_name(path.name)
    return ChosenFile(path, name, mimetypes.guess_type(name)[0] or "")


def choose_all(
    paths: Sequence[Path], originals: Sequence[Path]
) -> tuple[list[ChosenFile], list[ChosenFile]]:
    """Return files and originals as they will be announced.

    Refusal naming the first that cannot be read, or that stands there twice.
    """
    files = [choose(path) for path in (*paths, *originals)]
    for number, file in enumerate(files):
        refuse_twice(file, files[:number])
    return files[: len(paths)], files[len(paths) :]


def refuse_twice(file: ChosenFile, chosen: Sequence[ChosenFile]) -> None:
    """Return if a file is none of those chosen before it, whatever its path, else Refusal.

    Two files that only hold the same are two.
    """
    if file.path.resolve() in (one.path.resolve() for one in chosen):
        raise Refusal(
            _("This file is named twice: {path}").format(path=foreign_path(file.path)),
            _("Nothing was sent. Name each file once, with --file or with --original."),
        )
