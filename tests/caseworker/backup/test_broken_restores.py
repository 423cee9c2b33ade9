"""Restores that end early: nothing is left in the way, nor of the secrets that were put there."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from caseworker.backup import backing_up
from caseworker.backup.backing_up import restore
from caseworker.backup.sealed_stream import SealingWriter, write_header
from caseworker.vault.folder import Vault, unlock
from caseworker.vault.key_slots import SLOTS_FILE, VaultKey
from caseworker.vault.secrets_file import SECRETS_FILE
from ground.shell.refusals import Refusal
from tests.caseworker.backup.test_backups import BACKUP_PASSPHRASE, WORDS, backup, put_back
from tests.means.quick_passphrases import quick_passphrases
from tests.means.repository import REPOSITORY
from tests.offices.vaults import DAY, PASSPHRASES, Office, at, passphrase

# Puts a vault back, and is killed when all of it lies there but for its name.
KILLED = """
import os, signal, sys
from pathlib import Path
from caseworker.moments import Moment
from caseworker.backup import backing_up
from ground.shell.passphrases import Passphrase
from tests.means.quick_passphrases import quick_passphrases

def end(*_given, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

backing_up.move_numbers_on = end
out, vault, day, of_backup, of_vault = sys.argv[1:]
with quick_passphrases():
    backing_up.restore(
        Path(out), Path(vault), Passphrase(of_backup.encode()),
        lambda: Passphrase(of_vault.encode()), Moment(int(day), "12:00:00"),
    )
"""


@pytest.fixture(autouse=True)
def cheap_passphrases() -> Iterator[None]:
    """What a try costs is shown elsewhere."""
    with quick_passphrases():
        yield


@pytest.fixture
def out(office: Office, tmp_path: Path) -> Path:
    """A backup."""
    path = tmp_path / "backup"
    with office.opened() as vault:
        backing_up.back_up(vault, path, WORDS, at(DAY))
    return path


def put_back_here(out: Path, vault: Path) -> None:
    """Put the vault back in this process."""
    restore(out, vault, WORDS, lambda: passphrase("investigations"), at(DAY))


def is_overwritten(file: BinaryIO, before: bytes) -> bool:
    """Tell whether a file, perhaps without its name by now, holds nothing of what it held."""
    file.seek(0)
    data = file.read()
    assert len(data) == len(before) > 0
    blocks = {before[at : at + 16] for at in range(len(before) - 15)}
    return not any(data[at : at + 16] in blocks for at in range(0, len(data) - 15, 16))


def test_secrets_of_a_restore_that_fails_are_overwritten(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else free blocks of the disk would keep keys that the vault is to destroy one day."""
    put: list[tuple[BinaryIO, bytes]] = []

    def stop(vault: Vault, *_given: object, **_named: object) -> None:
        path = vault.folder / SECRETS_FILE
        put.append((path.open("rb"), path.read_bytes()))
        raise KeyboardInterrupt

    monkeypatch.setattr(backing_up, "move_numbers_on", stop)
    with pytest.raises(KeyboardInterrupt):
        put_back_here(out, out.parent / "vault")
    file, before = put[0]
    with file:
        assert is_overwritten(file, before)
    assert not list(out.parent.glob("vault*"))


def test_secrets_of_a_restore_that_was_killed_are_overwritten_by_the_same_command(
    out: Path,
) -> None:
    vault = out.parent / "vault"
    line = [out, vault, DAY, BACKUP_PASSPHRASE, PASSPHRASES["investigations"]]
    done = subprocess.run([sys.executable, "-c", KILLED, *map(str, line)], cwd=REPOSITORY)
    assert done.returncode == -signal.SIGKILL
    (left,) = out.parent.glob("vault.*")
    with (left / SECRETS_FILE).open("rb") as file:
        before = file.read()
        put_back_here(out, vault)
        assert is_overwritten(file, before)
    assert [path.name for path in out.parent.glob("vault*")] == ["vault"]


@pytest.mark.parametrize(
    "name", ["../stray", "/stray", "chunks/../../stray", "chunks/aa/" + "bb" * 32, SLOTS_FILE]
)
def test_a_file_that_is_no_part_of_a_vault_is_refused(
    office: Office, tmp_path: Path, name: str
) -> None:
    """Whoever made the backup may be hostile, and have told its passphrase."""
    slots = (office.vault() / SLOTS_FILE).read_bytes()
    out = tmp_path / "folder" / "backup"
    out.parent.mkdir()
    out.write_bytes(sealed(archive((SLOTS_FILE, slots), (name, b"planted"))))
    with pytest.raises(Refusal, match="is damaged, or was cut short"):
        put_back_here(out, out.parent / "vault")
    assert not list(tmp_path.rglob("stray"))
    assert [path.name for path in out.parent.iterdir()] == ["backup"]


def test_damage_behind_the_last_file_is_refused(office: Office, tmp_path: Path) -> None:
    """A backup that is not whole may not be taken for one, whatever is missing."""
    names = (SLOTS_FILE, SECRETS_FILE, "cases.db")
    whole = archive(*((name, (office.vault() / name).read_bytes()) for name in names))
    data = bytearray(sealed(whole + bytes(600_000)))
    out = tmp_path / "backup"
    out.write_bytes(data)
    put_back_here(out, tmp_path / "vault")
    data[-1] ^= 1
    out.write_bytes(data)
    with pytest.raises(Refusal, match="is damaged"):
        put_back_here(out, tmp_path / "another")
    assert not (tmp_path / "another").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"GNU.sparse.map": "0,0", "GNU.sparse.size": "1000000"},
        {"GNU.sparse.map": "x"},
        {"GNU.sparse.size": "x"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
    ],
)
def test_a_file_of_holes_or_of_nonsense_is_refused(
    office: Office, tmp_path: Path, headers: dict[str, str]
) -> None:
    """A few bytes could ask for more than any disk holds."""
    names = (SLOTS_FILE, SECRETS_FILE, "cases.db")
    whole = [(name, (office.vault() / name).read_bytes()) for name in names]
    holes = tarfile.TarInfo(f"chunks/aa/{'aa' * 32}.{'bb' * 32}")
    holes.pax_headers = headers
    out = tmp_path / "backup"
    out.write_bytes(sealed(archive(*whole, then=holes)))
    with pytest.raises(Refusal, match="is damaged"):
        put_back_here(out, tmp_path / "vault")


