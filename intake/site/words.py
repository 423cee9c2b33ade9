"""Word lists, packed small for a page: what is sent of 2,048 words is what they do not share.

A program carries the list of its own language. The others, which somebody's words may be of, lie
in files beside it, and are loaded by everybody who writes or reads.
"""

import hashlib
import string
from functools import cache
from itertools import takewhile

from crypto.word_lists import word_list
from ground.languages import LANGUAGES, Language

__all__ = ["list_file", "list_text", "other_lists", "pack_words"]

_NAME_HEX_DIGITS = 16

_NUMBERS = string.ascii_lowercase + string.ascii_uppercase
_SHARED_MAX = 9


# Each list goes into programs and files of all languages: packed once, not sixteen times a site.
@cache
def pack_words(words: tuple[str, ...]) -> tuple[str, str]:
    """Return the letters of a list, and its words packed.

    A digit says how many letters a word shares with the one before; the rest of the word follows,
    each letter as `a` to `z`, then `A` to `Z`, by its place among the list's letters.
    """
    letters = "".join(sorted(set("".join(words))))
    numbers = str.maketrans(dict(zip(letters, _NUMBERS, strict=False)))
    if len(letters) > len(_NUMBERS):
        raise ValueError("a word list with more letters than can be numbered")
    packed = []
    before = ""
    for word in words:
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(before, word, strict=False))
        shared = min(sum(1 for _ in alike), _SHARED_MAX)
        packed.append(str(shared) + word[shared:].translate(numbers))
        before = word
    return letters, "".join(packed)


def other_lists(language: Language) -> list[str]:
    """Return the names of the lists of all other languages."""
    return sorted({one.words for one in LANGUAGES} - {language.words})


def list_text(name: str) -> str:
    """Return a list as its file holds it: the letters, then the packed words, a line each."""
    return "\n".join(pack_words(word_list(name)))


def list_file(name: str) -> str:
    """Return the name of the file of a list, which changes with its content."""
    digest = hashlib.sha256(list_text(name).encode()).hexdigest()
    return f"words-{name}-{digest[:_NAME_HEX_DIGITS]}.txt"
