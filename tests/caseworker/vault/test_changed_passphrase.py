"""A vault's new passphrase: in force, the old one's slot overwritten, and never in between."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caseworker.vault.folder import open_vault, refuse_other_folders, unlock
from caseworker.vault.key_slots import change_passphrase
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from tests.caseworker.commands.test_caseworker_command import run, vault_run
from tests.means.overwritten import is_overwritten
from tests.means.quick_passphrases import quick_passphrases
from tests.means.repository import REPOSITORY
from tests.offices.vaults import PASSPHRASES, Office, passphrase

NEW = "another passphrase of this vault"
SLOTS = "key-slots.json"
NAMES = (SLOTS, f"{SLOTS}.new", f"{SLOTS}.retired")


def change(office: Office) -> None:
    """Change the passphrase in this process."""
    with quick_passphrases(), office.opened() as vault:
        change_passphrase(vault.folder, office.keys["investigations"], Passphrase(NEW.encode()))


def test_the_new_passphrase_opens_and_the_old_one_does_not(office: Office) -> None:
    words = [PASSPHRASES["investigations"], NEW]
    done = run("passphrase", office.vault(), passphrases=words)
    assert done.code == 0, done.err
    assert run("list", office.vault(), passphrases=[NEW]).code == 0
    old = vault_run(office, "list")
    assert (old.code, "does not open this vault" in old.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["not the passphrase", NEW], "does not open this vault"),
        ([PASSPHRASES["investigations"], "short"], "shorter than"),
        ([PASSPHRASES["investigations"]], "is missing"),
    ],
    ids=["wrong", "weak", "missing"],
)
def test_what_is_refused_changes_nothing(office: Office, words: list[str], said: str) -> None:
    before = (office.vault() / SLOTS).read_bytes()
    done = run("passphrase", office.vault(), passphrases=words)
    assert done.code != 0
    assert said in done.err
    assert (office.vault() / SLOTS).read_bytes() == before


def test_the_old_slot_is_overwritten_in_its_place(office: Office) -> None:
    with (office.vault() / SLOTS).open("rb") as old:
        before = old.read()
        change(office)
        old.seek(0)
        assert is_overwritten(before, old.read())


@pytest.mark.parametrize(
    ("present", "opens"),
    [
        (("old", "half", None), "old"),
        (("old", "new", None), "old"),
        ((None, "new", "old"), "new"),
        (("new", None, "old"), "new"),
        ((None, None, "old"), "old"),
    ],
)
def test_one_passphrase_opens_at_every_step(
    office: Office, present: tuple[str | None, ...], opens: str
) -> None:
    contents = {"old": (office.vault() / SLOTS).read_bytes()}
    change(office)
    contents["new"] = (office.vault() / SLOTS).read_bytes()
    contents["half"] = contents["new"][:100]
    (office.vault() / SLOTS).unlink()
    for name, content in zip(NAMES, present, strict=True):
        if content:
            (office.vault() / name).write_bytes(contents[content])
    refuse_other_folders(office.vault())
    words = {"old": passphrase("investigations"), "new": Passphrase(NEW.encode())}
    key = unlock(office.vault(), words.pop(opens))
    with open_vault(office.vault(), key):
        pass
    assert not [name for name in NAMES[1:] if (office.vault() / name).exists()]
    (other,) = words.values()
    with pytest.raises(Refusal, match="does not open"):
        unlock(office.vault(), other)


def test_a_change_killed_at_any_moment_leaves_one_passphrase(
    office: Office, tmp_path: Path
) -> None:
    """Changed back and forth by a process that is killed: exactly one of the two opens."""
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from ground.shell.passphrases import Passphrase\n"
        "from caseworker.vault.folder import open_vault\n"
        "from caseworker.vault.key_slots import VaultKey, change_passphrase\n"
        # The cost of a try is another's concern, and would hide the moments that count.
        "from tests.means.quick_passphrases import quick_passphrases\n"
        "key = VaultKey(bytes.fromhex(sys.stdin.readline()), 'author-1')\n"
        "print('ready', flush=True)\n"
        "with quick_passphrases(), open_vault(Path(sys.argv[1]), key) as vault:\n"
        "    while True:\n"
        "        for word in (b'one passphrase', b'two passphrases'):\n"
        "            change_passphrase(vault.folder, key, Passphrase(word))\n"
    )
    for round_ in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(office.vault())],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(office.keys["investigations"].secret.hex() + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.05 + round_ * 0.013)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        opened = []
        for word in (b"one passphrase", b"two passphrases", PASSPHRASES["investigations"].encode()):
            try:
                opened.append(unlock(office.vault(), Passphrase(word)))
            except Refusal:
                continue
        assert opened == [office.keys["investigations"]]
