"""What the release before left behind goes on: its vault, its backup, its server, its sources.

tests/releases/ holds what its own commands made, and tells how. The clock says the day after.
"""

import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.means.clock import clock_at
from tests.means.repository import REPOSITORY
from tests.offices.desk import Ran, run_caseworker
from tests.offices.server_process import ServerProcess, serving, succeed
from tests.offices.source_client import Done, Source

RELEASE = REPOSITORY / "tests/releases/0.1.0"
# The only address that its office's directory names.
LISTEN = ("--listen", "127.0.0.1:18081")
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

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.folder / "data"

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

    def intake(self, command: str, *arguments: object) -> str:
        """Run a command where the server is."""
        return succeed(command, "--data", self.data, *arguments, env=clock())

    def source(self, server: ServerProcess, name: str) -> Source:
        """A source with the state folder that it had; `name` parts it from others."""
        folder = self.folder / name
        folder.mkdir()
        shutil.copytree(self.folder / "source", folder / "state")
        return Source(folder, server.address, None)

    def replies(self, server: ServerProcess, codename: str) -> Done:
        """Let a source come back with a codename of the release before."""
        source = self.source(server, codename.removesuffix(".txt"))
        words = text_of(codename).strip()
        return source.run("replies", "--json", codename=words, environment=clock())


@pytest.fixture
def left(tmp_path: Path) -> Left:
    for archive in sorted(RELEASE.glob("*.tar.xz")):
        with tarfile.open(archive) as file:
            # Unlike "data", this one keeps the modes of folders, which the programs look at.
            file.extractall(tmp_path, filter="tar")
    return Left(tmp_path)


@pytest.fixture
def server(left: Left) -> Iterator[ServerProcess]:
    with serving(left.data, *LISTEN, env=clock()) as running:
        yield running


def texts(replies: Done) -> list[str]:
    """The replies that a source found, by what they say."""
    assert replies.code == 0, replies.err
    return [one["text"].strip() for one in json.loads(replies.out)["replies"]]


def test_a_vault_shows_what_it_showed(left: Left) -> None:
    status = left.casework("status")
    cases = left.casework("list")["cases"]

    assert status["fingerprint"].split() == text_of("fingerprint").split()
    assert [(one["case"], one["state"], one["begins"].strip()) for one in cases] == [
        (1, "replied", "Второе сообщение: мост в марте."),
        (2, "replied", "The head of procurement takes money from bidders."),
    ]
    for case in (1, 2):
        assert quoted(left.show("show", case)) == quoted(text_of(f"show-{case}.txt"))


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


def test_a_data_folder_serves_and_a_source_finds_the_old_reply(
    left: Left, server: ServerProcess
) -> None:
    status = json.loads(left.intake("status", "--json"))

    assert status["accepted"] == {"envelopes": "open", "chunks": "open"}
    assert "Thank you. Which tender was it?" in texts(left.replies(server, "codename-2.txt"))


def test_a_file_sealed_before_is_still_sent(left: Left, server: ServerProcess) -> None:
    source = left.source(server, "messenger")

    sent = source.run("send", left.folder / "sealed.fidelio", environment=clock())

    assert sent.code == 0, sent.err


@pytest.mark.long
def test_casework_goes_on_and_reaches_the_sources(left: Left, server: ServerProcess) -> None:
    inbound, outbound = left.folder / "in.bundle", left.folder / "out.bundle"
    text = left.folder / "text.txt"
    left.intake("export", "--recipient", "investigations", "--out", inbound)
    left.show("import", inbound)
    left.show("acknowledge", "--all-new")
    text.write_text("A reply of the release after.\n", encoding="utf-8")
    left.show("reply", 2, "--text-file", text)
    left.show("note", 2, "--text-file", text)
    left.show("export", "--out", outbound)

    left.intake("import", outbound)

    assert len(left.casework("list")["cases"]) == 3
    found = texts(left.replies(server, "codename-1.txt"))
    assert {"A second reply, not yet carried out.", "A reply of the release after."} <= set(found)
