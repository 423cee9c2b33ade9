"""The codename: eight words that stand for 80 random bits: SPEC 6. Secret: it is the secret.

The words only spell the bits. So reading forgives whatever cannot change which bits were meant:
case, spacing, accents, missing ends, the other keyboard layout, and one slip in a word.
"""

import hashlib
import re
import secrets
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crypto.characters import WHITE_SPACE, fold, is_sign
from crypto.errors import NotACodename
from crypto.labels import Label, labelled
from crypto.sizes import BITS_SIZE, WORDS

__all__ = [
    "Codename",
    "Correction",
    "ReadCodename",
    "codename_words",
    "contains_codename",
    "contains_codename_in_any",
    "new_codename",
    "read_codename",
    "read_codename_in_any",
]

_BITS_A_WORD = 11
_LETTERS_TO_GUESS_FROM = 4

# SPEC 6.1: white space, dashes, and what else people write between words.
_WIDE_GAPS = re.compile(f"[{WHITE_SPACE}\u2010-\u2015-]+")
_GAPS = re.compile(f"[{WHITE_SPACE},;./_|\xad\xb7\u200b-\u200d\u2060\ufeff\u2010-\u2015-]+")

# SPEC 6.1: the same keys on the US English and the Russian layout.
_ENGLISH_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_LAYOUTS = {
    "english": str.maketrans(_RUSSIAN_KEYS, _ENGLISH_KEYS),
    "russian": str.maketrans(_ENGLISH_KEYS, _RUSSIAN_KEYS),
}


@dataclass(frozen=True, repr=False)
class Codename:
    """The 80 bits, 10 bytes, from which all of a source's keys come."""

    bits: bytes

    def __post_init__(self) -> None:
        if len(self.bits) != BITS_SIZE:
            raise ValueError("a codename has 80 bits")

    def __repr__(self) -> str:
        return "Codename(hidden)"


@dataclass(frozen=True, repr=False)
class Correction:
    """A word that was read as its nearest one; `position` counts from 1."""

    position: int
    typed: str
    word: str

    def __repr__(self) -> str:
        return "Correction(hidden)"


@dataclass(frozen=True)
class ReadCodename:
    """A codename as typed by a person, and what had to be corrected for it."""

    codename: Codename
    corrections: list[Correction]


def new_codename() -> Codename:
    """Return a fresh codename."""
    return Codename(secrets.token_bytes(BITS_SIZE))


def codename_words(codename: Codename, words: tuple[str, ...]) -> list[str]:
    """Return the eight words of a codename in the given list."""
    # SPEC 6: bits || check, read as eight 11-bit numbers
    number = int.from_bytes(codename.bits + _check(codename.bits), "big")
    shifts = range(_BITS_A_WORD * (WORDS - 1), -1, -_BITS_A_WORD)
    return [words[number >> shift & 0x7FF] for shift in shifts]


def read_codename(text: str, words: tuple[str, ...], language: str) -> ReadCodename:
    """Return the codename that a person typed in words of the given list.

    `language` names the list, `english` or `russian`, and with it the keyboard layout that may
    have been left on by mistake. Raises NotACodename with the reason `count`, `word` (with its
    position, from 1) or `check`.
    """
    # A comma may be a letter of the other keyboard layout.
    pieces = _pieces(text, _WIDE_GAPS)
    if len(pieces) != WORDS:
        pieces = _pieces(text, _GAPS)
    if len(pieces) != WORDS:
        raise NotACodename("count")
    index = _index(words)
    found: list[int] = []
    corrections: list[Correction] = []
    for position, piece in enumerate(pieces, 1):
        typed = _strip(fold(piece))
        retyped = _retype(piece, language)
        exact = index.exact(typed, retyped)
        if exact is None:
            exact = index.near(typed, retyped)
            if exact is None:
                raise NotACodename("word", position)
            corrections.append(Correction(position, piece, words[exact]))
        found.append(exact)
    bits = _checked_bits(found)
    if bits is None:
        raise NotACodename("check")
    return ReadCodename(Codename(bits), corrections)


