"""A root takes the place of another; server and vaults follow it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.keys.directories import known_directory
from caseworker.office.new_root import NewRootFile, OldRoot, replace_root
from caseworker.office.renewal import Renewal, issue_and_carry
from caseworker.office.root_file import ROOT_FILE, Root, name_successor, read_root
from crypto.signing import SigningKey
from crypto.strict_json import encode_json
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from tests.caseworker.office.test_office_keys import no_root, real_root, renew
from tests.offices.courier import Go
from tests.offices.vaults import DAY, Office, at, passphrase

# To replace a root takes five tries of passphrases.
pytestmark = pytest.mark.usefixtures("cheap_passphrases")

ROOT = passphrase("root")
NEW_ROOT = Passphrase(b"another root passphrase")


def never() -> Passphrase:
    """It is not asked for."""
    raise AssertionError("a passphrase was asked for")


def new_root(
    office: Office,
    day: int = DAY,
    old: str = ROOT_FILE,
    new: str = "office-root-2.key",
    ask: Callable[[], Passphrase] = never,
) -> Renewal:
    """Replace the root."""
    path = office.folder / old
    word = NEW_ROOT if old != ROOT_FILE else passphrase("root")
    replaced = OldRoot(path, read_root(path, word), word)
    with office.opened() as leading, office.opened("board") as board:
        file = NewRootFile(office.folder / new, choose=lambda: NEW_ROOT, ask=ask)
        replace_root(leading, at(day), replaced, file)
        vaults = {"board": board, "investigations": leading}
        return issue_and_carry(vaults, office.folder, at(day), new_delegation=True)


def test_server_and_vaults_follow_a_new_root_and_refuse_the_old_ones_directories(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "old")
    old = Office(tmp_path / "old", office.keys)
    assert go.take(new_root(office)) == []
    followed = go.server.directory
    assert len(followed.roots) == 2
    assert followed.delegation.number == 2
    assert followed.genesis_id == go.server.genesis_id
    # Whoever has the old root can delegate under any number.
    renew(old, DAY + 80, ask_root=real_root(old), new_delegation=True)
    late = renew(old, DAY + 80, ask_root=real_root(old), new_delegation=True)
    assert late.directory is not None
    assert late.directory.delegation.number > 2
    go.take(late, DAY + 80)
    assert go.server.directory.sha256 == followed.sha256
    go.fetch("board")
    with office.opened("board") as vault:
        assert known_directory(vault).sha256 == followed.sha256


def test_the_new_root_delegates_from_then_on_and_the_old_one_no_more(
    office: Office, go: Go
) -> None:
    go.take(new_root(office))
    with pytest.raises(Refusal, match="was replaced"):
        renew(office, DAY + 80, ask_root=real_root(office))
    renewal = renew(
        office, DAY + 80, ask_root=lambda: read_root(office.folder / "office-root-2.key", NEW_ROOT)
    )
    assert go.take(renewal, DAY + 80) == []
    assert go.server.directory.delegation.number == 3


def test_a_root_can_be_replaced_again(office: Office, go: Go) -> None:
    go.take(new_root(office))
    renewal = new_root(office, old="office-root-2.key", new="office-root-3.key")
    assert go.take(renewal) == []
    assert len(go.server.directory.roots) == 3


def test_the_same_command_again_replaces_nothing(office: Office, go: Go) -> None:
    go.take(new_root(office))
    roots = go.server.directory.roots
    assert go.take(new_root(office)) == []
    assert go.server.directory.roots == roots


def test_a_root_that_named_its_successor_names_no_other(office: Office, tmp_path: Path) -> None:
    """Also where the vault came from a backup that knows nothing of it."""
    shutil.copytree(office.vault(), tmp_path / "backup")
    new_root(office)
    shutil.rmtree(office.vault())
    shutil.copytree(tmp_path / "backup", office.vault())
    with pytest.raises(Refusal, match="has named the one in its place already"):
        new_root(office, new="elsewhere.key")
    again = new_root(office, ask=lambda: NEW_ROOT)
    assert again.directory is not None
    second = read_root(office.folder / "office-root-2.key", NEW_ROOT).key.public_key
    assert again.directory.roots[1] == second


def test_a_root_that_has_not_taken_over_yet_says_that_new_root_is_typed_again(
    office: Office,
) -> None:
    """A `new-root` that was killed leaves the newest file of a root that cannot sign yet."""
    root = Root(SigningKey(bytes(32)), read_root(office.folder / ROOT_FILE, ROOT).genesis_id)
    with pytest.raises(Refusal, match="has not taken the place") as refusal:
        renew(office, DAY + 80, ask_root=lambda: root)
    assert "new-root DIR --root FILE" in refusal.value.hint


def test_a_key_file_that_is_no_new_root_is_refused(office: Office) -> None:
    with pytest.raises(Refusal, match="not a new root key"):
        new_root(office, new=ROOT_FILE, ask=lambda: passphrase("root"))


def test_another_successor_than_the_one_seen_is_refused_by_the_server(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "thief")
    thief = Office(tmp_path / "thief", office.keys)
    go.take(new_root(office))
    assert ("directory", "two successors of one root") in go.take(new_root(thief))


def test_a_successor_noted_in_the_old_file_leaves_its_key_as_it_was(office: Office) -> None:
    path = office.folder / ROOT_FILE
    before = read_root(path, passphrase("root"))
    name_successor(path, before, bytes(32), passphrase("root"))
    after = read_root(path, passphrase("root"))
    assert (after.key.seed, after.successor) == (before.key.seed, bytes(32))
    assert path.stat().st_mode & 0o077 == 0


def test_nobody_without_the_passphrase_can_note_another_successor_or_none(office: Office) -> None:
    """All that stands outside of the seal says nothing of it."""
    new_root(office)
    path = office.folder / ROOT_FILE
    named = read_root(path, ROOT).successor
    header = json.loads(path.read_bytes())
    assert set(header) == {"format", "genesis_id", "argon2id", "nonce", "sealed"}
    path.write_bytes(encode_json({**header, "successor": bytes(32).hex()}))
    assert read_root(path, ROOT).successor == named


def test_the_root_is_not_asked_for_where_nothing_needs_it(office: Office) -> None:
    assert not renew(office, DAY + 8, ask_root=no_root).new_delegation
