"""The files of a person that a message carries: chosen, and announced under safe names."""

import mimetypes
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.payload import safe_file_name
from crypto.sizes import ATTACHMENTS_MAX
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.source.message.pieces import FileOnDisk, Source
from intake.source.message.sealed_copies import SealedCopy

__all__ = ["ChosenFile", "check_number_of_files", "choose", "choose_all", "refuse_twice"]


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

    Refusal where they are too many, else naming the first that cannot be read, or that stands
    there twice.
    """
    check_number_of_files(len(paths) + len(originals))
    files = [choose(path) for path in (*paths, *originals)]
    resolved = set[Path]()
    for file in files:
        refuse_twice(file, resolved)
        resolved.add(file.path.resolve())
    return files[: len(paths)], files[len(paths) :]


def check_number_of_files(files: int) -> None:
    """Return if a message may have so many files, else Refusal."""
    if files > ATTACHMENTS_MAX:
        raise Refusal(
            _("A message takes at most {n} files.").format(n=ATTACHMENTS_MAX),
            _("Put some of them into an archive, or send the others in a follow-up."),
        )


def refuse_twice(file: ChosenFile, resolved: Collection[Path]) -> None:
    """Return if a file is none of those chosen before it, whatever its path, else Refusal.

    `resolved` are the paths of those, without links. Two files that only hold the same are two.
    """
    if file.path.resolve() in resolved:
        raise Refusal(
            _("This file is named twice: {path}").format(path=foreign_path(file.path)),
            _("Nothing was sent. Name each file once, with --file or with --original."),
        )
