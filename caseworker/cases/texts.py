"""The whole text of a message, where its rest came as a file of its own."""

from dataclasses import dataclass

from caseworker.cases.files import (
    REST_PLACE,
    FileDamagedError,
    FileMissingError,
    announced_files,
    read_file,
)
from caseworker.vault.folder import Vault
from crypto.payload import Payload

WHOLE = "whole"
MISSING = "missing"
DAMAGED = "damaged"


@dataclass(frozen=True, repr=False)
class MessageText:
    """A text as far as it is here; `rest` is whole, missing or damaged."""

    text: str
    rest: str

    def __repr__(self) -> str:
        return "MessageText(hidden)"


def message_text(vault: Vault, payload: Payload) -> MessageText:
    """Return the text of a message, its beginning alone where the rest cannot be read."""
    rest = next((one for one in announced_files(payload) if one.place == REST_PLACE), None)
    if rest is None:
        return MessageText(payload.text, WHOLE)
    try:
        data = b"".join(read_file(vault, rest))
        # SPEC 7.1: the joined text is UTF-8, the rest alone need not be
        return MessageText((payload.text.encode() + data).decode(), WHOLE)
    except FileMissingError:
        return MessageText(payload.text, MISSING)
    except (FileDamagedError, UnicodeDecodeError):
        return MessageText(payload.text, DAMAGED)
