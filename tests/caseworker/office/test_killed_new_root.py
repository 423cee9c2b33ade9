"""A new root, the command killed at each step that lasts: never a second successor of one root."""

import subprocess
import sys

import pytest

from caseworker.office.root_file import ROOT_FILE, read_root
from crypto.directory import Directory, read_directory
from tests.caseworker.office.test_replaced_roots import NEW_ROOT
from tests.means.repository import REPOSITORY
from tests.offices.courier import Exchange
from tests.offices.vaults import DAY, Office, passphrase

# Replaces the root, and kills itself just before or just after the file of that number gets its
# name: the new root's, the old root's with the note of it, the bundle.
CHILD = """
import os, signal, sys
from pathlib import Path
from caseworker.moments import Moment
from caseworker.office.new_root import NewRootFile, OldRoot, replace_root
from caseworker.office.renewal import issue_and_carry
from caseworker.office.root_file import read_root
from ground.shell.passphrases import Passphrase
from caseworker.vault.folder import open_vault
from caseworker.vault.key_slots import VaultKey

folder, day, old_words, new_words, number, when = sys.argv[1:]
office, moment, renamed = Path(folder), Moment(int(day), "12:00:00"), 0

def watch(event, arguments):
    global renamed
    if event == "os.kill":
        return
    if when == "after" and renamed == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
    if event == "os.rename":
        renamed += 1
        if when == "before" and renamed == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

keys = [VaultKey(bytes.fromhex(line.strip()), "author-1") for line in sys.stdin]
with (
    open_vault(office / "vaults/investigations", keys[0]) as leading,
    open_vault(office / "vaults/board", keys[1]) as board,
):
    old, words = office / "office-root.key", Passphrase(new_words.encode())
    word = Passphrase(old_words.encode())
    replaced = OldRoot(old, read_root(old, word), word)
    new = NewRootFile(office / "office-root-2.key", choose=lambda: words, ask=lambda: words)
    sys.addaudithook(watch)
    replace_root(leading, moment, replaced, new)
    vaults = {"investigations": leading, "board": board}
    issue_and_carry(vaults, office, moment, new_delegation=True)
"""


def run(office: Office, number: int, when: str) -> int:
    """Run the command; it kills itself at the file of that number, where it comes so far."""
    words = [passphrase("root").secret.decode(), NEW_ROOT.secret.decode()]
    arguments = [str(office.folder), str(DAY), *words, str(number), when]
    keys = "\n".join(office.keys[name].secret.hex() for name in ("investigations", "board"))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], input=keys, text=True, cwd=REPOSITORY
    )
    return done.returncode


def directories(office: Office, server: Exchange) -> list[Directory]:
    """Every directory in a bundle that was written, taken to the server on the way."""
    found = []
    for path in sorted(office.folder.glob("directory-*.bundle")):
        server.take(path, DAY)
        found.append(read_directory(server.document, server.genesis_id))
    return found


def check(office: Office, exchange: Exchange, number: int, when: str) -> None:
    """Kill it there, then type the same command again."""
    assert run(office, number, when) == -9
    assert run(office, 0, "never") == 0
    successor = read_root(office.folder / ROOT_FILE, passphrase("root")).successor
    new = read_root(office.folder / "office-root-2.key", NEW_ROOT).key.public_key
    assert successor == new
    assert {one.roots[1:] for one in directories(office, exchange)} == {(new,)}
    assert exchange.directory.roots[1:] == (new,)
    assert sorted(path.name for path in office.folder.glob("*.key")) == [
        "office-root-2.key",
        "office-root.key",
    ]


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_new_root_killed_at_any_step_goes_on_with_the_same_command(
    office: Office, exchange: Exchange, number: int, when: str
) -> None:
    check(office, exchange, number, when)