def read_codename_in_any(text: str, lists: Mapping[str, tuple[str, ...]]) -> ReadCodename:
    """Return the codename that a person typed in words of any of some lists, by language.

    The first list is that of the reader's own language. Where no list reads the text, raises what
    `read_codename` raises for the one that reads the most of it.
    """
    # SPEC 6.1, "Which list"
    errors: list[NotACodename] = []
    for language, words in lists.items():
        try:
            return read_codename(text, words, language)
        except NotACodename as error:
            errors.append(error)
    if not errors:
        raise ValueError("a codename is read in one list at least")
    raise max(errors, key=_pieces_read)


def contains_codename(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether eight neighbouring words of a text are a codename."""
    index = _index(words)
    found = [index.exact(_strip(fold(piece))) for piece in _pieces(text, _GAPS)]
    for start in range(len(found) - WORDS + 1):
        window = [entry for entry in found[start : start + WORDS] if entry is not None]
        if len(window) == WORDS and _checked_bits(window) is not None:
            return True
    return False


def contains_codename_in_any(text: str, lists: Iterable[tuple[str, ...]]) -> bool:
    """Tell whether eight neighbouring words of a text are a codename in one of some lists."""
    return any(contains_codename(text, words) for words in lists)


class _Index:
    """A word list, folded, to be searched."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._entries = {fold(word): entry for entry, word in enumerate(words)}
        self._sorted = sorted(self._entries)

    def exact(self, *spellings: str | None) -> int | None:
        """Return the entry of the first spelling that is a word or the beginning of one alone."""
        for spelling in spellings:
            if spelling is None:
                continue
            entry = self._entries.get(spelling)
            if entry is None:
                entry = self._beginning(spelling)
            if entry is not None:
                return entry
        return None

    def near(self, *spellings: str | None) -> int | None:
        """Return the entry of the first spelling that is one slip from one word alone."""
        for spelling in spellings:
            if spelling is None or len(spelling) < _LETTERS_TO_GUESS_FROM:
                continue
            near = [word for word in self._sorted if _is_one_slip(spelling, word)]
            if len(near) == 1:
                return self._entries[near[0]]
        return None

    def _beginning(self, spelling: str) -> int | None:
        if len(spelling) < _LETTERS_TO_GUESS_FROM:
            return None
        start = bisect_left(self._sorted, spelling)
        begun = [word for word in self._sorted[start : start + 2] if word.startswith(spelling)]
        return self._entries[begun[0]] if len(begun) == 1 else None


@lru_cache(maxsize=4)
def _index(words: tuple[str, ...]) -> _Index:
    return _Index(words)


def _check(bits: bytes) -> bytes:
    # SPEC 6: not bound to the office: a slip of the pen is found before an office is known.
    return hashlib.sha256(labelled(Label.CODENAME_CHECK) + bits).digest()[:1]


def _checked_bits(entries: list[int]) -> bytes | None:
    number = 0
    for entry in entries:
        number = number << _BITS_A_WORD | entry
    joined = number.to_bytes(BITS_SIZE + 1, "big")
    bits, check = joined[:BITS_SIZE], joined[BITS_SIZE:]
    return bits if check == _check(bits) else None


def _pieces_read(error: NotACodename) -> int:
    # Not eight pieces are that in every list.
    return WORDS if error.position is None else error.position - 1


def _pieces(text: str, gaps: re.Pattern[str]) -> list[str]:
    return [piece for piece in gaps.split(text) if not all(map(is_sign, piece))]


def _strip(folded: str) -> str:
    kept = [place for place, character in enumerate(folded) if not is_sign(character)]
    return folded[kept[0] : kept[-1] + 1] if kept else ""


def _retype(piece: str, language: str) -> str | None:
    """Return what the same keys would have given on the list's own layout."""
    layout = _LAYOUTS.get(language)
    if layout is None:
        return None
    # Nothing is stripped before: on a Russian keyboard "[" is a letter.
    return _strip(fold(unicodedata.normalize("NFC", piece).lower().translate(layout)))


def _is_one_slip(typed: str, word: str) -> bool:
    """Tell whether one letter added, missing, replaced or swapped with the next parts them."""
    if abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    rest, wanted = typed[start:], word[start:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
