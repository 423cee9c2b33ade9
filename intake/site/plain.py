"""The pages for browsers without scripts: the ways, the form, and every answer to it.

The server only chooses among the answers: they lie under `answers/`, where no visitor gets at them.
"""

import hashlib
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment

from crypto.directory import Directory
from crypto.padding import padded_chunk_count
from crypto.sealed_file import sealed_file_size
from ground.languages import Language
from intake.site.translations import Translations

__all__ = ["ANSWERS", "CLOSED", "plain_pages"]

CLOSED = ("full", "disk", "day-budget", "not-fetched", "directory-expired", "no-directory")
"""Why nothing is taken: the reasons of SPEC 11."""

ANSWERS = (
    "stored",
    "no-board",
    "not-sealed",
    "no-file",
    "damaged",
    "other-office",
    "expired",
    "too-large",
    "puzzle",
    "other-bytes",
    "too-slow",
    *CLOSED,
)
"""What a form is answered with."""

_UNITS = ((10**9, "{n} GB"), (10**6, "{n} MB"), (10**3, "{n} KB"))
_GROUP = 8


def plain_pages(
    pages: Environment,
    values: dict[str, Any],
    language: Language,
    directory: Directory,
    translations: Translations,
    offline: bytes,
) -> dict[str, bytes]:
    """Return the files of one language; `values` are those of all its pages, `offline` its page."""
    values = {
        **values,
        "largest": _written_size(_largest_file(directory), translations, language),
        "offline_size": _written_size(len(offline), translations, language),
        "offline_sha256": _grouped(hashlib.sha256(offline).hexdigest()),
        "address": _address(directory),
    }

    def page(template: str, **more: object) -> bytes:
        return pages.get_template(template).render(values, **more).encode()

    folder = f"answers/{language.code}"
    return {
        f"{language.code}/plain/index.html": page("plain.html"),
        f"{folder}/form.html": page("form.html", text_only=False),
        f"{folder}/form-text-only.html": page("form.html", text_only=True),
        **{
            f"{folder}/{name}.html": page("answer.html", answer=name, before=False)
            for name in ANSWERS
        },
        **{
            f"{folder}/before-{name}.html": page("answer.html", answer=name, before=True)
            for name in CLOSED
        },
    }


def _largest_file(directory: Directory) -> int:
    """Return the size of the largest file that the office takes: its chunks are padded."""
    chunks = directory.policy.max_chunks
    while padded_chunk_count(chunks) > directory.policy.max_chunks:
        chunks -= 1
    return sealed_file_size(chunks)


def _address(directory: Directory) -> str:
    """Return the address to write to, an onion if there is one."""
    onions = [one for one in directory.addresses if one.endswith(".onion")]
    return [*onions, *directory.addresses][0]


def _written_size(size: int, translations: Translations, language: Language) -> str:
    for unit, text in _UNITS:
        if size >= unit:
            places = "0.0" if size < 10 * unit else "0"
            number = format_decimal(size / unit, places, locale=language.locale)
            return translations.gettext(text).replace("{n}", number)
    return str(size)


def _grouped(digits: str) -> str:
    """Return digits in groups that an eye can compare, two lines of them."""
    groups = [digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP)]
    half = len(groups) // 2
    return " ".join(groups[:half]) + "\n" + " ".join(groups[half:])
