"""Saving a case: texts and files in a new folder, with their hashes, as any tool can check them.

1-report/text.txt        the text, answers first
1-report/…               its attachments
2-follow-up/…
manifest.json            every file with the name that the source gave it, size, hash, state
SHA256SUMS               for `sha256sum -c`
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from caseworker.cases.cases import case_log
from caseworker.cases.events import SAVED, append_event
from caseworker.cases.files import (
    AnnouncedFile,
    FileDamagedError,
    FileMissingError,
    announced_files,
    read_file,
)
from caseworker.cases.texts import DAMAGED, MISSING, WHOLE, read_rest
from caseworker.days import Moment, iso_date
from caseworker.durable import PRIVATE_FOLDER, new_folder, open_private
from caseworker.saving.names import disk_name
from caseworker.terminal.progress import Progress
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, messages_of_case, payload_of
from crypto.payload import Payload

_TEXT_FILE = "text.txt"
_MANIFEST_FILE = "manifest.json"
_SUMS_FILE = "SHA256SUMS"


@dataclass(frozen=True)
class SavedFile:
    """A file of a case: where it was saved, or why not (`missing`, `damaged`)."""

    path: str | None
    announced_name: str
    media_type: str
    size: int
    state: str
    sha256: str | None


def save_case(vault: Vault, case_number: int, folder: Path, moment: Moment) -> list[SavedFile]:
    """Save a case into a new folder; return all its files, those that could not be saved too."""
    case_log(vault.db, case_number)
    saved: list[SavedFile] = []
    with new_folder(folder) as unfinished:
        for place, mark in enumerate(messages_of_case(vault.db, case_number), 1):
            saved += _save_message(vault, mark, unfinished, f"{place}-{mark.kind}")
        _write_lists(unfinished, case_number, saved)
        with vault.db.transaction():
            body = {"files": sum(one.path is not None for one in saved)}
            append_event(vault, moment, SAVED, case_number, body)
    return saved


def _save_message(vault: Vault, mark: MessageMark, root: Path, name: str) -> list[SavedFile]:
    (root / name).mkdir(mode=PRIVATE_FOLDER)
    payload = payload_of(vault.db, mark.number)
    taken: set[str] = set()
    saved = [_save_text(vault, payload, root, f"{name}/{disk_name(_TEXT_FILE, taken)}")]
    attachments = announced_files(payload)[: len(payload.attachments)]
    saved += [
        _save_file(vault, file, root, f"{name}/{disk_name(file.name, taken)}")
        for file in attachments
    ]
    return saved


def _save_text(vault: Vault, payload: Payload, root: Path, path: str) -> SavedFile:
    parts = [
        f"Written: {iso_date(payload.day)} by the source's clock",
        f"Language: {payload.language}",
        f"Sealed for: {', '.join(one.id for one in payload.recipients)}",
    ]
    parts += [f"\n[{question}]\n{answer}" for question, answer in payload.answers.items()]
    parts.append(f"\n[text]\n{payload.text}")
    with open_private(root / path) as file:
        file.write("\n".join(parts).encode())
        state = _write_rest(vault, payload, file)
        end = "\n" if state == WHOLE else f"\n\n[the rest of this text is {state}]\n"
        file.write(end.encode())
    with (root / path).open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        return SavedFile(path, "", "text/plain", written.tell(), state, digest)


def _write_rest(vault: Vault, payload: Payload, file: BinaryIO) -> str:
    """Write the rest of a text piece by piece; what does not prove whole is cut off again."""
    begins = file.tell()
    try:
        file.writelines(read_rest(vault, payload))
    except FileMissingError:
        state = MISSING
    except FileDamagedError:
        state = DAMAGED
    else:
        return WHOLE
    file.seek(begins)
    file.truncate()
    return state


def _save_file(vault: Vault, file: AnnouncedFile, root: Path, path: str) -> SavedFile:
    """Write a file piece by piece; what does not prove whole at its end is removed again."""
    digest = hashlib.sha256()
    state = "whole"
    try:
        with open_private(root / path) as out, Progress(f"Saving {path}", file.size) as progress:
            for piece in read_file(vault, file):
                out.write(piece)
                digest.update(piece)
                progress.add(len(piece))
    except FileMissingError:
        state = "missing"
    except FileDamagedError:
        state = "damaged"
    if state != "whole":
        (root / path).unlink()
        return SavedFile(None, file.name, file.media_type, file.size, state, None)
    return SavedFile(path, file.name, file.media_type, file.size, state, digest.hexdigest())


def _write_lists(root: Path, case_number: int, saved: Iterable[SavedFile]) -> None:
    manifest = {"case": case_number, "files": [asdict(one) for one in saved]}
    with open_private(root / _MANIFEST_FILE) as file:
        file.write(json.dumps(manifest, ensure_ascii=True, indent=2).encode() + b"\n")
    with open_private(root / _SUMS_FILE) as file:
        for one in saved:
            if one.path:
                file.write(f"{one.sha256}  {one.path}\n".encode())
