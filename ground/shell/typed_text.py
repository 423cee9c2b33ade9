"""Text that a person gives in a file, on standard input or on a descriptor, however it was saved.

Editors mark a file's encoding by its first bytes, or not at all: UTF-8 with or without such a mark
and UTF-16 with one are told apart for certain. What is neither is read in the encoding of this
device's language settings, where that is another than UTF-8: a KOI8-R desk saves KOI8-R.
"""

import codecs
import locale
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal, UsageError

__all__ = ["STDIN", "decoded", "decoded_lines", "open_descriptor", "read_text"]

STDIN: Final = Path("-")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes) -> str:
    """Return the text that bytes stand for; UnicodeError where they are none."""
    text = _text_of(data)
    if "\0" in text:
        raise UnicodeError("bytes that are no text")
    return text


def _text_of(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        own = locale.getpreferredencoding(do_setlocale=False)
        if codecs.lookup(own).name in ("utf-8", "ascii"):
            raise
        return data.decode(own)


def decoded_lines(file: BinaryIO, most: int) -> Iterator[str]:
    """Yield the lines of a file as they come, without their ends; UnicodeError where one is none.

    What somebody types into a pipe line by line is not waited for to its end.
    """
    first = file.readline(most)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from decoded(first + file.read(most)).splitlines()
        return
    line = first
    while line:
        yield decoded(line).rstrip("\r\n")
        line = file.readline(most)


def read_text(path: Path, most: int) -> str:
    """Return what a file says, or standard input for `-`: at most so many bytes.

    Line ends are those of Unix. Refusal, in words, where it cannot be read or is no text.
    """
    try:
        data = _read(path, most + 1)
    except OSError as error:
        raise Refusal(
            _("The text cannot be read from {path}: {reason}").format(
                path=foreign_path(path), reason=error.strerror
            ),
            _("Nothing was done. Is the name right?"),
        ) from None
    if len(data) > most:
        raise Refusal(_("This text is far too long."), _("Send it as a file, or write less."))
    try:
        return decoded(data).replace("\r\n", "\n")
    except UnicodeError:
        raise Refusal(
            _("This is not a text in UTF-8: {path}").format(path=foreign_path(path)),
            _("Nothing was done. Save it as plain text in UTF-8."),
        ) from None


def open_descriptor(number: int, option: str) -> BinaryIO:
    """Open a descriptor that a script has named for reading; UsageError where it cannot be."""
    try:
        file = os.fdopen(number, "rb", closefd=False)
    except OSError:
        raise UsageError(
            _("Nothing is open for reading at file descriptor {n}.").format(n=number),
            _("Open it in the shell: {option} 3 3< FILE").format(option=option),
        ) from None
    return file


def _read(path: Path, size: int) -> bytes:
    if path != STDIN:
        with path.open("rb") as file:
            return file.read(size)
    return sys.stdin.buffer.read(size)
