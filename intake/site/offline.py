"""The offline page: one file a language, everything inside, to be opened from a disk.

The same bytes for an office until the site's own words, style or program change: it holds what
names the office, and neither its directory nor a day.
"""

import base64
import hashlib

from jinja2 import Environment

from crypto.names import GenesisId
from intake.site.catalogues import Language, Translations
from intake.site.program import program_in

__all__ = ["offline_page"]


def offline_page(
    pages: Environment,
    genesis_id: GenesisId,
    language: Language,
    translations: Translations,
    client: str,
    words: tuple[str, ...],
    style: str,
) -> bytes:
    """Return the page of a language; `client` is the built program, `style` the style sheet."""
    script = program_in(client, language, translations, words)
    if any(mark in script.lower() for mark in ("</script", "<!--")):
        raise ValueError("a program that would end its own element")
    html = pages.get_template("offline.html").render(
        {
            "_": translations.gettext,
            "language": language.code,
            "genesis_id": genesis_id.hex(),
            "script": script,
            "script_hash": _source_hash(script),
            "style": style,
            "style_hash": _source_hash(style),
        }
    )
    return html.encode()


def _source_hash(content: str) -> str:
    """Return the hash by which a content security policy lets an inline element be."""
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
