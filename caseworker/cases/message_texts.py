"""The whole text of a message, where its rest came as a file of its own."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.cases.files import (
    REST_PLACE,
    AnnouncedFile,
    FileDamagedError,
    FileMissingError,
    FileState,
    announced_files,
    read_file,
)
from caseworker.vault.folder import Vault
from crypto.payload import Payload

# A rest may have gigabytes. What is longer is for files, not for a screen or a memory.
SHOWN_MAX_SIZE = 4 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class MessageText:
    """A text as far as it is here; `rest` is whole where there is none."""

    text: str
    rest: FileState

    def __repr__(self) -> str:
        return "MessageText(hidden)"


def message_text(vault: Vault, payload: Payload) -> MessageText:
    """Return the text of a message, its beginning alone where the rest cannot be shown."""
    rest = rest_of(payload)
    if rest and rest.size > SHOWN_MAX_SIZE:
        return MessageText(payload.text, FileState.LONGER)
    try:
        data = b"".join(read_rest(vault, payload))
    except FileMissingError:
        return MessageText(payload.text, FileState.MISSING)
    except FileDamagedError:
        return MessageText(payload.text, FileState.DAMAGED)
    return MessageText((payload.text.encode() + data).decode(), FileState.WHOLE)


def read_rest(vault: Vault, payload: Payload) -> Iterator[bytes]:
    """Yield what follows the beginning of a text, if anything does, a piece at a time.

    Good only once this has ended. Raises FileMissingError and FileDamagedError.
    """
    rest = rest_of(payload)
    # SPEC 7.1: the joined text is UTF-8, the rest alone need not be
    decoder = getincrementaldecoder("utf-8")()
    try:
        decoder.decode(payload.text.encode())
        for piece in read_file(vault, rest) if rest else ():
            decoder.decode(piece)
            yield piece
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise FileDamagedError from None


def rest_of(payload: Payload) -> AnnouncedFile | None:
    """Return the file that the rest of a text came as, if there is one."""
    return next((file for file in announced_files(payload) if file.place == REST_PLACE), None)
