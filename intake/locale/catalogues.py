"""The catalogues as files: read, held against the sources, and brought up to date with them."""

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ground.languages import LANGUAGES, SOURCE_LANGUAGE
from intake.locale import CATALOGUES

__all__ = ["TRANSLATED", "complaints", "message_forms", "message_id", "read_catalogue", "update"]

TRANSLATED: Final = tuple(one.code for one in LANGUAGES if one.code != SOURCE_LANGUAGE)
"""The languages that need a catalogue."""

_ROOT: Final = Path(__file__).parents[2]
# All that a source may read; what offices and operators read is English.
_SOURCES: Final = (
    ("intake/web/dist/**", "ignore"),
    ("intake/web/**.ts", "javascript"),
    ("intake/site/templates/**.html", "jinja2"),
    ("intake/questions/**.py", "python"),
    ("intake/source/**.py", "python"),
    ("ground/**.py", "python"),
)
_FOLDERS: Final = ("ground", "intake")
# No names, no times: a catalogue changes when its messages do.
_HEADER: Final = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_PLACE: Final = re.compile(r"\{\w+\}")
_WIDTH: Final = 100


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one where it has none yet."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def message_id(message: Message) -> str:
    """Return the English of a message, in the singular where it has both."""
    return message.id if isinstance(message.id, str) else message.id[0]


def message_forms(message: Message) -> tuple[str, ...]:
    """Return the translation of a message, one text or the plural forms."""
    strings = message.string or ""
    return (strings,) if isinstance(strings, str) else tuple(strings)


def complaints(language: str) -> list[str]:
    """Return what is wrong with a language's catalogue, a line each; none where all is well."""
    catalogue = read_catalogue(language)
    found = [
        f"{language}: {wrong}: {message_id(message)}"
        for message in catalogue
        if message.id and (wrong := _what_is_wrong(message))
    ]
    found += [f"{language}: unused: {message_id(one)}" for one in catalogue.obsolete.values()]
    if not found and _updated(language) != _path(language).read_bytes():
        found.append(f"{language}: not up to date")
    return found


def update(language: str) -> None:
    """Take new messages in, and lose no translation.

    That of a sentence that changed stands with the new one, marked as doubtful; that of one that
    is gone stands at the end, as unused.
    """
    path = _path(language)
    updated = _updated(language)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(updated)


def merged(catalogue: Catalog, used: Catalog) -> Catalog:
    """Return a catalogue, changed in place, as it should be for the messages used."""
    # What is unused may be used again, as it is or changed.
    for message in catalogue.obsolete.values():
        catalogue[message.id] = message
    catalogue.obsolete.clear()
    catalogue.update(used, update_creation_date=False)
    return catalogue


def _path(language: str) -> Path:
    return CATALOGUES / language / "messages.po"


def _what_is_wrong(message: Message) -> str | None:
    if message.fuzzy:
        return "doubtful"
    if not all(message_forms(message)):
        return "missing"
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    places = set().union(*(_PLACE.findall(text) for text in ids))
    if any(set(_PLACE.findall(text)) != places for text in message_forms(message)):
        return "other places to fill in"
    return None


def _extracted() -> Catalog:
    catalogue = Catalog(project="fidelio-intake", charset="utf-8")
    options = {"intake/web/**.ts": {"parse_template_string": "false", "jsx": "false"}}
    found = extract_from_dir(
        _ROOT, _SOURCES, options, comment_tags=("Translators:",), directory_filter=_is_ours
    )
    for path, _line, message, comments, context in found:
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    return Path(folder).relative_to(_ROOT).parts[0] in _FOLDERS


def _updated(language: str) -> bytes:
    """Return the catalogue file as it should be for the sources as they are."""
    catalogue = merged(read_catalogue(language), _extracted())
    written = BytesIO()
    write_po(
        written,
        catalogue,
        width=_WIDTH,
        omit_header=True,
        sort_by_file=True,
        include_lineno=False,
    )
    header = _HEADER.format(language=language, plurals=catalogue.plural_forms)
    return header.encode() + written.getvalue()
