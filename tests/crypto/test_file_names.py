"""File names from outside are made harmless, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed
from crypto.payload import check_file_name, safe_file_name

# Every kind of character, half surrogates too: that is what a file system may hand over.
ANY_TEXT = st.text(st.characters(), max_size=200)


@given(ANY_TEXT)
def test_a_name_made_safe_is_accepted(name: str) -> None:
    check_file_name(safe_file_name(name))


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=200))
def test_an_accepted_name_is_left_as_it_is(name: str) -> None:
    try:
        check_file_name(name)
    except Malformed:
        return
    assert safe_file_name(name) == name


def test_a_character_that_this_device_does_not_know_is_dropped_and_not_refused() -> None:
    """It may be a format character to a reader that knows more: issue 11."""
    check_file_name("a\u0378b")
    assert safe_file_name("a\u0378b") == "ab"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from("/\\"))
def test_a_name_with_a_path_is_refused(name: str, separator: str) -> None:
    with pytest.raises(Malformed):
        check_file_name(name + separator + "a")


@pytest.mark.parametrize("invisible", ["\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad"])
def test_a_name_of_invisible_characters_is_refused(invisible: str) -> None:
    """Finding: OnionShare, OTF-003 impersonation by invisible characters."""
    with pytest.raises(Malformed):
        check_file_name(f"report{invisible}fdp.exe")
    assert invisible not in safe_file_name(f"report{invisible}fdp.exe")
