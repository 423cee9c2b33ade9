"""Keys that take the place of others: a recipient's signing key, the directory key, the root."""

import os
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from caseworker.errors import Refusal
from caseworker.exchange.restoring import move_numbers_on
from caseworker.exchange.taken import outgoing_state
from caseworker.office.alarms import alarms
from caseworker.office.cards import card_document, make_card, own_card
from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.office.directories import issue_directory, known_directory
from caseworker.office.new_root import NewRootFile, replace_root
from caseworker.office.new_signing_key import (
    card_fingerprint,
    read_carried_card,
    refuse_untakable,
    replace_signing_key,
    take_carried_card,
)
from caseworker.office.renewal import Renewal, issue_and_carry
from caseworker.office.root_file import ROOT_FILE, note_successor, read_root
from caseworker.passphrases import Passphrase
from caseworker.vault.keys import directory_key, newest_signing_key
from crypto.bundle import BundleWriter, ItemType, OutboundHeader
from crypto.directory import RetiredKey
from crypto.office.card import sign_card
from crypto.office.directory import DirectoryContent, sign_directory
from crypto.signing import SigningKey
from crypto.strict_json import INTEGER_MAX
from tests.caseworker.courier import Exchange
from tests.caseworker.practice import DAY, PASSPHRASES, Office, at, passphrase
from tests.caseworker.test_caseworker_command import run
from tests.caseworker.test_office_keys import no_root, real_root, renew

NEW_ROOT = Passphrase(b"another root passphrase")


@pytest.fixture
def exchange(office: Office, tmp_path: Path) -> Exchange:
    """A server that has taken the office's first bundle."""
    with office.opened() as vault:
        server = Exchange(tmp_path / "data", vault.genesis_id)
    server.take(office.folder / FIRST_BUNDLE, DAY)
    return server


@pytest.fixture
def go(office: Office, exchange: Exchange, tmp_path: Path) -> "Go":
    """Carries bundles on a day."""
    return Go(office, exchange, tmp_path)


class Go:
    """Carries bundles between the vaults and the server."""

    def __init__(self, office: Office, server: Exchange, folder: Path) -> None:
        self.office, self.server, self.folder, self.number = office, server, folder, 0

    def out(self, recipient: str, day: int = DAY) -> Path:
        """A bundle that a vault exports."""
        self.number += 1
        path = self.folder / f"{self.number}-from-{recipient}"
        self.office.carry(path, day, recipient)
        return path

    def deliver(self, recipient: str, day: int = DAY) -> list[tuple[str, str]]:
        """Carry from a vault to the server; returns what was set aside there."""
        return self.server.take(self.out(recipient, day), day).aside

    def fetch(self, recipient: str, day: int = DAY) -> tuple[str, ...]:
        """Carry from the server to a vault; returns what a person is told there."""
        self.number += 1
        path = self.server.export(recipient, self.folder / f"{self.number}-to-{recipient}", day)
        return self.office.bring(path, day=day, to=recipient).notes

    def signer(self, recipient: str = "board") -> bytes:
        """The signing key that the server's directory names for a recipient."""
        found = {one.id: one.signing_key for one in self.server.directory.recipients}
        return found[recipient]


def new_key(office: Office, recipient: str = "board", *, lost: bool = False) -> bytes:
    """Replace a recipient's signing key; return the new one."""
    with office.opened(recipient) as vault:
        return replace_signing_key(vault, at(DAY), old_key_lost=lost).signing_key


# ---- a recipient's signing key -------------------------------------------------------------------


def test_a_new_signing_key_travels_on_its_card_and_the_old_one_is_retired(
    office: Office, go: Go
) -> None:
    old, new = go.signer(), new_key(office)
    assert go.deliver("board") == []
    assert go.fetch("investigations") == ()
    assert go.deliver("investigations") == []
    assert go.signer() == new
    (retired,) = go.server.directory.retired
    policy = go.server.directory.policy
    assert (retired.id, retired.signing_key) == ("board", old)
    assert retired.until >= DAY + policy.reply_days


