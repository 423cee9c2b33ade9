"""Showing a codename so that it stays with a person, and reading one forgivingly."""

import secrets
from collections.abc import Sequence

from crypto.codename import (
    Codename,
    ReadCodename,
    contains_codename_in_any,
    read_codename_in_any,
)
from crypto.errors import NotACodename
from crypto.word_lists import word_list
from ground.languages import LANGUAGES, language_of
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from intake.source.person.codename_line import CodenameLine, same_word

__all__ = ["ask_codename", "has_codename", "show_codename", "words_of"]


def words_of(language: str) -> tuple[str, ...]:
    """Return the word list of a language of this client."""
    return word_list(language_of(language).words)


def has_codename(text: str) -> bool:
    """Tell whether a codename, in any of the languages, stands in a text."""
    return contains_codename_in_any(text, (words_of(language.code) for language in LANGUAGES))


def show_codename(
    terminal: Terminal, words: Sequence[str], *, ends_with_session: bool = False
) -> None:
    """Show a codename to a person and let two of its words be typed back.

    `ends_with_session`: what breaks off can be taken up only until the person logs out.
    """
    terminal.say(_("Your codename: these eight words are the only way back to your message."))
    terminal.say()
    for number, word in enumerate(words, 1):
        terminal.say(f"  {number}. {word}")
    terminal.say()
    terminal.say(
        _(
            "Write them on paper, between other things. Do not photograph them, and do not keep"
            " them on a device from work."
        )
    )
    terminal.say(_("They open nothing yet. They do as soon as this program says: stored."))
    if ends_with_session:
        terminal.say(
            _(
                "Stay logged in until then. If sending breaks off, it can be taken up only before"
                " you log out or restart this device; after that you would begin anew."
            )
        )
    terminal.say()
    asked = sorted(secrets.SystemRandom().sample(range(len(words)), 2))
    for place in asked:
        question = _("To be sure: word {n} is ").format(n=place + 1)
        while not same_word(terminal.ask(question), words[place]):
            terminal.say(_("That is another word. Look at what you have written."))


def ask_codename(line: CodenameLine, language: str) -> Codename:
    """Return the codename that a person types, or a script gives, in any of the languages."""

    def ask(terminal: Terminal) -> Codename:
        return _ask(terminal, language)

    def read(text: str) -> Codename:
        try:
            return _read(text, language).codename
        except NotACodename as error:
            raise Refusal(_explain(error), _("Nothing was sent, nothing is lost.")) from None

    return line.ask(ask, read)


def _ask(terminal: Terminal, language: str) -> Codename:
    while True:
        try:
            read = _read(terminal.ask(_("The eight words of your codename: ")), language)
        except NotACodename as error:
            terminal.say(_explain(error))
            terminal.say(_("Look at the paper again. Ctrl-C ends this; nothing is lost."))
            continue
        if read.corrections:
            for correction in read.corrections:
                terminal.say(
                    _("Word {n} was read as: {word}").format(
                        n=correction.position, word=correction.word
                    )
                )
            terminal.ask(_("Press Enter to go on."))
        return read.codename


def _read(text: str, language: str) -> ReadCodename:
    """Return a codename in the language spoken, else in another of the languages."""
    own_first = sorted(LANGUAGES, key=lambda other: other.code != language)
    return read_codename_in_any(text, {one.words: words_of(one.code) for one in own_first})


def _explain(error: NotACodename) -> str:
    if error.reason == "count":
        return _("A codename has eight words.")
    if error.reason == "word":
        return _("Word {n} is not in the list of words.").format(n=error.position)
    return _("These are eight words of the list, but one of them is another than yours.")
