"""Codenames are forgiven what cannot change their meaning, and nothing else."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.codename import (
    Codename,
    codename_words,
    contains_codename,
    contains_codename_in_any,
    new_codename,
    read_codename,
    read_codename_in_any,
)
from crypto.errors import Malformed, NotACodename
from crypto.word_lists import word_list

LANGUAGES = st.sampled_from(["english", "russian"])
BITS = st.binary(min_size=10, max_size=10)
KEYS = ("`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю")
OTHER_LAYOUT = {"english": str.maketrans(*KEYS), "russian": str.maketrans(*KEYS[::-1])}
SLIPS = st.sampled_from(["inserted", "missing", "replaced", "swapped"])


@given(BITS, LANGUAGES)
def test_words_give_the_codename_back(bits: bytes, language: str) -> None:
    words = word_list(language)

    read = read_codename(" ".join(codename_words(Codename(bits), words)), words, language)

    assert read.codename.bits == bits
    assert read.corrections == []


@given(BITS, LANGUAGES)
def test_a_codename_is_found_in_a_text(bits: bytes, language: str) -> None:
    words = word_list(language)
    text = "1. " + ",\n".join(codename_words(Codename(bits), words)).upper()

    assert contains_codename(text, words)


@given(BITS, LANGUAGES, SLIPS, st.data())
def test_a_slip_is_corrected_or_named_and_never_passes_unseen(
    bits: bytes, language: str, slip: str, draw: st.DataObject
) -> None:
    words = word_list(language)
    right = codename_words(Codename(bits), words)
    position = draw.draw(st.integers(1, 8))
    typed = list(right)
    typed[position - 1] = _slip(typed[position - 1], slip, draw)

    try:
        read = read_codename(" ".join(typed), words, language)
    except NotACodename as refusal:
        assert refusal.reason == "check" or refusal.position == position
        return
    if read.corrections:
        assert [one.position for one in read.corrections] == [position]
        assert [one.typed for one in read.corrections] == [typed[position - 1]]
    elif read.codename.bits != bits:
        # Typed was another word, or its beginning, and the check let it pass: 1 in 256.
        assert codename_words(read.codename, words)[position - 1] != right[position - 1]


def _slip(word: str, slip: str, draw: st.DataObject) -> str:
    place = draw.draw(st.integers(0, len(word) - 2))
    letter = draw.draw(st.sampled_from("aeinsотуик"))
    match slip:
        case "inserted":
            return word[:place] + letter + word[place:]
        case "missing":
            return word[:place] + word[place + 1 :]
        case "replaced":
            return word[:place] + letter + word[place + 1 :]
        case _:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@pytest.mark.parametrize("language", ["english", "russian"])
def test_a_word_of_the_list_is_never_taken_for_another(language: str) -> None:
    words = word_list(language)

    for index, word in enumerate(words):
        typed = " ".join([word] * 8)
        try:
            read = read_codename(typed, words, language)
        except NotACodename as refusal:
            assert refusal.reason == "check"
        else:
            assert codename_words(read.codename, words) == [words[index]] * 8


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_as_no_codename(text: str) -> None:
    words = word_list("english")

    with pytest.raises(NotACodename):
        read_codename(text, words, "english")
    assert not contains_codename(text, words)


def test_new_codenames_differ() -> None:
    assert len({new_codename().bits for _ in range(100)}) == 100


def test_a_codename_of_another_size_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="80 bits"):
        Codename(bytes(9))


def test_a_list_that_the_protocol_does_not_have_is_refused() -> None:
    with pytest.raises(Malformed):
        word_list("french")


@pytest.mark.parametrize("language", ["english", "russian"])
def test_a_list_has_2048_different_words(language: str) -> None:
    assert len(set(word_list(language))) == 2048


@given(BITS, LANGUAGES)
def test_words_of_any_list_are_read_whichever_list_is_the_readers_own(
    bits: bytes, language: str
) -> None:
    typed = " ".join(codename_words(Codename(bits), word_list(language)))

    for languages in (("english", "russian"), ("russian", "english")):
        lists = {one: word_list(one) for one in languages}
        assert read_codename_in_any(typed, lists).codename.bits == bits
        assert contains_codename_in_any(f"> {typed} <", lists.values())


@given(BITS, LANGUAGES, st.integers(1, 8))
def test_a_wrong_word_is_told_by_the_list_of_the_language_that_was_typed(
    bits: bytes, language: str, wrong: int
) -> None:
    words = codename_words(Codename(bits), word_list(language))
    typed = " ".join([*words[: wrong - 1], "qqqqqq", *words[wrong:]])

    for languages in (("english", "russian"), ("russian", "english")):
        with pytest.raises(NotACodename) as told:
            read_codename_in_any(typed, {one: word_list(one) for one in languages})
        assert (told.value.reason, told.value.position) == ("word", wrong)


@given(st.text(max_size=14))
def test_what_is_not_eight_words_is_that_in_any_list(text: str) -> None:
    with pytest.raises(NotACodename) as told:
        read_codename_in_any(text, {one: word_list(one) for one in ("russian", "english")})
    assert told.value.reason == "count"


@given(BITS, LANGUAGES, st.sampled_from([*",;./_|\u00b7\u00ad\u200b\u2060\u2010\u2014\u00a0\t"]))
def test_words_are_parted_by_whatever_people_write_between_them(
    bits: bytes, language: str, gap: str
) -> None:
    words = word_list(language)
    typed = gap.join(codename_words(Codename(bits), words))

    assert read_codename(typed, words, language).codename.bits == bits
    assert contains_codename(typed, words)


@given(BITS, LANGUAGES)
def test_words_typed_on_the_other_layout_are_read_where_letters_are_commas(
    bits: bytes, language: str
) -> None:
    """Finding: a comma that ended a word was cut off, and left another word, or none."""
    words = word_list(language)
    spelled = unicodedata.normalize("NFC", " ".join(codename_words(Codename(bits), words)))
    typed = spelled.translate(OTHER_LAYOUT[language])

    read = read_codename(typed, words, language)

    assert read.codename.bits == bits
    assert read.corrections == []
