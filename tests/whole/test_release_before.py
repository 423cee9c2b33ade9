"""What the release before left behind can be read: its vault and its backup.

Its protocol was another one, so its sources and its server are spoken to no more.
tests/releases/ holds what its own commands made, and tells how. The clock says the day after.
"""

import json
import tarfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.means.clock import clock_at
from tests.means.repository import REPOSITORY
from tests.offices.desk import Ran, run_caseworker

RELEASE = REPOSITORY / "tests/releases/0.1.0"
EPOCH = date(1970, 1, 1)


def text_of(name: str) -> str:
    """What one of its small files says."""
    return (RELEASE / name).read_text(encoding="utf-8")


def clock() -> dict[str, str]:
    """The environment of commands on the day after it was made."""
    return clock_at((date.fromisoformat(text_of("made-on").strip()) - EPOCH).days + 1)


def quoted(shown: str) -> list[str]:
    """What people wrote in a case, and the hashes of files, as `caseworker show` prints them."""
    lines = [line.strip() for line in shown.splitlines()]
    return [line for line in lines if line.startswith(("|", "SHA-256"))]


@dataclass(frozen=True)
class Left:
    """Copies of what the release before left behind, to go on with."""

    folder: Path

    @property
    def vault(self) -> Path:
        """The folder of the vault that has two cases."""
        return self.folder / "office/vaults/investigations"

    def run(self, command: str, *arguments: object, vault: Path | None = None) -> Ran:
        """Run a command on the vault."""
        line = [command, vault or self.vault, *arguments]
        words = text_of("investigations.passphrase").splitlines()
        return run_caseworker(line, words, clock())

    def show(self, command: str, *arguments: object, vault: Path | None = None) -> str:
        """Run a command on the vault that must succeed; returns what it printed."""
        ran = self.run(command, *arguments, vault=vault)
        assert ran.code == 0, f"caseworker {command}: {ran.err}"
        return ran.out

    def casework(self, command: str, *arguments: object, vault: Path | None = None) -> Any:
        """The same, as JSON."""
        return json.loads(self.show(command, *arguments, "--json", vault=vault))


@pytest.fixture
def left(tmp_path: Path) -> Left:
    for archive in sorted(RELEASE.glob("*.tar.xz")):
        with tarfile.open(archive) as file:
            # Unlike "data", this one keeps the modes of folders, which the programs look at.
            if hasattr(tarfile, "tar_filter"):
                file.extractall(tmp_path, filter="tar")
            else:
                # The Python of Debian 12 has no filters, and does the same without.
                file.extractall(tmp_path)
    return Left(tmp_path)


def test_a_vault_shows_what_it_showed_and_says_that_nobody_can_be_answered(left: Left) -> None:
    cases = left.casework("list")["cases"]

    assert [(one["case"], one["state"], one["begins"].strip()) for one in cases] == [
        (1, "replied", "Второе сообщение: мост в марте."),
        (2, "replied", "The head of procurement takes money from bidders."),
    ]
    for case in (1, 2):
        shown = left.show("show", case)
        assert quoted(shown) == quoted(text_of(f"show-{case}.txt"))
        assert "nobody can answer its source" in shown


def test_a_vault_answers_imports_and_exports_nothing_and_says_what_can_be_done(left: Left) -> None:
    text, out = left.folder / "text.txt", left.folder / "out.bundle"
    text.write_text("A reply.\n", encoding="utf-8")
    for line in (
        ["reply", "2", "--text-file", text],
        ["acknowledge", "--all-new"],
        ["import", text],
        ["export", "--out", out],
        ["status"],
    ):
        ran = left.run(*line[:1], *line[1:])
        assert ran.code == 1
        assert "is of the version before" in ran.err
        assert "caseworker office create" in ran.err
    assert not out.exists()
    left.show("note", 2, "--text-file", text)


def test_a_vault_saves_a_case_whose_file_it_was_brought(left: Left) -> None:
    left.show("save", 2, "--to", left.folder / "case-2")

    saved = [path.name for path in (left.folder / "case-2").rglob("*") if path.is_file()]
    assert {"invoice.bin", "SHA256SUMS", "manifest.json"} <= set(saved)


def test_a_backup_is_restored_with_all_that_was_in_it(left: Left) -> None:
    restored = left.folder / "restored"
    words = text_of("backup.passphrases").splitlines()[::-1]

    ran = run_caseworker(
        ["restore", left.folder / "investigations.backup", restored], words, clock()
    )

    assert ran.code == 0, ran.err
    assert quoted(left.show("show", 2, vault=restored)) == quoted(text_of("show-2.txt"))


def test_a_vault_is_backed_up_as_before(left: Left) -> None:
    backup, restored = left.folder / "new.backup", left.folder / "restored"
    of_backup, of_vault = text_of("backup.passphrases").splitlines()[::-1]

    for line, words in (
        (["backup", left.vault, "--out", backup], [of_vault, of_backup]),
        (["restore", backup, restored], [of_backup, of_vault]),
    ):
        ran = run_caseworker(line, words, clock())
        assert ran.code == 0, ran.err
    assert quoted(left.show("show", 1, vault=restored)) == quoted(text_of("show-1.txt"))
