"""A passphrase is typed, and stands nowhere: in no file of the desk, in nothing that is printed."""

from pathlib import Path

import pytest

from tests.caseworker.commands.test_caseworker_command import Done, run
from tests.means.canaries import Canaries
from tests.offices.vaults import PASSPHRASES, Office, Server, Source

OLD = PASSPHRASES["investigations"]
NEW = "another passphrase of this vault"
OF_BACKUP = "a passphrase of the backup"
WRONG = "a slip of somebody's memory"


def test_no_passphrase_is_in_any_file_or_word_of_the_commands(
    office: Office,
    server: Server,
    source: Source,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Finding: CoverDrop, a passphrase in plain text beside its vault."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    server.report(source, files=[("a.txt", b"bytes")])
    vault, backup = office.vault(), tmp_path / "backup"

    def done(*line: object, passphrases: list[str], code: int = 0) -> Done:
        ended = run(*line, passphrases=passphrases)
        assert ended.code == code, ended.err
        return ended

    every = [
        done("import", vault, *server.export(), passphrases=[OLD]),
        done("list", vault, passphrases=[WRONG], code=1),
        done("passphrase", vault, passphrases=[OLD, NEW]),
        done("export", vault, "--out", tmp_path / "out", passphrases=[NEW]),
        done("backup", vault, "--out", backup, passphrases=[NEW, OF_BACKUP]),
        done("restore", backup, tmp_path / "again", passphrases=[OF_BACKUP, NEW]),
        done("list", tmp_path / "again", passphrases=[NEW]),
    ]
    passphrases = Canaries({"old": OLD, "new": NEW, "of the backup": OF_BACKUP, "wrong": WRONG})
    assert passphrases.in_folder(tmp_path) + passphrases.in_folder(office.folder) == []
    assert passphrases.in_bytes("".join(one.out + one.err for one in every).encode()) == []


def test_the_search_finds_a_passphrase_beside_its_vault(office: Office) -> None:
    """Else the test above would pass whatever were written."""
    (office.vault() / ".password").write_text(OLD)
    assert Canaries({"old": OLD}).in_folder(office.folder)
