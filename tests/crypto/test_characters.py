"""The tables of SPEC 6.1 and 7.2 are the same on every device, and are those of Unicode."""

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import characters, errors
from crypto.characters import WHITE_SPACE, fold, is_forbidden, is_sign
from crypto.word_lists import word_list

SPEC = (Path(errors.__file__).parent / "SPEC.md").read_text()
SIX = SPEC.partition("### 6.1 ")[2].partition("### 6.2 ")[0]
SEVEN = SPEC.partition("### 7.2 ")[2].partition("### 7.3 ")[0]
FORBIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
EVERY = [chr(code) for code in range(sys.maxunicode + 1)]

Ranges = list[tuple[int, int]]


def _ranges(text: str) -> Ranges:
    """Return the ranges that a passage of the specification writes out."""
    found = re.findall(r"(?:U\+)?\b([0-9A-F]{4,5})\b(?:(?: to U\+|-)([0-9A-F]{4,5}))?", text)
    return [(int(first, 16), int(last or first, 16)) for first, last in found]


def _line(section: str, name: str) -> str:
    """Return the line of a list of the specification that begins with a name."""
    return section.partition(f"- {name}")[2].partition("\n")[0]


def _within(ranges: Ranges) -> set[str]:
    return {chr(code) for first, last in ranges for code in range(first, last + 1)}


def test_the_tables_are_those_of_the_specification() -> None:
    block = SEVEN.partition("\n\n    ")[2].partition("\n\n")[0]

    assert _ranges(block) == list(characters._FORBIDDEN)
    assert _ranges(_line(SIX, "**signs**")) == list(characters._SIGNS)
    folded = _line(SIX, "`fold(s)`").partition(" its NFKD")[0]
    assert _ranges(folded) == list(characters._FOLDED)
    assert set(WHITE_SPACE) == _within(_ranges(_line(SIX, "**white space**")))


def test_what_is_forbidden_is_what_this_unicode_calls_so_where_it_knows_it() -> None:
    wrong = [
        character
        for character in EVERY
        if unicodedata.category(character) != "Cn"
        and is_forbidden(character) != (unicodedata.category(character) in FORBIDDEN_CATEGORIES)
    ]

    assert wrong == []


def test_white_space_is_what_unicode_calls_so() -> None:
    # Those that str.isspace adds are separators of files, records and units.
    assert set(WHITE_SPACE) == {one for one in EVERY if one.isspace()} - set("\x1c\x1d\x1e\x1f")


@pytest.mark.parametrize("old", [unicodedata.ucd_3_2_0], ids=["3.2"])
def test_all_that_is_folded_is_folded_alike_by_an_older_unicode(old: unicodedata.UCD) -> None:
    """No mapping in these ranges ever changes, once a code point is assigned."""
    folded = [one for one in EVERY if characters._within(one, characters._FOLDED)]

    assert all(unicodedata.category(one) != "Cn" for one in folded)
    assert [
        one
        for one in folded
        if old.category(one) != "Cn"
        and old.normalize("NFKD", one) != unicodedata.normalize("NFKD", one)
    ] == []


def test_outside_its_ranges_folding_leaves_everything_as_it_is() -> None:
    assert [
        one for one in EVERY if not characters._within(one, characters._FOLDED) and fold(one) != one
    ] == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("language", ["english", "russian"])
def test_case_and_marks_are_folded_away(language: str) -> None:
    for word in word_list(language):
        decomposed = unicodedata.normalize("NFD", word)
        assert fold(word.upper()) == fold(decomposed) == fold(word)
        assert fold("".join(letter + "\u0301" for letter in word)) == fold(word)


def test_no_letter_is_a_sign() -> None:
    letters = [one for one in EVERY if is_sign(one) and unicodedata.category(one)[0] == "L"]

    # Letters that look like signs, U+2100 to U+214F, and none that a word list has.
    assert all("\u2100" <= one <= "\u214f" for one in letters)
