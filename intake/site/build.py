"""Builds the site for an office: pages, programs and style, as files that are only served.

The same input gives the same bytes: no time, no path and no order of a file system goes in.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zopfli.gzip
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crypto.contacts import contacts_in
from crypto.directory import Directory, name_in
from crypto.names import Day, GenesisId
from crypto.word_lists import word_list
from ground.languages import LANGUAGES, Language
from ground.shell.refusals import Refusal
from intake.site.offline import offline_page
from intake.site.plain import plain_pages
from intake.site.program import program_in
from intake.site.translations import Translations, read_translations
from intake.site.words import list_file, list_text

__all__ = ["build_site"]

_HERE = Path(__file__).parent
_CLIENT = _HERE.parent / "web" / "dist"
_STYLE = _HERE.parent / "web" / "site.css"
_ICON = _HERE / "static" / "icon.png"
# Each page has a program of its own, so that none loads what only the other needs.
_PAGES = {"report": "index.html", "replies": "replies/index.html"}
_OFFLINE = "offline.html"
_ANSWERS = "answers/"
# A picture is compressed already.
_COMPRESSED = (".html", ".css", ".js", ".txt")
_NAME_HEX_DIGITS = 16
# Each further one saves a byte or two of 50,000.
_ROUNDS = 15
# In what is smaller, zopfli saves a dozen bytes and takes a quarter of a second.
_ZOPFLI_FROM = 3_000


@dataclass(frozen=True)
class _Choice:
    """A language as the pages offer it that are not in one yet."""

    code: str
    name: str
    direction: str
    office: str
    gettext: Callable[[str], str]


def build_site(
    out_dir: Path,
    genesis_id: GenesisId,
    directory: Directory,
    build_day: Day,
    before: Path | None = None,
) -> None:
    """Write the site of an office into a folder that does not exist yet.

    `genesis_id` (32 bytes), `build_day` (days since 1970-01-01) and the directory's place in the
    order of directories stand in the pages' own bytes: they believe no earlier day, and no older
    directory (SPEC 10.3).
    The directory gives names and contacts for what is shown before, or without, the program.
    `before` is a site built earlier: what is the same in it is not compressed again, which would
    take seconds. Raises Refusal where the client was not built.
    """
    files = site_files(genesis_id, directory, build_day)
    for name, content in sorted(files.items()):
        path = out_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.suffix in _COMPRESSED:
            compressed = _compressed_before(before, name, content) or _compressed(name, content)
            path.with_name(path.name + ".gz").write_bytes(compressed)


def compress_programs() -> None:
    """Compress what is the same in every office's site once, beside the built client."""
    files: dict[str, bytes] = {}
    css = _minified(_STYLE.read_text("utf-8"))
    _add(files, "site", ".css", css)
    files |= _word_lists()
    for language in LANGUAGES:
        translations = read_translations(language.code)
        words = word_list(language.words)
        for page in _PAGES:
            program = program_in(_read_client(page), language, translations, words)
            _add(files, f"{page}-{language.code}", ".js", program)
    for old in _CLIENT.glob("*.gz"):
        old.unlink()
    for name, content in files.items():
        path = _CLIENT / f"{name}.gz"
        path.write_bytes(_compressed(name, content))


def site_files(genesis_id: GenesisId, directory: Directory, build_day: Day) -> dict[str, bytes]:
    """Return the files of a site by their names, without the compressed ones."""
    files = {"icon.png": _ICON.read_bytes(), **_word_lists()}
    css = _minified(_STYLE.read_text("utf-8"))
    style = _add(files, "site", ".css", css)
    codes = [language.code for language in LANGUAGES]
    translated = {language: read_translations(language.code) for language in LANGUAGES}
    pages = _environment()
    common = {
        "genesis_id": genesis_id.hex(),
        "build_day": build_day,
        "lowest": f"{directory.delegation.number} {directory.sequence}",
        "onion": next((one for one in directory.addresses if one.endswith(".onion")), ""),
        "languages": [(language.code, language.name) for language in LANGUAGES],
        "style": style,
    }
    for language, translations in translated.items():
        values = {
            **common,
            "_": translations.gettext,
            "language": language.code,
            "direction": language.direction,
            "office": name_in(directory.names, language.code),
            "contacts": contacts_in(directory.contacts, language.code, codes),
        }
        words = word_list(language.words)
        offline = offline_page(
            pages, genesis_id, language, translations, _read_client("offline"), words, css
        )
        files[f"{language.code}/{_OFFLINE}"] = offline
        plain_values = {**values, "path": "plain/"}
        files |= plain_pages(pages, plain_values, language, directory, translations, offline)
        for page, name in _PAGES.items():
            program = program_in(_read_client(page), language, translations, words)
            values["program"] = _add(files, f"{page}-{language.code}", ".js", program)
            html = pages.get_template("page.html").render(
                values, page=page, path="replies/" if page == "replies" else ""
            )
            files[f"{language.code}/{name}"] = html.encode()
    files |= _pages_of_all(pages, style, directory, translated)
    return files


def _pages_of_all(
    pages: Environment,
    style: str,
    directory: Directory,
    translated: dict[Language, Translations],
) -> dict[str, bytes]:
    """Return the pages that no language was chosen for yet."""
    choices = [
        _Choice(
            language.code,
            language.name,
            language.direction,
            name_in(directory.names, language.code),
            translations.gettext,
        )
        for language, translations in translated.items()
    ]
    first = choices[0]
    values = {
        "_": first.gettext,
        "language": first.code,
        "direction": LANGUAGES[0].direction,
        "style": style,
        "choices": choices,
    }
    return {
        "index.html": pages.get_template("languages.html").render(values).encode(),
        "404.html": pages.get_template("404.html").render(values).encode(),
    }


def _word_lists() -> dict[str, bytes]:
    """Return the files of all word lists: a page loads those that it does not carry."""
    names = {language.words for language in LANGUAGES}
    return {list_file(name): list_text(name).encode() for name in sorted(names)}


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _add(files: dict[str, bytes], name: str, suffix: str, content: str) -> str:
    """Add a file under a name that changes with its content; return its path in a page."""
    data = content.encode()
    named = f"{name}-{hashlib.sha256(data).hexdigest()[:_NAME_HEX_DIGITS]}{suffix}"
    files[named] = data
    return "/" + named


def _minified(style: str) -> str:
    """Return a style sheet without the comments; what else is spare, compression takes."""
    parts = style.split("/*")
    return parts[0] + "".join(part.partition("*/")[2] for part in parts[1:])


def _compressed(name: str, content: bytes) -> bytes:
    nobody_waits = name.endswith(_OFFLINE) or name.startswith(_ANSWERS)
    if nobody_waits or len(content) < _ZOPFLI_FROM:
        return gzip.compress(content, mtime=0)
    beside = _CLIENT / f"{name}.gz"
    if beside.is_file():
        made = beside.read_bytes()
        if gzip.decompress(made) == content:
            return made
    compressed: bytes = zopfli.gzip.compress(content, numiterations=_ROUNDS)
    return compressed


def _compressed_before(before: Path | None, name: str, content: bytes) -> bytes | None:
    """Return what an earlier build has made of the same content under the same name."""
    if before is None:
        return None
    plain, compressed = before / name, before / f"{name}.gz"
    if not plain.is_file() or not compressed.is_file() or plain.read_bytes() != content:
        return None
    return compressed.read_bytes()


def _read_client(page: str) -> str:
    path = _CLIENT / f"{page}.js"
    if not path.is_file():
        raise Refusal("the program of the web pages is not built", "make client")
    return path.read_text("utf-8")
