"""The other ways to report that an office names, for who reads a language. Source: SPEC 10.2."""

from collections.abc import Collection, Sequence

__all__ = ["contacts_in"]


def contacts_in(contacts: Sequence[str], language: str, languages: Collection[str]) -> list[str]:
    """Return those for a language: its own, `ru=…`, without the mark, and those that have none.

    `languages` are the tags of all languages that there are: nothing else is a mark. Where all
    contacts are for other languages, they are better than nothing: all are returned.
    """
    marked = [_cut(contact, languages) for contact in contacts]
    own = [text for tag, text in marked if tag in ("", language)]
    return own or [text for _tag, text in marked]


def _cut(contact: str, languages: Collection[str]) -> tuple[str, str]:
    tag, equals, text = contact.partition("=")
    return (tag, text.lstrip()) if equals and tag in languages else ("", contact)
