"""Somebody else signs directories too: nothing of theirs is signed again."""

import os
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from caseworker.backup.backing_up import back_up, restore
from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.commands.alarm_words import alarms_in_words
from caseworker.keys.directories import issue_directory, known_directory
from caseworker.vault.keys import directory_key
from crypto.bundle import BundleWriter, ItemType, OutboundHeader
from crypto.days import later
from crypto.directory import RetiredKey
from crypto.office.directory import DirectoryContent, sign_directory
from crypto.signing import SigningKey
from crypto.strict_json import INTEGER_MAX
from ground.shell.refusals import Refusal
from tests.caseworker.office.test_office_keys import real_root, renew
from tests.offices.courier import Exchange, Go
from tests.offices.vaults import DAY, Office, at, passphrase


def steal(office: Office, sequence: int, **changes: Any) -> bytes:
    """Sign a directory with the stolen directory key, which says what the thief wants."""
    changes = changes or {"contacts": ("Call the thief.",)}
    with office.opened() as vault:
        held = directory_key(vault.db)
        known = known_directory(vault)
    assert held is not None
    said = {one.name: getattr(known, one.name) for one in fields(DirectoryContent)}
    false = replace(DirectoryContent(**said), sequence=sequence, **changes)
    return sign_directory(held.head, held.key, false)


def give(server: Exchange, document: bytes, folder: Path) -> None:
    """Bring a directory to the server."""
    path = folder / f"stolen-{len(list(folder.glob('stolen-*')))}"
    with path.open("xb") as file:
        writer = BundleWriter(file.write, OutboundHeader(server.genesis_id, "investigations"))
        writer.add(ItemType.DIRECTORY, document)
        writer.end()
    assert server.take(path, DAY).aside == []


@pytest.mark.parametrize("sequence", [50, INTEGER_MAX])
@pytest.mark.parametrize("restored", [False, True], ids=["", "after restored was typed"])
def test_a_stolen_directory_with_the_highest_number_is_beaten_by_a_new_delegation(
    office: Office, go: Go, tmp_path: Path, sequence: int, restored: bool
) -> None:
    """Nothing of what the thief signed is signed again."""
    give(go.server, steal(office, sequence), tmp_path)
    go.fetch("investigations")
    with pytest.raises(Refusal, match="did not issue"):
        go.out("investigations")
    with office.opened() as vault:
        (alarm,) = [one for one in alarms_in_words(vault, DAY) if one.loud]
        assert "caseworker restored" in alarm.command
        assert "caseworker office renew" in alarm.command
        if restored:
            move_numbers_on(vault, at(DAY))
    assert go.take(renew(office, DAY, ask_root=real_root(office))) == []
    directory = go.server.directory
    assert directory.delegation.number == 2
    assert directory.contacts == ("By post: 1 Practice Street",)
    assert go.fetch("board") == ()
    with office.opened("board") as vault:
        assert known_directory(vault).sha256 == directory.sha256


@pytest.mark.parametrize("retired", [False, True], ids=["active", "retired"])
def test_signing_keys_of_a_thief_are_not_signed_again_by_who_types_restored(
    office: Office, go: Go, tmp_path: Path, retired: bool
) -> None:
    """All else that the stolen directory says is what the office says."""
    with office.opened() as vault:
        known = known_directory(vault)
    false = SigningKey(os.urandom(32)).public_key
    changes: dict[str, Any] = {"retired": (RetiredKey("board", false, later(DAY, 9_999)),)}
    if not retired:
        first, *others = known.recipients
        changes = {"recipients": (replace(first, signing_key=false), *others)}
    give(go.server, steal(office, 50, **changes), tmp_path)
    go.fetch("investigations")
    with office.opened() as vault:
        move_numbers_on(vault, at(DAY))
        assert [one for one in alarms_in_words(vault, DAY) if "did not issue" in one.text]
    assert go.take(renew(office, DAY, ask_root=real_root(office))) == []
    directory = go.server.directory
    assert directory.retired == ()
    assert [one.signing_key for one in directory.recipients] == [
        one.signing_key for one in known.recipients
    ]


def test_a_restored_vault_takes_its_own_later_directory_for_its_own(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.vault(), tmp_path / "backup")
    go.deliver("investigations", DAY + 8)
    shutil.rmtree(office.vault())
    shutil.copytree(tmp_path / "backup", office.vault())
    go.fetch("investigations", DAY + 8)
    with office.opened() as vault:
        with pytest.raises(Refusal, match="did not issue"):
            issue_directory(vault, at(DAY + 8))
        move_numbers_on(vault, at(DAY + 8))
        issue_directory(vault, at(DAY + 8))
    assert go.deliver("investigations", DAY + 8) == []
    assert go.server.directory.sequence > 1000


@pytest.mark.usefixtures("cheap_passphrases")
def test_a_restored_vault_numbers_its_directories_past_those_it_hears_of(
    office: Office, go: Go, tmp_path: Path
) -> None:
    """There may be more of them, in bundles that were written before the loss and lie about."""
    with office.opened() as vault:
        back_up(vault, tmp_path / "backup", passphrase("root"), at(DAY))
    go.deliver("investigations", DAY + 8)
    heard = go.server.directory.sequence
    shutil.rmtree(office.vault())
    words = passphrase("root"), lambda: passphrase("investigations")
    restore(tmp_path / "backup", office.vault(), *words, at(DAY + 8))
    go.fetch("investigations", DAY + 8)
    assert go.deliver("investigations", DAY + 16) == []
    assert go.server.directory.sequence > heard + 1000


def test_a_new_delegation_can_be_asked_for_before_a_thief_is_seen(office: Office) -> None:
    renewal = renew(office, DAY, ask_root=real_root(office), new_delegation=True)
    assert renewal.directory is not None
    assert renewal.directory.delegation.number == 2