def test_every_card_is_vouched_for_until_a_directory_names_the_new_key(
    office: Office, go: Go
) -> None:
    """The first one may get lost, and the server keeps the newest only."""
    old = go.signer()
    new_key(office)
    with office.opened("board") as vault:
        make_card(vault, at(DAY))
        card = own_card(vault)
    assert card is not None
    assert card.old_signing_key == old
    for _ in range(2):
        go.deliver("board")
        go.fetch("investigations")
    go.deliver("investigations")
    go.fetch("board")
    with office.opened("board") as vault:
        make_card(vault, at(DAY))
        later = own_card(vault)
    assert later is not None
    assert later.old_signing_key is None


def test_the_old_key_signs_for_the_server_until_a_directory_names_the_new_one(
    office: Office, go: Go
) -> None:
    old, new = go.signer(), new_key(office)
    go.deliver("board")
    go.fetch("investigations")
    go.deliver("investigations")
    # The vault does not know of the directory yet: the server wants the new key already.
    assert [name for name, _ in go.deliver("board")] == ["batch"]
    go.fetch("board")
    assert go.deliver("board") == []
    lines = [line for line in go.server.lines if line.recipient_id == "board"]
    numbered = sorted((line.number, line.signing_key) for line in lines)
    assert numbered == [(1, old), (2, new), (3, new)]


def test_what_is_signed_anew_keeps_number_and_content_and_counts_once(
    office: Office, go: Go
) -> None:
    """The server may have taken the old signature meanwhile."""
    new_key(office)
    lost = go.out("board")
    go.deliver("board")
    go.fetch("investigations")
    go.deliver("investigations")
    go.fetch("board")
    with office.opened("board") as vault:
        before = [one.row.content_hash for one in outgoing_state(vault)]
    assert go.deliver("board") == []
    with office.opened("board") as vault:
        assert [one.row.content_hash for one in outgoing_state(vault)][: len(before)] == before
    assert not go.server.take(lost, DAY).changed
    assert go.fetch("board") == ()
    with office.opened("board") as vault:
        assert all(one.taken for one in outgoing_state(vault))


def test_a_second_command_goes_on_with_the_key_of_the_first(office: Office, go: Go) -> None:
    assert new_key(office) == new_key(office)
    assert new_key(office, lost=True) == new_key(office, lost=True)
    assert new_key(office, lost=True) != go.signer()


def test_the_directorys_own_vault_names_its_new_signing_key_at_once(office: Office, go: Go) -> None:
    new = new_key(office, "investigations")
    assert go.deliver("investigations") == []
    assert go.signer("investigations") == new


def test_a_card_by_the_replaced_key_is_passed_over_without_a_word(office: Office, go: Go) -> None:
    """The server passes it on until its directory names the new one."""
    go.deliver("board")
    new = new_key(office)
    go.deliver("board")
    for _ in range(2):
        assert go.fetch("investigations") == ()
    go.deliver("investigations")
    assert go.signer() == new


# ---- lost or stolen ------------------------------------------------------------------------------


def test_a_card_without_the_old_signature_counts_only_once_a_person_compared_it(
    office: Office, go: Go
) -> None:
    old = go.signer()
    new = new_key(office, lost=True)
    bundle = go.out("board")
    assert [name for name, _ in go.server.take(bundle, DAY).aside] == ["card"]
    go.fetch("investigations")
    go.deliver("investigations", DAY + 8)
    assert go.signer() == old
    with office.opened("board") as vault:
        read_out = card_fingerprint(card_document(vault))
    with office.opened() as vault:
        carried = read_carried_card(vault, bundle)
        assert carried.fingerprint == read_out
        refuse_untakable(vault, carried)
        take_carried_card(vault, carried, at(DAY + 8))
    go.deliver("investigations", DAY + 8)
    assert go.signer() == new
    assert [one.signing_key for one in go.server.directory.retired] == [old]
    go.fetch("board", DAY + 8)
    assert go.deliver("board", DAY + 8) == []


def test_the_thief_of_an_old_key_announces_nothing_after_it_was_replaced(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "stolen")
    thief = Office(tmp_path / "stolen", office.keys)
    new_key(office)
    go.deliver("board")
    go.fetch("investigations")
    go.deliver("investigations")
    named = go.signer()
    new_key(thief)
    assert go.server.take(Go(thief, go.server, tmp_path / "data").out("board"), DAY).aside
    go.fetch("investigations")
    go.deliver("investigations", DAY + 8)
    assert go.signer() == named


