"""The catalogues of what sources read: whole in every language, and no translation gets lost."""

import pytest
from babel.messages.catalog import Catalog

from intake.locale.catalogues import TRANSLATED, complaints, merged


def catalogue(**translated: str) -> Catalog:
    made = Catalog(locale="ru")
    for english, translation in translated.items():
        made.add(english.replace("_", " "), translation)
    return made


def used(*messages: str) -> Catalog:
    made = Catalog()
    for message in messages:
        made.add(message)
    return made


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_no_other_is_kept(language: str) -> None:
    assert complaints(language) == []


def test_translation_of_a_sentence_that_changed_is_kept_as_doubtful() -> None:
    after = merged(catalogue(Nothing_was_sent="Ничего не отправлено"), used("Nothing was stored"))
    message = after["Nothing was stored"]
    assert (message.string, message.fuzzy) == ("Ничего не отправлено", True)


def test_translation_of_a_sentence_that_is_gone_is_kept_as_unused_and_found_again() -> None:
    gone = merged(catalogue(Nothing_was_sent="Ничего не отправлено"), used("Back"))
    assert "Nothing was sent" not in gone
    again = merged(gone, used("Back", "Nothing was sent"))
    message = again["Nothing was sent"]
    assert (message.string, message.fuzzy) == ("Ничего не отправлено", False)