def archive(*files: tuple[str, bytes], then: tarfile.TarInfo | None = None) -> bytes:
    """A tar archive of files, by name and content, and of one more that has no content."""
    data = io.BytesIO()
    kind = tarfile.PAX_FORMAT if then else tarfile.GNU_FORMAT
    with tarfile.open(fileobj=data, mode="w", format=kind) as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if then:
            tar.addfile(then)
    return data.getvalue()


def sealed(content: bytes) -> bytes:
    """A backup file with this within."""
    file = io.BytesIO()
    writer = SealingWriter(cast("BinaryIO", file), write_header(file, WORDS))
    writer.write(content)
    writer.end()
    return file.getvalue()


def test_commands_that_are_killed_leave_nothing_in_the_way(office: Office, tmp_path: Path) -> None:
    """`backup` and `restore`, at several moments; the same command then does it."""
    folder = tmp_path / "killed"
    folder.mkdir()
    vault, out = folder / "vault", folder / "out"
    moments = [0.4, 0.8, 1.2, 1.6, 1.9, 2.1, 2.3, 2.6]
    for after in moments:
        kill("backup", office.vault(), "--out", out, words=WORDS_OF_BACKUP, after=after)
        if out.exists():
            break
    if not out.exists():
        assert backup(office, out).code == 0
    for after in [*moments, 2.9, 3.3, 3.7]:
        kill("restore", out, vault, words=WORDS_OF_RESTORE, after=after)
        if vault.exists():
            break
    if not vault.exists():
        assert put_back(out, vault).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["out", "vault"]
    opened = unlock(vault, passphrase("investigations"))
    assert isinstance(opened, VaultKey)


WORDS_OF_BACKUP = [PASSPHRASES["investigations"], BACKUP_PASSPHRASE]
WORDS_OF_RESTORE = [BACKUP_PASSPHRASE, PASSPHRASES["investigations"]]


def kill(*arguments: object, words: list[str], after: float) -> None:
    """Start a command, and kill it after some seconds if it is still there."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{word}\n" for word in words).encode())
    os.close(writing)
    line = [*map(str, arguments), "--passphrase-fd", str(reading)]
    child = subprocess.Popen(
        [sys.executable, "-m", "caseworker.cli", *line],
        cwd=REPOSITORY,
        pass_fds=(reading,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(reading)
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()
