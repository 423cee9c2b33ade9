"""Word lists, packed small for a page: what is sent of 2,048 words is what they do not share."""

import string
from collections.abc import Sequence
from itertools import takewhile

__all__ = ["pack_words"]

_NUMBERS = string.ascii_lowercase + string.ascii_uppercase
_SHARED_MAX = 9


def pack_words(words: Sequence[str]) -> tuple[str, str]:
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
