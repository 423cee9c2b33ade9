"""The gettext catalogues: English is written in the sources, every other language beside it.

python -m intake.site.catalogues --update    takes new messages in, drops those no longer used
python -m intake.site.catalogues --check     says what is missing, doubtful or out of date
"""

import argparse
import re
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

__all__ = ["LANGUAGES", "Language", "Translations", "complaints", "read_translations"]

SOURCE_LANGUAGE = "en"
_ROOT = Path(__file__).parents[2]
_LOCALE = Path(__file__).parent / "locale"
_SOURCES = [
    ("intake/web/dist/**", "ignore"),
    ("intake/web/**.ts", "javascript"),
    ("intake/site/templates/**.html", "jinja2"),
]
# No names, no times: a catalogue changes when its messages do.
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_PLACE = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Language:
    """A language of the site: its tag, its name in itself, and its list of codename words."""

    code: str
    name: str
    word_list: str


LANGUAGES = (Language("en", "English", "english"), Language("ru", "Русский", "russian"))


@dataclass(frozen=True)
class Translations:
    """What the site says in one language; English where no catalogue is needed."""

    plural_expr: str
    _forms: dict[str, tuple[str, ...]] | None

    def gettext(self, message: str) -> str:
        """Return a message in this language; KeyError where the catalogue lacks it."""
        return message if self._forms is None else self._forms[message][0]

    def knows(self, message: str) -> bool:
        """Tell whether a text is a message of the catalogue."""
        return self._forms is None or message in self._forms

    def forms(self, one: str, other: str) -> tuple[str, ...]:
        """Return the plural forms of a message, in the order that `plural_expr` counts them."""
        return (one, other) if self._forms is None else self._forms[one]


def read_translations(language: str) -> Translations:
    """Return what the site says in a language."""
    if language == SOURCE_LANGUAGE:
        return Translations("n != 1", None)
    catalogue = _read(language)
    forms = {_id(message): _strings(message) for message in catalogue if message.id}
    return Translations(catalogue.plural_expr, forms)


def complaints(language: str) -> list[str]:
    """Return what is wrong with a language's catalogue, a line each; none where all is well."""
    catalogue = _read(language)
    found = []
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            found.append(f"{language}: doubtful: {_id(message)}")
        if not all(_strings(message)):
            found.append(f"{language}: missing: {_id(message)}")
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        places = set().union(*(_PLACE.findall(text) for text in ids))
        if any(set(_PLACE.findall(text)) != places for text in _strings(message)):
            found.append(f"{language}: other places to fill in: {_id(message)}")
    if not found and _updated(language) != _path(language).read_bytes():
        found.append(f"{language}: not up to date")
    return found


def _path(language: str) -> Path:
    return _LOCALE / language / "LC_MESSAGES" / "site.po"


def _read(language: str) -> Catalog:
    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def _extracted() -> Catalog:
    catalogue = Catalog(project="fidelio-intake", charset="utf-8")
    methods = [(pattern, method) for pattern, method in _SOURCES]
    options = {"intake/web/**.ts": {"parse_template_string": "false", "jsx": "false"}}
    found = extract_from_dir(_ROOT, methods, options, comment_tags=("Translators:",))
    for path, _line, message, comments, context in found:
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def _updated(language: str) -> bytes:
    """Return the catalogue file as it should be for the sources as they are."""
    catalogue = _read(language)
    catalogue.update(_extracted(), no_fuzzy_matching=True, update_creation_date=False)
    written = BytesIO()
    write_po(
        written,
        catalogue,
        width=100,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return (
        _HEADER.format(language=language, plurals=catalogue.plural_forms).encode()
        + written.getvalue()
    )


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string or ""
    return (strings,) if isinstance(strings, str) else tuple(strings)


def main() -> int:
    """Check or update every catalogue."""
    parser = argparse.ArgumentParser(prog="python -m intake.site.catalogues", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="exit with 1 if something is wrong")
    what.add_argument("--update", action="store_true", help="write the catalogues anew")
    arguments = parser.parse_args()
    others = [language.code for language in LANGUAGES if language.code != SOURCE_LANGUAGE]
    if arguments.update:
        for language in others:
            _path(language).write_bytes(_updated(language))
    wrong = [line for language in others for line in complaints(language)]
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    if wrong:
        print("hint: python -m intake.site.catalogues --update, then translate", file=sys.stderr)
    return 1 if wrong and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
