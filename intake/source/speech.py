"""How the command line speaks: in the person's language, with sizes and dates written out.

English stands in the code itself, other languages in `intake/locale/*/messages.po`, which Babel
reads when one is asked for. Where Babel is not installed, the program speaks English.
"""

import gettext as gettext_module
import io
import os
import shutil
import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ground.languages import LANGUAGES
from intake.locale import CATALOGUES

__all__ = [
    "WORD_LISTS",
    "default_language",
    "gettext",
    "ngettext",
    "printable",
    "printable_paths",
    "speak",
    "wrapped",
    "written_day",
    "written_number",
    "written_size",
    "written_time",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days

WORD_LISTS: Final = {one.code: one.words for one in LANGUAGES}
"""The languages of this client, and the list that a codename's words come from in each."""

_UNITS: Final = (10**9, 10**6, 10**3)
_SHOWN_CONTROLS: Final = "\n\t"
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")

# One process speaks one language, chosen once before the first message.
_active: list[gettext_module.NullTranslations] = [gettext_module.NullTranslations()]


def default_language() -> str:
    """Return the language of this device where the client has it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            tag = value[:2].lower()
            return tag if tag in WORD_LISTS else "en"
    return "en"


def speak(language: str) -> None:
    """Speak this language from now on."""
    _active[0] = _translations(language)


def gettext(message: str) -> str:
    """Return a message in the language spoken."""
    return _active[0].gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the message that fits the number, in the language spoken."""
    return _active[0].ngettext(one, many, number)


def printable_paths(paths: Iterable[Path]) -> str:
    """Return paths as they are shown, in one line."""
    return ", ".join(printable(str(path)) for path in paths)


def printable(text: str) -> str:
    """Return text from outside with all that could move a cursor or turn letters round escaped."""
    return "".join(
        letter
        if letter in _SHOWN_CONTROLS or unicodedata.category(letter) not in _HIDDEN
        else f"\\u{{{ord(letter):x}}}"
        for letter in text
    )


def wrapped(text: str) -> str:
    """Return text whose lines fit the terminal, broken between words."""
    columns = shutil.get_terminal_size().columns
    return "\n".join(
        textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False)
        if len(line) > columns
        else line
        for line in text.split("\n")
    )


def written_day(day: int) -> str:
    """Return a day, counted since 1970-01-01, written out: 26 November 2026.

    One that the calendar has no name for, as a stranger may send it, is shown as its last day.
    """
    date = _EPOCH + timedelta(days=min(day, _LAST_DAY))
    return gettext("{day} {month} {year}").format(
        day=date.day, month=_months()[date.month - 1], year=date.year
    )


def written_size(size: float) -> str:
    """Return a number of bytes as a person reads it."""
    texts = (gettext("{n} GB"), gettext("{n} MB"), gettext("{n} KB"))
    for unit, text in zip(_UNITS, texts, strict=True):
        if size >= unit:
            number = f"{size / unit:.1f}" if size < 10 * unit else f"{size / unit:.0f}"
            return text.format(n=number.replace(".", gettext(".")))
    return ngettext("{n} byte", "{n} bytes", round(size)).format(n=round(size))


def written_number(number: int) -> str:
    """Return a whole number as a person reads it."""
    return f"{number:,}".replace(",", gettext(","))


def written_time(seconds: float) -> str:
    """Return a length of time, rounded up, in its two largest units at most."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    if not minutes:
        return gettext("{s} s").format(s=rest)
    if minutes < 60:
        return gettext("{m} min {s} s").format(m=minutes, s=rest)
    hours, minutes = divmod(minutes, 60)
    return gettext("{h} h {m} min").format(h=hours, m=minutes)


def _translations(language: str) -> gettext_module.NullTranslations:
    path = CATALOGUES / language / "messages.po"
    if not path.exists():
        return gettext_module.NullTranslations()
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po
    except ImportError:
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def _months() -> tuple[str, ...]:
    return (
        gettext("January"),
        gettext("February"),
        gettext("March"),
        gettext("April"),
        gettext("May"),
        gettext("June"),
        gettext("July"),
        gettext("August"),
        gettext("September"),
        gettext("October"),
        gettext("November"),
        gettext("December"),
    )