@pytest.mark.parametrize(
    ("recipient", "words"), [("investigations", "vault itself"), ("board", "newer card")]
)
def test_a_card_of_its_own_or_an_older_one_is_not_taken_in(
    office: Office, go: Go, recipient: str, words: str
) -> None:
    new_key(office, lost=True)
    older = go.out(recipient)
    with office.opened("board") as vault:
        make_card(vault, at(DAY))
    newer = go.out("board")
    with office.opened() as vault:
        take_carried_card(vault, read_carried_card(vault, newer), at(DAY))
        with pytest.raises(Refusal, match=words):
            refuse_untakable(vault, read_carried_card(vault, older))


def test_a_vault_that_signs_no_directory_takes_no_card(office: Office, go: Go) -> None:
    bundle = go.out("investigations")
    with office.opened("board") as vault, pytest.raises(Refusal, match="does not sign"):
        read_carried_card(vault, bundle)


def test_a_restored_vault_that_lost_its_newest_signing_key_says_what_to_type(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.vault("board"), tmp_path / "backup")
    new_key(office)
    go.deliver("board")
    go.fetch("investigations")
    go.deliver("investigations")
    shutil.rmtree(office.vault("board"))
    shutil.copytree(tmp_path / "backup", office.vault("board"))
    go.fetch("board")
    with office.opened("board") as vault:
        (alarm,) = [one for one in alarms(vault, DAY) if "does not hold" in one.text]
        move_numbers_on(vault, at(DAY))
    assert alarm.command.endswith("--old-key-lost")
    with pytest.raises(Refusal, match="does not hold the signing key"):
        new_key(office)
    new = new_key(office, lost=True)
    with office.opened() as vault:
        take_carried_card(vault, read_carried_card(vault, go.out("board")), at(DAY))
    go.deliver("investigations")
    go.fetch("board")
    assert go.deliver("board") == []
    assert go.signer() == new


def test_a_card_with_the_keys_of_another_recipient_is_refused_and_stops_nothing(
    office: Office, go: Go, tmp_path: Path
) -> None:
    with office.opened("board") as vault:
        key = newest_signing_key(vault.db).key
        theirs = {one.id: one.keys for one in known_directory(vault).recipients}
    card = sign_card(key, go.server.genesis_id, "board", 50, theirs["investigations"])
    path = tmp_path / "card"
    with path.open("xb") as file:
        writer = BundleWriter(file.write, OutboundHeader(go.server.genesis_id, "board"))
        writer.add(ItemType.CARD, card)
        writer.end()
    assert go.server.take(path, DAY).aside == []
    (note,) = go.fetch("investigations")
    assert note.startswith("a card of board was refused: investigations has the same keys")
    assert go.deliver("investigations", DAY + 8) == []
    assert go.server.directory.issued == DAY + 8


def test_two_vaults_of_one_recipient_are_refused(office: Office) -> None:
    """The older one would sign directories under numbers that the newer has given out."""
    shutil.copytree(office.vault("board"), office.vault("board").with_name("board-2"))
    words = [PASSPHRASES[name] for name in ("board", "board", "investigations")]
    done = run("office", "renew", office.folder, passphrases=words)
    assert done.code == 1
    assert "both vaults of board" in done.err


# ---- the directory key ---------------------------------------------------------------------------


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
        (alarm,) = [one for one in alarms(vault, DAY) if one.loud]
        assert "caseworker restored" in alarm.command
        assert "caseworker office renew" in alarm.command
        if restored:
            move_numbers_on(vault, at(DAY))
    assert take(go, renew(office, DAY, ask_root=real_root(office))) == []
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
    changes: dict[str, Any] = {"retired": (RetiredKey("board", false, DAY + 9_999),)}
    if not retired:
        first, *others = known.recipients
        changes = {"recipients": (replace(first, signing_key=false), *others)}
    give(go.server, steal(office, 50, **changes), tmp_path)
    go.fetch("investigations")
    with office.opened() as vault:
        move_numbers_on(vault, at(DAY))
        assert [one for one in alarms(vault, DAY) if "did not issue" in one.text]
    assert take(go, renew(office, DAY, ask_root=real_root(office))) == []
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
    assert go.server.directory.sequence == 1003


