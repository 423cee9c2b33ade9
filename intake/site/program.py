"""The program of one language: the built client with a catalogue's words in their places."""

import json
import re
from collections.abc import Callable, Iterator

from ground.languages import LANGUAGES, Language
from intake.questions import OWN_QUESTIONS
from intake.site.translations import Translations
from intake.site.words import list_file, list_text, other_lists, pack_words

__all__ = ["program_in"]

_CALL = re.compile(r"(?<![\w$.#])(_|ngettext)\(")
_NAMED = r"(?<![\w$.]){}\b"
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`(?:[^`\\]|\\.)*`')
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "'": "'", "`": "`", "\\": "\\", "$": "$"}


def program_in(
    client: str, language: Language, translations: Translations, words: tuple[str, ...]
) -> str:
    """Return the program of a page in one language.

    No message is looked up when the page runs: `_("…")` becomes the translation, and
    `ngettext("…", "…", n)` a choice among its forms, by the rule of the language.
    """
    letters, packed = pack_words(words)
    word_list = {"name": language.words, "letters": letters, "packed": packed}
    # What not every program needs stands only in those that name it.
    more: dict[str, Callable[[], object]] = {
        "LANGUAGES": lambda: [one.code for one in LANGUAGES],
        "QUESTIONS": lambda: _questions(translations),
        "OTHER_LISTS": lambda: _lists_elsewhere(language),
        "INLINE_LISTS": lambda: _lists_inside(language),
    }
    wanted = "".join(
        f",{name}={_script(value())}"
        for name, value in more.items()
        if re.search(_NAMED.format(name), client)
    )
    begin = (
        f"const LANGUAGE={_script(language.code)},LOCALE={_script(_tag(language))},"
        f"WORD_LIST={_script(word_list)},"
        f"PLURAL=(forms,n)=>forms[+({translations.plural_expr})]{wanted};"
    )
    return f'(()=>{{"use strict";{begin}{"".join(_translated(client, translations))}}})();\n'


def _tag(language: Language) -> str:
    """Return the tag by which a browser knows how to write numbers and dates: `en-GB`."""
    return language.locale.replace("_", "-")


def _questions(translations: Translations) -> list[dict[str, object]]:
    """Return what the client asks itself in a language, as catalogue.d.ts declares it."""
    return [
        {
            "kind": question.kind,
            "heading": translations.gettext(question.heading),
            "help": [translations.gettext(paragraph) for paragraph in question.help],
            "rows": question.rows,
        }
        for question in OWN_QUESTIONS
    ]


def _lists_elsewhere(language: Language) -> list[dict[str, str]]:
    """Return where the lists of other languages lie on the site."""
    return [{"name": name, "path": "/" + list_file(name)} for name in other_lists(language)]


def _lists_inside(language: Language) -> list[dict[str, str]]:
    """Return the lists of other languages themselves, for a page that can load nothing."""
    return [{"name": name, "text": list_text(name)} for name in other_lists(language)]


def _translated(client: str, translations: Translations) -> Iterator[str]:
    done = 0
    for call in _CALL.finditer(client):
        if call.start() < done:
            raise ValueError("a message within a message")
        yield client[done : call.start()]
        end = _end_of_call(client, call.end())
        arguments = client[call.end() : end]
        if call[1] == "_":
            yield _message(arguments, translations)
        else:
            yield _plural(arguments, translations)
        done = end + 1
    yield client[done:]


def _message(argument: str, translations: Translations) -> str:
    """Return what stands for a message, or for a choice of messages that the bundler has joined."""
    only = _LITERAL.fullmatch(argument)
    if only:
        return _script(translations.gettext(_text(only)))

    def replace(literal: re.Match[str]) -> str:
        text = _text(literal)
        return _script(translations.gettext(text)) if translations.knows(text) else literal[0]

    replaced = _LITERAL.sub(replace, argument)
    if not _LITERAL.search(argument):
        raise ValueError("a message that is not written out")
    return f"({replaced})"


def _plural(arguments: str, translations: Translations) -> str:
    one = _LITERAL.match(arguments)
    other = _LITERAL.match(arguments, one.end() + 1) if one else None
    if one is None or other is None:
        raise ValueError("a message that is not written out")
    forms = translations.forms(_text(one), _text(other))
    return f"PLURAL({_script(forms)}{arguments[other.end() :]})"


def _end_of_call(client: str, start: int) -> int:
    """Return the place of the bracket that closes a call whose arguments begin at `start`."""
    depth = 1
    place = start
    while depth:
        literal = _LITERAL.match(client, place)
        if literal:
            place = literal.end()
            continue
        depth += {"(": 1, ")": -1}.get(client[place], 0)
        place += 1
    return place - 1


def _text(literal: re.Match[str]) -> str:
    return re.sub(r"\\(.)", lambda escape: _ESCAPED[escape[1]], literal[0][1:-1])


def _script(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
