"""Other ways to report: each in the language of the page that shows it."""

import dataclasses
from pathlib import Path

import pytest

from crypto.contacts import contacts_in
from crypto.directory import read_directory
from crypto.names import Day
from intake.site.build import build_site
from tests.offices.signed_office import PracticeOffice

BOTH = ("en=By post: A Street", "ru=Почтой: улица А", "+7 000 000-00-00")
# A sign of equality that stands behind no language that there is.
PLAIN = ("https://example.org/?a=b", "tel=1", "ways\nen=two", "vk=id1", "tg=@a", "RU=b", "=c")
DAY = Day(20_700)


@pytest.mark.parametrize(
    ("contacts", "language", "shown"),
    [
        (BOTH, "en", ["By post: A Street", "+7 000 000-00-00"]),
        (BOTH, "ru", ["Почтой: улица А", "+7 000 000-00-00"]),
        (("ru=Почтой", "ru= Лично"), "en", ["Почтой", "Лично"]),
        (PLAIN, "ru", list(PLAIN)),
        ((), "en", []),
    ],
)
def test_contacts_are_those_of_the_language_and_those_of_none(
    contacts: tuple[str, ...], language: str, shown: list[str]
) -> None:
    assert contacts_in(contacts, language, ("en", "ru")) == shown


def test_each_page_shows_the_contacts_of_its_language_at_its_foot(tmp_path: Path) -> None:
    office = PracticeOffice.create(DAY)
    directory = dataclasses.replace(
        read_directory(office.document(), office.genesis_id), contacts=BOTH
    )
    build_site(tmp_path / "site", directory.genesis_id, directory, DAY)
    for page in ("index.html", "replies/index.html", "plain/index.html"):
        english = (tmp_path / "site" / "en" / page).read_text()
        russian = (tmp_path / "site" / "ru" / page).read_text()
        assert "<li>By post: A Street</li><li>+7 000 000-00-00</li>" in english
        assert "<li>Почтой: улица А</li><li>+7 000 000-00-00</li>" in russian
        assert "Почтой" not in english
