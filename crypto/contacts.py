"""The other ways to report that an office names, for who reads a language. Source: SPEC 10.2."""

import re
from collections.abc import Sequence

__all__ = ["contacts_in"]

_OF_ONE_LANGUAGE = re.compile(r"([a-z]{2})=\s*(.*)", re.DOTALL)


def contacts_in(contacts: Sequence[str], language: str) -> list[str]:
    """Return those for a language: its own, `ru=…`, without the mark, and those that have none.

    Where all are for other languages, they are better than nothing: all are returned.
    """
    marked = [_cut(contact) for contact in contacts]
    own = [text for code, text in marked if code in ("", language)]
    return own or [text for _code, text in marked]


def _cut(contact: str) -> tuple[str, str]:
    found = _OF_ONE_LANGUAGE.fullmatch(contact)
    return (found[1], found[2]) if found else ("", contact)
