"""A recipient's signing key takes the place of another, lost or stolen ones too."""

import shutil
from pathlib import Path

import pytest

from caseworker.commands.alarm_words import alarms_in_words
from caseworker.keys.cards import card_document, make_card, own_card
from caseworker.keys.directories import known_directory
from caseworker.office.new_signing_key import (
    card_fingerprint,
    read_carried_card,
    refuse_untakable,
    replace_signing_key,
    take_carried_card,
)
from caseworker.vault.keys import newest_signing_key
from caseworker.vault.taken import outgoing_state
from crypto.bundle import BundleWriter, ItemType, OutboundHeader
from crypto.office.card import sign_card
from ground.shell.refusals import Refusal
from tests.caseworker.commands.test_caseworker_command import run
from tests.offices.courier import Go
from tests.offices.vaults import DAY, PASSPHRASES, Office, at


def new_key(office: Office, recipient: str = "board", *, lost: bool = False) -> bytes:
    """Replace a recipient's signing key; return the new one."""
    with office.opened(recipient) as vault:
        return replace_signing_key(vault, at(DAY), old_key_lost=lost).signing_key


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


def replace_and_carry(office: Office, go: Go) -> None:
    """Replace a signing key, and carry its card until the server's directory names it."""
    new_key(office)
    go.deliver("board")
    go.fetch("investigations")
    go.deliver("investigations")


@pytest.mark.parametrize("before", [0, 1])
def test_a_restored_vault_that_lost_its_newest_signing_key_says_what_to_type(
    office: Office, go: Go, tmp_path: Path, before: int
) -> None:
    for _ in range(before):
        replace_and_carry(office, go)
        go.fetch("board")
    shutil.copytree(office.vault("board"), tmp_path / "backup")
    replace_and_carry(office, go)
    shutil.rmtree(office.vault("board"))
    shutil.copytree(tmp_path / "backup", office.vault("board"))
    go.fetch("board")
    with office.opened("board") as vault:
        (alarm,) = [one for one in alarms_in_words(vault, DAY) if "does not hold" in one.text]
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
