"""Names for saved files: a source's name decides nothing but what a person reads."""

import unicodedata

from crypto.payload import safe_file_name
from crypto.sizes import FILE_NAME_MAX_SIZE

# What one system or another does not take in a name, or takes for something else.
_UNSAFE = "<>:\"|?*%$`'&;!"
_LEADING = "-.~ "
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
_FALLBACK = "file"
# What is longer tells nobody what kind of file it is.
_EXTENSION_MAX_SIZE = 16
# Room for what keeps two names apart.
_NUMBER_SIZE = 6


def disk_name(announced: str, used: set[str]) -> str:
    """Return a name for a file that is safe on every disk, and unlike those in `used`.

    `used` is added to. Names that differ only in case or Unicode form count as alike.
    """
    name = "".join("_" if letter in _UNSAFE else letter for letter in safe_file_name(announced))
    name = name.lstrip(_LEADING).rstrip(". ") or _FALLBACK
    if name.partition(".")[0].casefold() in _DEVICES:
        name = f"_{name}"
    unique, number = _shortened(name), 1
    while _folded(unique) in used:
        number += 1
        unique = _numbered(name, number)
    used.add(_folded(unique))
    return unique


def _numbered(name: str, number: int) -> str:
    stem, extension = _split(_shortened(name))
    return f"{stem}-{number}{extension}"


def _shortened(name: str) -> str:
    stem, extension = _split(name)
    room = FILE_NAME_MAX_SIZE - _NUMBER_SIZE - len(extension.encode())
    if len(stem.encode()) > room:
        stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return stem + extension


def _split(name: str) -> tuple[str, str]:
    """Return what stands before the extension, and the extension with its dot, where it has one."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _EXTENSION_MAX_SIZE:
        return name, ""
    return stem, dot + extension


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
