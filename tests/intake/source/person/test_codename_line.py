"""Words of a codename, typed back."""

from intake.source.person.codename_line import same_word


def test_word_typed_back_is_forgiven_case_accents_and_its_end() -> None:
    assert same_word("ABAN", "abandon")
    assert same_word(" abandon ", "abandon")
    assert same_word("ёлка".upper(), "елка")
    assert not same_word("aba", "abandon")
    assert not same_word("", "abandon")
