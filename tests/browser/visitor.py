"""Somebody at the pages, who reads them in a language and does what they say.

    visitor = Visitor(page, "http://127.0.0.1:8080", "ru")
    words = visitor.report("text", files=[photo])       to the stored report; the codename's words
    replies = visitor.read_replies("eight words …")     what the page shows of the office's replies
    visitor.follow_up("more", files=[list])             from there to the stored follow-up

What the pages say is looked up in the catalogue that they are built from, by its English.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.form import first_form, parse_form
from crypto.word_lists import word_list
from ground.languages import LANGUAGES
from intake.questions import questions_of
from intake.site.translations import read_translations
from tests.browser.driver import Page

OWN = ("text", "recipients")
# The screens of a report by the first form, in their order, each by its field.
SCREENS = tuple(
    one.name if one.name in OWN else f"q-{one.name}"
    for one in questions_of(parse_form(first_form()), "en")
)
# The screen on which files are chosen.
FILES = "q-evidence"
# Keys are made in a second, or in half a minute by a browser without its JIT on a busy machine.
PATIENCE = 240.0
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ShownReply:
    """A reply as the page shows it."""

    heading: str
    text: str


class Visitor:
    """One person in one window."""

    def __init__(self, page: Page, address: str, language: str = "en") -> None:
        self.page = page
        self.address = address
        self.language = language
        self._translations = read_translations(language)

    def says(self, english: str, **values: object) -> str:
        """A message of the pages in this visitor's language."""
        found = self._translations.gettext(english)
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), found)

    def words(self) -> tuple[str, ...]:
        """The list that codenames are written in."""
        name = next(one.words for one in LANGUAGES if one.code == self.language)
        return word_list(name)

    # ---- reporting -----------------------------------------------------------------------------

    def open_report(self) -> None:
        """Open the report page: the first screen asks the server for nothing."""
        self.page.goto(f"{self.address}/{self.language}/")
        self.page.wait_for(role="button", name=self.says("Start the report"))

    def write(
        self,
        text: str,
        files: Sequence[Path] = (),
        leave_out: Collection[str] = (),
        *,
        no_files: bool = False,
    ) -> None:
        """Answer from the first screen to the summary; `leave_out` names recipients by title.

        `no_files`: the page has to say that none are taken.
        """
        self.page.click(role="button", name=self.says("Start the report"))
        for screen in SCREENS:
            self.page.wait_for("#" + screen)
            if screen == "text":
                says_so = self.says("The server takes no files at the moment.") in self.page.text()
                assert says_so is no_files
                self.page.fill("#text", text)
            if screen == FILES:
                self._choose(files)
            if screen == "recipients":
                for title in leave_out:
                    self.page.click(role="checkbox", name=title)
            self.page.click("form .main")
        self.page.wait_for(".answers")

    def _choose(self, files: Sequence[Path]) -> None:
        # One after another, as a person does who looks for them in several folders.
        for place, path in enumerate(files, 1):
            self.page.upload("#files", [path])
            self.page.wait_for(f".files li:nth-child({place})")

    def send(self) -> None:
        """Leave the summary, or the choice of who may read a follow-up, for the sending."""
        self.page.click(role="button", name=self.says("Encrypt and send"))

    def keep_codename(self, then: str = "What happens next") -> list[str]:
        """Wait for the codename, write it down, and type two of its words back.

        `then` is what the next screen says.
        """
        self.page.wait_for(".codename", seconds=PATIENCE)
        words: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.codename li')].map((item) => item.textContent)"
        )
        self.page.click(role="button", name=self.says("I have written them down"))
        self.page.wait_for("input.word")
        asked: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('input.word')].map((field) => field.id)"
        )
        for field in asked:
            self.page.fill("#" + field, words[int(field.removeprefix("word-")) - 1])
        self.page.click(role="button", name=self.says("Check"))
        self.page.wait_text(self.says(then))
        return words

    def report(
        self, text: str, files: Sequence[Path] = (), leave_out: Collection[str] = ()
    ) -> list[str]:
        """Report, from opening the page to the codename on paper; returns its words."""
        self.open_report()
        self.write(text, files, leave_out)
        self.send()
        return self.keep_codename()

    # ---- coming back ---------------------------------------------------------------------------

    def open_replies(self) -> None:
        """Open the replies page and wait until a codename can be typed."""
        self.page.goto(f"{self.address}/{self.language}/replies/")
        self.page.wait_for("#codename")

    def type_codename(self, typed: str) -> None:
        """Type a codename and ask for the replies."""
        self.page.fill("#codename", typed)
        self.page.click(role="button", name=self.says("Show the replies"))

    def read_replies(self, typed: str) -> list[ShownReply]:
        """Open the replies page, type a codename and read what is there."""
        self.open_replies()
        self.type_codename(typed)
        self.page.wait_text(self.says("Your replies"), seconds=PATIENCE)
        return self.shown_replies()

    def shown_replies(self) -> list[ShownReply]:
        """The replies on the page that is open."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "[...document.querySelectorAll('article')].map((one) => ({"
            " heading: one.querySelector('h3').textContent,"
            " text: one.querySelector('.answer').textContent }))"
        )
        return [ShownReply(one["heading"], one["text"]) for one in found]

    def follow_up(
        self, text: str, files: Sequence[Path] = (), untick: Collection[str] = ()
    ) -> None:
        """From the replies to a stored follow-up; `untick` names by title who must not read it."""
        self.page.click(role="button", name=self.says("Write a follow-up"))
        self.page.fill("#text", text)
        self._choose(files)
        self.page.click(role="button", name=self.says("Continue"))
        self.page.wait_for("#recipients")
        for title in untick:
            self.page.click(role="checkbox", name=title)
        self.send()
        self.page.wait_text(self.says("Your follow-up is stored"), seconds=PATIENCE)
