"""Somebody without JavaScript on the site, who writes on the offline page and sends a form.

plain = PlainVisitor(page, "http://127.0.0.1:8080", "en", folder)       scripts switched off
offline = OfflineVisitor(page, folder, "en")                            the network cut
plain.save_offline_page()
words = offline.report("text", [photo])
plain.send_file(offline.sealed)
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from tests.browser.driver import Page
from tests.browser.visitor import PATIENCE, Visitor
from tests.offices.server_process import wait_until

Look = Callable[[str], None]


class PlainVisitor(Visitor):
    """At the site, with scripts switched off."""

    def __init__(self, page: Page, address: str, language: str, folder: Path) -> None:
        super().__init__(page, address, language)
        self._folder = folder
        page.scripts(False)
        page.downloads(folder)

    def save_offline_page(self) -> None:
        """Save the offline page and the office's keys, from the report page's only way on."""
        self.page.goto(f"{self.address}/{self.language}/")
        self.page.click(f'noscript a[href="/{self.language}/plain/"]')
        self._save('a[download="offline.html"]', "offline.html")
        self._save('a[download="office.directory"]', "office.directory")

    def save_board(self) -> None:
        """Save the whole reply board."""
        self.page.goto(f"{self.address}/{self.language}/plain/")
        self._save('a[href$="/board"]', "replies.board")

    def send_file(self, sealed: Path) -> str:
        """Send a file with the form; returns the heading of the answer."""
        self.page.goto(f"{self.address}/{self.language}/plain/")
        self.page.click(f'a[href="/v1/form/{self.language}"]')
        self.page.wait_for("#file")
        self.page.upload("#file", [sealed])
        self.page.click("form .main")
        self.page.wait_for("main:not(:has(#file)) h1", seconds=PATIENCE)
        return self.page.text("h1")

    def _save(self, selector: str, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        self.page.click(selector)
        wait_until(path.exists)


class OfflineVisitor(Visitor):
    """At the offline page, opened from a folder; `look` is called on each screen with its name."""

    def __init__(
        self, page: Page, folder: Path, language: str, look: Look = lambda _name: None
    ) -> None:
        super().__init__(page, "", language)
        self._folder = folder
        self._look = look
        self.sealed = folder / "message.fidelio"
        page.downloads(folder)

    def open(self) -> None:
        """Open the page and give it the office's keys."""
        self.page.goto((self._folder / "offline.html").as_uri())
        self.page.wait_for('label[for="keys"]')
        self._look("start")
        self.page.upload("#keys", [self._folder / "office.directory"])
        self.page.wait_for(".digits")
        self._look("office")

    def report(
        self, text: str, files: Sequence[Path] = (), leave_out: Collection[str] = ()
    ) -> list[str]:
        """Write a report into `sealed`; returns the codename's words."""
        self.open()
        self.page.click(role="button", name=self.says("Write a report"))
        self.page.wait_for(role="button", name=self.says("Start the report"))
        self._look("first")
        self.write(text, files, leave_out)
        self._look("summary")
        self.page.click(role="button", name=self.says("Encrypt into a file"))
        self.page.wait_for(".codename", seconds=PATIENCE)
        self._look("codename")
        words = self.keep_codename(then="Save the sealed file")
        self._save()
        return words

    def open_board(self, codename: str, board: Path, wrong: Path | None = None) -> list[str]:
        """Open a saved board with a codename; returns the texts of the replies."""
        self.open()
        self.page.click(role="button", name=self.says("Read your replies"))
        self.page.wait_for("#codename")
        self._look("codename-asked")
        self.page.fill("#codename", codename)
        self.page.click("form .main")
        self.page.wait_for('label[for="board"]', seconds=PATIENCE)
        self._look("board-asked")
        if wrong:
            self.page.upload("#board", [wrong])
            self.page.wait_for(".summary")
            self._look("board-wrong")
        self.page.upload("#board", [board])
        name = self.says("Write a follow-up")
        self.page.wait_for(role="button", name=name, seconds=PATIENCE)
        self._look("replies")
        return self.page.texts("article .answer")

    def write_follow_up(self, text: str) -> None:
        """Write a follow-up into `sealed`, from the replies."""
        self.sealed.unlink(missing_ok=True)
        self.page.click(role="button", name=self.says("Write a follow-up"))
        self.page.fill("#text", text)
        self.page.click("form .main")
        self.page.wait_for("#recipients")
        self.page.click("form .main")
        self.page.wait_for("a[download]", seconds=PATIENCE)
        self._save()

    def _save(self) -> None:
        self._look("save")
        self.page.click("a[download]")
        wait_until(self.sealed.exists)
        self.page.click(role="button", name=self.says("I have saved it"))
        self.page.wait_text(self.says("What happens next"))
        self._look("next")
