"""Saving a case: texts and files in a new folder, with their hashes, as any tool can check them.

1-report/text.txt        the text, answers first
1-report/…               its attachments
2-follow-up/…
manifest.json            every file with the name that the source gave it, size, hash, state,
                         and the pieces that are missing or damaged
SHA256SUMS               for `sha256sum -c`
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from caseworker.casefile.disk_names import disk_name
from caseworker.casefile.hashed_file import HashedFile
from caseworker.casefile.pieces import runs_of
from caseworker.cases.answers import answers_of
from caseworker.cases.files import (
    FILL_PLACE,
    AnnouncedFile,
    Faults,
    FileDamagedError,
    FileMissingError,
    FileState,
    announced_files,
    faults_of,
    is_all_here,
    read_file,
)
from caseworker.cases.folding import case_log
from caseworker.cases.lists import append_to_case
from caseworker.cases.message_texts import read_rest, rest_of
from caseworker.log.case_events import Saved
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, messages_of_case, payload_of
from crypto.payload import Payload
from ground.disk.durable import PRIVATE_FOLDER, open_private
from ground.disk.new_files import new_folder
from ground.disk.room import free_bytes, is_full
from ground.shell.figures import iso_date, size_text
from ground.shell.foreign import foreign_path
from ground.shell.progress import Progress
from ground.shell.refusals import Refusal

_TEXT_FILE = "text.txt"
_MANIFEST_FILE = "manifest.json"
_SUMS_FILE = "SHA256SUMS"


@dataclass(frozen=True)
class SavedFile:
    """A file of a case: where it was saved, or why not (`missing`, `damaged`).

    `missing_pieces` and `damaged_pieces` of all its `pieces` are runs, first and last, from 1.
    """

    path: str | None
    announced_name: str
    media_type: str
    size: int
    state: FileState
    sha256: str | None
    pieces: int
    missing_pieces: list[tuple[int, int]]
    damaged_pieces: list[tuple[int, int]]


def save_case(vault: Vault, case_number: int, folder: Path, moment: Moment) -> list[SavedFile]:
    """Save a case into a new folder; return all its files, those that could not be saved too."""
    case_log(vault.db, case_number)
    marks = messages_of_case(vault.db, case_number)
    saved: list[SavedFile] = []
    with _saying_what_is_full(folder), new_folder(folder) as unfinished:
        _check_room(vault, marks, unfinished)
        for place, mark in enumerate(marks, 1):
            saved += _save_message(vault, mark, unfinished, f"{place}-{mark.kind}")
        _write_lists(unfinished, case_number, saved)
        with vault.db.transaction():
            files = sum(one.path is not None for one in saved)
            append_to_case(vault, moment, Saved(case_number, files))
    return saved


def _check_room(vault: Vault, marks: Iterable[MessageMark], folder: Path) -> None:
    """Return if the disk has room for all that can be saved, else Refusal."""
    needed = sum(
        file.size
        for mark in marks
        for file in announced_files(payload_of(vault.db, mark.number))
        if file.place != FILL_PLACE and is_all_here(vault, mark.number, file)
    )
    free = free_bytes(folder)
    if needed > free:
        raise Refusal(
            f"the files of this case take {size_text(needed)}, and the disk has {size_text(free)}",
            "nothing was saved: make room, or choose a folder on another disk",
        )


@contextmanager
def _saying_what_is_full(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise Refusal(
            f"the disk of {foreign_path(folder)} is full, or takes no file as large as these",
            "nothing was saved, the vault is as it was: choose a folder on another disk",
        ) from None


def _save_message(vault: Vault, mark: MessageMark, root: Path, name: str) -> list[SavedFile]:
    (root / name).mkdir(mode=PRIVATE_FOLDER)
    payload = payload_of(vault.db, mark.number)
    used: set[str] = set()
    saved = [_save_text(vault, payload, root, f"{name}/{disk_name(_TEXT_FILE, used)}")]
    attachments = announced_files(payload)[: len(payload.attachments)]
    saved += [
        _save_file(vault, file, root, f"{name}/{disk_name(file.name, used)}")
        for file in attachments
    ]
    return saved


def _save_text(vault: Vault, payload: Payload, root: Path, path: str) -> SavedFile:
    parts = [
        f"Written: {iso_date(payload.day)} by the source's clock",
        f"Language: {payload.language}",
        f"Sealed for: {', '.join(one.id for one in payload.recipients)}",
    ]
    for answer in answers_of(vault.db, payload):
        heading = "" if answer.heading == answer.question else f" {answer.heading}"
        parts.append("\n".join([f"\n[{answer.question}]{heading}", *answer.said]))
    parts.append(f"\n[text]\n{payload.text}")
    with open_private(root / path) as file:
        file.write("\n".join(parts).encode())
        state = _write_rest(vault, payload, file)
        end = "\n" if state == FileState.WHOLE else f"\n\n[the rest of this text is {state}]\n"
        file.write(end.encode())
    rest = rest_of(payload)
    faults = faults_of(vault, rest) if rest and state != FileState.WHOLE else Faults()
    with (root / path).open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        size = written.tell()
    return SavedFile(
        path, "", "text/plain", size, state, digest,
        rest.chunks if rest else 0, runs_of(faults.missing), runs_of(faults.damaged),
    )  # fmt: skip


def _write_rest(vault: Vault, payload: Payload, file: BinaryIO) -> FileState:
    """Write the rest of a text piece by piece; what does not prove whole is cut off again."""
    begins = file.tell()
    try:
        file.writelines(read_rest(vault, payload))
    except FileMissingError:
        state = FileState.MISSING
    except FileDamagedError:
        state = FileState.DAMAGED
    else:
        return FileState.WHOLE
    file.seek(begins)
    file.truncate()
    return state


def _save_file(vault: Vault, file: AnnouncedFile, root: Path, path: str) -> SavedFile:
    """Write a file piece by piece; what does not prove whole at its end is removed again."""
    state, sha256 = FileState.WHOLE, ""
    try:
        with HashedFile(root / path) as new, Progress(f"Saving {path}", file.size) as progress:
            for piece in read_file(vault, file):
                new.add(piece)
                progress.add(len(piece))
            sha256 = new.finish()
    except FileMissingError:
        state = FileState.MISSING
    except FileDamagedError:
        state = FileState.DAMAGED
    faults = Faults()
    if state != FileState.WHOLE:
        (root / path).unlink()
        faults = faults_of(vault, file)
    return SavedFile(
        path=path if state == FileState.WHOLE else None,
        announced_name=file.name,
        media_type=file.media_type,
        size=file.size,
        state=state,
        sha256=sha256 or None,
        pieces=file.chunks,
        missing_pieces=runs_of(faults.missing),
        damaged_pieces=runs_of(faults.damaged),
    )


def _write_lists(root: Path, case_number: int, saved: Iterable[SavedFile]) -> None:
    manifest = {"case": case_number, "files": [asdict(one) for one in saved]}
    with open_private(root / _MANIFEST_FILE) as file:
        file.write(json.dumps(manifest, ensure_ascii=True, indent=2).encode() + b"\n")
    with open_private(root / _SUMS_FILE) as file:
        for one in saved:
            if one.path:
                file.write(f"{one.sha256}  {one.path}\n".encode())
