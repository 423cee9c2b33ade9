"""The word lists of codenames: SPEC 6."""

import hashlib
from functools import cache

from mnemonic import Mnemonic

from crypto.errors import Malformed

__all__ = ["word_list"]

# SPEC 6: SHA-256 of the words joined by U+000A.
_HASHES = {
    "english": "187db04a869dd9bc7be80d21a86497d692c0db6abd3aa8cb6be5d618ff757fae",
    "russian": "2439333f64847a2c60c7d0cdcdcad20ca3cb546ac108f0fe8b0b8bcaa0947443",
}

# SPEC 6: one entry of the package's Russian list holds replacement characters.
_MENDS = {"russian": {1572: "снова"}}


@cache
def word_list(language: str) -> tuple[str, ...]:
    """Return the 2,048 words of a list, `english` or `russian`, in its order.

    Raises Malformed where this protocol has no such list, or the installed one is another: words
    that differ from those printed on somebody's paper would lock that person out.
    """
    if language not in _HASHES:
        raise Malformed("this protocol has no word list of that name")
    words = list(Mnemonic(language).wordlist)
    for index, word in _MENDS.get(language, {}).items():
        words[index] = word
    if hashlib.sha256("\n".join(words).encode()).hexdigest() != _HASHES[language]:
        raise Malformed("the installed word list is not the one of this protocol")
    return tuple(words)
