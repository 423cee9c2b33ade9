"""The languages, one line each, and the one in which this process speaks.

English stands in the code itself: each English sentence is the key of its translations, as in any
project that uses gettext.
"""

import gettext as gettext_module
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

__all__ = [
    "LANGUAGES",
    "SOURCE_LANGUAGE",
    "Language",
    "default_language",
    "gettext",
    "language_of",
    "ngettext",
    "speak",
    "spoken",
]

SOURCE_LANGUAGE: Final = "en"


@dataclass(frozen=True)
class Language:
    """A language: its tag, its name in itself, and what goes with it.

    `words` names the BIP-39 list that codes of words are taken from; `locale` is Babel's, which
    writes numbers, sizes and dates.
    """

    code: str
    name: str
    words: str
    direction: Literal["ltr", "rtl"]
    locale: str


LANGUAGES: Final = (
    Language("en", "English", "english", "ltr", "en_GB"),
    Language("ru", "Русский", "russian", "ltr", "ru"),
)


@dataclass(frozen=True)
class _Spoken:
    language: Language
    translations: gettext_module.NullTranslations


# One process speaks one language, chosen once before the first message.
_spoken: list[_Spoken] = [_Spoken(LANGUAGES[0], gettext_module.NullTranslations())]


def language_of(code: str) -> Language:
    """Return a language by its tag; KeyError where there is none of that tag."""
    return {one.code: one for one in LANGUAGES}[code]


def default_language() -> str:
    """Return the tag of this device's language where we have it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            tag = value[:2].lower()
            return tag if tag in {one.code for one in LANGUAGES} else SOURCE_LANGUAGE
    return SOURCE_LANGUAGE


def speak(code: str, catalogues: Path) -> None:
    """Speak a language from now on, by the catalogue CODE/messages.po in a folder."""
    language = language_of(code)
    translations = gettext_module.NullTranslations()
    path = catalogues / code / "messages.po"
    if code != SOURCE_LANGUAGE and path.exists():
        translations = _read(path, code)
    _spoken[0] = _Spoken(language, translations)


def spoken() -> Language:
    """Return the language spoken."""
    return _spoken[0].language


def gettext(message: str) -> str:
    """Return a message in the language spoken."""
    return _spoken[0].translations.gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the message that fits the number, in the language spoken."""
    return _spoken[0].translations.ngettext(one, many, number)


def _read(path: Path, code: str) -> gettext_module.NullTranslations:
    # Babel's readers take a tenth of a second to load, which English need not wait for.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)
