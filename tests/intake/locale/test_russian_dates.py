"""Dates in Russian sentences: the pages give "26 ноября 2026", and a sentence goes on after it."""

import re

from babel.messages.catalog import Message

from intake.locale.catalogues import message_forms, message_id, read_catalogue

DATE = re.compile(r"\{(?:date|device|server)\}")


def dates_in(message: Message) -> bool:
    of_pages = any(path.startswith("intake/web/") for path, _line in message.locations)
    return of_pages and bool(DATE.search(message_id(message)))


def test_every_date_on_a_page_is_followed_by_the_word_for_its_year() -> None:
    dated = [message for message in read_catalogue("ru") if message.id and dates_in(message)]
    assert dated
    bare = [
        text
        for message in dated
        for text in message_forms(message)
        if len(DATE.findall(text)) != len(re.findall(DATE.pattern + " года", text))
    ]
    assert bare == []
