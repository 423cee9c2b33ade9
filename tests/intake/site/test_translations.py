"""The site's words, put in their places when the site is built."""

import pytest

from ground.languages import LANGUAGES
from intake.site.program import program_in
from intake.site.translations import Translations, read_translations

ENGLISH = LANGUAGES[0]
WORDS = ("abandon", "ability")
TRANSLATED = Translations(
    "n % 2",
    {
        "One": ("Eins",),
        "Two “quoted”": ("Zwei \"'`\n",),
        "{n} file": ("gerade", "ungerade"),
    },
)


def _program(client: str) -> str:
    program = program_in(client, ENGLISH, TRANSLATED, WORDS)
    return program.split("];", 1)[1].removesuffix("})();\n")


def test_a_message_becomes_its_translation() -> None:
    assert _program('f(_("One"),_(`Two “quoted”`))') == r"""f("Eins","Zwei \"'`\n")"""


def test_a_choice_that_the_bundler_has_joined_is_translated_on_both_sides() -> None:
    assert _program('_(a==="x"?"One":"Two “quoted”")') == r"""(a==="x"?"Eins":"Zwei \"'`\n")"""


def test_a_plural_becomes_a_choice_among_the_forms_of_the_language() -> None:
    assert _program('ngettext("{n} file","{n} files",x(1))') == 'PLURAL(["gerade","ungerade"],x(1))'
    assert "PLURAL=(forms,n)=>forms[+(n % 2)]" in program_in("", ENGLISH, TRANSLATED, WORDS)


def test_names_that_only_end_alike_are_left_alone() -> None:
    alike = 'a_("One");b._("One");$_("One");c.#_("One")'
    assert _program(alike) == alike


def test_a_message_that_the_catalogue_lacks_stops_the_build() -> None:
    with pytest.raises(KeyError):
        _program('_("Three")')


def test_a_message_that_is_not_written_out_stops_the_build() -> None:
    with pytest.raises(ValueError, match="not written out"):
        _program("_(text)")
    with pytest.raises(ValueError, match="not written out"):
        _program('ngettext(one,"{n} files",n)')


def test_the_questions_stand_in_the_program_that_asks_them_and_in_no_other() -> None:
    russian = read_translations("ru")
    program = program_in("for(const q of QUESTIONS)f(q)", LANGUAGES[1], russian, WORDS)
    assert '{"kind":"text","heading":"Что' in program
    assert "Что" not in program_in("f(QUESTIONS_OF_OTHERS)", LANGUAGES[1], russian, WORDS)