def test_a_new_delegation_can_be_asked_for_before_a_thief_is_seen(office: Office) -> None:
    renewal = renew(office, DAY, ask_root=real_root(office), new_delegation=True)
    assert renewal.directory is not None
    assert renewal.directory.delegation.number == 2


# ---- the root ------------------------------------------------------------------------------------


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
    root = read_root(path, NEW_ROOT if old != ROOT_FILE else passphrase("root"))
    with office.opened() as leading, office.opened("board") as board:
        file = NewRootFile(office.folder / new, choose=lambda: NEW_ROOT, ask=ask)
        replace_root(leading, at(day), path, root, file)
        vaults = {"board": board, "investigations": leading}
        return issue_and_carry(vaults, office.folder, at(day), new_delegation=True)


def take(go: Go, renewal: Renewal, day: int = DAY) -> list[tuple[str, str]]:
    """Bring a renewal's bundle to the server."""
    (bundle,) = renewal.bundles.values()
    return go.server.take(bundle, day).aside


def test_server_and_vaults_follow_a_new_root_and_refuse_the_old_ones_directories(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "old")
    old = Office(tmp_path / "old", office.keys)
    assert take(go, new_root(office)) == []
    followed = go.server.directory
    assert len(followed.roots) == 2
    assert followed.delegation.number == 2
    assert followed.genesis_id == go.server.genesis_id
    # Whoever has the old root can delegate under any number.
    renew(old, DAY + 80, ask_root=real_root(old), new_delegation=True)
    late = renew(old, DAY + 80, ask_root=real_root(old), new_delegation=True)
    assert late.directory is not None
    assert late.directory.delegation.number > 2
    take(go, late, DAY + 80)
    assert go.server.directory.sha256 == followed.sha256
    go.fetch("board")
    with office.opened("board") as vault:
        assert known_directory(vault).sha256 == followed.sha256


def test_the_new_root_delegates_from_then_on_and_the_old_one_no_more(
    office: Office, go: Go
) -> None:
    take(go, new_root(office))
    with pytest.raises(Refusal, match="was replaced"):
        renew(office, DAY + 80, ask_root=real_root(office))
    renewal = renew(
        office, DAY + 80, ask_root=lambda: read_root(office.folder / "office-root-2.key", NEW_ROOT)
    )
    assert take(go, renewal, DAY + 80) == []
    assert go.server.directory.delegation.number == 3


def test_a_root_can_be_replaced_again(office: Office, go: Go) -> None:
    take(go, new_root(office))
    renewal = new_root(office, old="office-root-2.key", new="office-root-3.key")
    assert take(go, renewal) == []
    assert len(go.server.directory.roots) == 3


def test_the_same_command_again_replaces_nothing(office: Office, go: Go) -> None:
    take(go, new_root(office))
    roots = go.server.directory.roots
    assert take(go, new_root(office)) == []
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


def test_a_key_file_that_is_no_new_root_is_refused(office: Office) -> None:
    with pytest.raises(Refusal, match="not a new root key"):
        new_root(office, new=ROOT_FILE, ask=lambda: passphrase("root"))


def test_another_successor_than_the_one_seen_is_refused_by_the_server(
    office: Office, go: Go, tmp_path: Path
) -> None:
    shutil.copytree(office.folder, tmp_path / "thief")
    thief = Office(tmp_path / "thief", office.keys)
    take(go, new_root(office))
    assert ("directory", "two successors of one root") in take(go, new_root(thief))


def test_a_successor_noted_in_the_old_file_leaves_its_key_as_it_was(office: Office) -> None:
    path = office.folder / ROOT_FILE
    before = read_root(path, passphrase("root"))
    note_successor(path, bytes(32))
    after = read_root(path, passphrase("root"))
    assert (after.key.seed, after.successor) == (before.key.seed, bytes(32))
    assert path.stat().st_mode & 0o077 == 0


def test_the_root_is_not_asked_for_where_nothing_needs_it(office: Office) -> None:
    assert not renew(office, DAY + 8, ask_root=no_root).new_delegation
