"""An office from its first day on: ceremony, cards, directories, delegations."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

import pytest

from caseworker.commands.bundle_words import left_out_words
from caseworker.exchange.inbound.importing import import_part
from caseworker.exchange.inbound.left_out import DirectoryRefused, FormMissing
from caseworker.keys.cards import own_card, renew_card, weeks_to_list
from caseworker.keys.directories import issue_directory, known_directory
from caseworker.keys.profile import ProfileChanges, check_profile
from caseworker.keys.upkeep import lost_keys, renew_what_is_due
from caseworker.office.ceremony import Ceremony, create_office
from caseworker.office.new_signing_key import replace_signing_key
from caseworker.office.renewal import Renewal, renew_office
from caseworker.office.root_file import ROOT_FILE, Root, read_root
from caseworker.vault.folder import Vault
from caseworker.vault.forms import form_of
from caseworker.vault.keys import directory_key, intake_key, newest_card
from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.card import read_card
from crypto.directory import ListedKey, check_address, check_current, fingerprint, read_directory
from crypto.errors import Malformed
from crypto.form import first_form, form_hash
from crypto.hpke import new_kem_secret_key
from crypto.names import Day, GenesisId, Week
from crypto.office.card import sign_card
from crypto.public_keys import key_hash
from crypto.signing import SigningKey
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from tests.offices.vaults import (
    ADDRESS,
    DAY,
    PROFILE,
    Office,
    Server,
    Source,
    at,
    passphrase,
    yes,
)


def no_root() -> Root:
    """The root is not asked for."""
    raise AssertionError("the root was asked for")


def renew(
    office: Office,
    day: int,
    names: Iterable[str] = ("board", "investigations"),
    ask_root: Callable[[], Root] = no_root,
    *,
    new_delegation: bool = False,
) -> Renewal:
    """Renew the office with some of its vaults at hand."""
    with ExitStack() as stack:
        vaults = {name: stack.enter_context(office.opened(name)) for name in names}
        return renew_office(vaults, office.folder, at(day), ask_root, new_delegation=new_delegation)


def real_root(office: Office) -> Callable[[], Root]:
    """The root key, read with its passphrase."""
    return lambda: read_root(office.folder / ROOT_FILE, passphrase("root"))


def read_cards(path: Path) -> list[bytes]:
    """The cards in an outbound bundle."""
    with path.open("rb") as file:
        _, items = read_bundle(file.read, OutboundHeader, None, None)
        return [item for item_type, item in items if item_type == ItemType.CARD]


def test_the_first_directory_holds_everywhere_it_must(office: Office, server: Server) -> None:
    directory = server.directory
    for day in (DAY - 2, DAY, DAY + 20):
        check_current(directory, Day(day))
    check_address(directory, ADDRESS)
    assert (directory.sequence, directory.issued, directory.expires) == (1, DAY, DAY + 21)
    assert [one.id for one in directory.recipients] == ["board", "investigations"]
    assert directory.contacts == PROFILE.contacts


def test_the_first_bundle_brings_every_key_that_the_directory_names(server: Server) -> None:
    named = {key.hash for one in server.directory.recipients for key in one.keys}
    assert named <= set(server.public_keys)


def test_a_device_two_days_behind_can_report_on_the_first_day(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, day=DAY - 2)
    result = office.bring(*server.export())
    assert result.counts.messages == 1


def test_the_fingerprint_is_printed_in_every_language(office: Office, server: Server) -> None:
    sheet = (office.folder / "fingerprint.txt").read_text()
    digits = "".join(fingerprint(server.genesis_id).split())
    assert "".join(letter for letter in sheet if letter.isdigit()) == digits * 2
    assert "Office of Practice" in sheet
    assert "Учебное ведомство" in sheet


def test_only_the_first_recipients_vault_holds_the_directory_key(office: Office) -> None:
    held = {}
    for name in ("investigations", "board"):
        with office.opened(name) as vault:
            held[name] = directory_key(vault.db) is not None
    assert held == {"investigations": True, "board": False}


def test_every_file_of_an_office_is_for_its_owner_alone(office: Office) -> None:
    private = [path for path in office.folder.rglob("*") if not path.name.startswith("cases.db")]
    assert {path.stat().st_mode & 0o077 for path in private} == {0}


@pytest.mark.usefixtures("cheap_passphrases")
def test_an_office_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Stopped(BaseException):
        pass

    class StoppedThere(dict[str, Passphrase]):
        def items(self) -> object:  # type: ignore[override]
            raise Stopped

    ceremony = Ceremony(PROFILE, passphrase("root"), StoppedThere())
    with pytest.raises(Stopped):
        create_office(tmp_path / "office", ceremony, at(DAY))
    assert not list(tmp_path.iterdir())


def test_an_office_is_never_made_over_a_folder(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    with pytest.raises(Refusal, match="there already"):
        create_office(tmp_path / "office", Ceremony(PROFILE, passphrase("root"), {}), at(DAY))


@pytest.mark.parametrize(
    "changes",
    [
        {"addresses": ("ftp://example.org",)},
        {"addresses": ()},
        {"names": {}},
        {"titles": {str(n): {"und": "x"} for n in range(5)}, "directory_recipient": "0"},
        {"contacts": ("x" * 501,)},
    ],
)
def test_what_no_directory_can_say_is_found_before_anything_is_made(
    changes: dict[str, object],
) -> None:
    profile = type(PROFILE)(**{**vars(PROFILE), **changes})
    with pytest.raises(Malformed):
        check_profile(profile)


def test_a_card_lists_every_week_from_the_last_one_to_90_days_ahead(office: Office) -> None:
    with office.opened() as vault:
        card = own_card(vault)
    assert card is not None
    assert [key.week for key in card.keys] == list(weeks_to_list(DAY))
    assert 7 * card.keys[-1].week <= DAY + 90 < 7 * card.keys[-1].week + 7


def test_a_new_card_lists_held_keys_again_and_makes_only_missing_ones(office: Office) -> None:
    with office.opened() as vault:
        before = own_card(vault)
        assert not renew_card(vault, at(DAY))
        assert renew_card(vault, at(DAY + 14))
        after = own_card(vault)
        held = {key_hash(one.key.public_key) for one in vault.secrets}
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1
    assert len(set(after.keys) - set(before.keys)) == 2
    assert {key.hash for key in after.keys} <= held


def test_a_directory_is_issued_anew_by_an_export_from_its_seventh_day_on(
    office: Office, server: Server
) -> None:
    office.carry(server.folder / "day6", day=DAY + 6)
    server.take(server.folder / "day6")
    assert server.directory.sequence == 1
    office.carry(server.folder / "day7", day=DAY + 7)
    server.take(server.folder / "day7")
    assert (server.directory.sequence, server.directory.issued) == (2, DAY + 7)


def test_a_recipient_who_never_renews_does_not_stop_the_office_before_its_keys_end(
    office: Office, server: Server
) -> None:
    for day in range(DAY + 7, DAY + 70, 7):
        with office.opened() as vault:
            issue_directory(vault, at(day))
            assert known_directory(vault).expires == min(day + 21, DAY + 90)


def test_the_root_is_asked_only_when_its_delegation_runs_out(office: Office) -> None:
    assert not renew(office, DAY + 60).new_delegation
    renewal = renew(office, DAY + 80, ask_root=real_root(office))
    assert renewal.new_delegation
    assert renewal.directory is not None
    assert renewal.directory.delegation.number == 2
    assert renewal.directory.delegation.end == DAY + 80 + 90
    assert renewal.directory.expires == DAY + 80 + 21


def test_every_delegation_is_to_a_fresh_directory_key(office: Office) -> None:
    """SPEC 10.3: one that was stolen is of no use under the next."""
    keys = set()
    for _ in range(3):
        with office.opened() as vault:
            keys.add(known_directory(vault).delegation.directory_key)
        renew(office, DAY, ask_root=real_root(office), new_delegation=True)
    assert len(keys) == 3


def test_a_replaced_signing_key_is_listed_for_as_long_as_it_can_be_answered_and_read(
    office: Office,
) -> None:
    with office.opened("board") as vault:
        replace_signing_key(vault, at(DAY), old_key_lost=False)
    directory = renew(office, DAY).directory
    assert directory is not None
    (retired,) = directory.retired
    assert retired.until == DAY + 365 + 180 + 90


def test_the_form_comes_with_the_directory_and_is_kept(office: Office, server: Server) -> None:
    other = first_form().replace(b'"most":2000', b'"most":1999', 1)
    assert other != first_form()
    with office.opened() as vault:
        issue_directory(vault, at(DAY), changes=ProfileChanges(form=other))
    office.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert server.directory.form == form_hash(other)
    office.bring(*server.export("board"), to="board")
    with office.opened("board") as vault:
        assert form_of(vault.db, form_hash(other)) == other
        assert form_of(vault.db, form_hash(first_form())) == first_form()


def test_a_form_that_does_not_come_is_named_and_stops_nothing(
    office: Office, server: Server
) -> None:
    with office.opened() as vault:
        other = first_form().replace(b'"most":2000', b'"most":1999', 1)
        issue_directory(vault, at(DAY), changes=ProfileChanges(form=other))
    office.carry(server.folder / "out")
    server.take(server.folder / "out")
    server.forms.clear()
    result = office.bring(*server.export("board"), to="board")
    assert result.left_out == (FormMissing(),)
    with office.opened("board") as vault:
        assert known_directory(vault).sequence == 2


def test_a_renewal_reaches_vaults_beside_and_its_bundle_the_server(
    office: Office, server: Server
) -> None:
    renewal = renew(office, DAY + 30)
    assert renewal.new_cards == ("board", "investigations")
    with office.opened("board") as vault:
        assert known_directory(vault).sequence == 2
    (path,) = renewal.bundles.values()
    server.take(path)
    assert server.directory.issued == DAY + 30


def test_a_card_travels_through_the_server_to_the_directorys_vault(
    office: Office, server: Server
) -> None:
    office.carry(server.folder / "board", day=DAY + 30, recipient="board")
    server.take(server.folder / "board")
    office.bring(*server.export(), day=DAY + 30)
    with office.opened() as vault:
        document = newest_card(vault.db, "board")
        assert document is not None
        card = read_card(document, server.genesis_id)
        assert card.number == 2
        assert all(intake_key(vault.db, key.hash) for key in card.keys)
        directory = issue_directory(vault, at(DAY + 30))
    assert directory.recipients[0].keys[-1] in card.keys


def newest_card_of_board(office: Office) -> bytes | None:
    """The card of the board as the directory's vault knows it."""
    with office.opened() as vault:
        return newest_card(vault.db, "board")


def test_an_older_card_changes_nothing(office: Office, server: Server) -> None:
    for name, day in (("first", DAY), ("second", DAY + 15), ("third", DAY + 30)):
        office.carry(server.folder / name, day=day, recipient="board")
    server.take(server.folder / "third")
    office.bring(*server.export())
    newest = newest_card_of_board(office)
    server.take(server.folder / "second")
    office.bring(*server.export())
    assert newest_card_of_board(office) == newest == read_cards(server.folder / "third")[0]


def test_a_card_by_a_stranger_is_refused_and_named(office: Office, server: Server) -> None:
    before = newest_card_of_board(office)
    stranger = SigningKey(bytes(32))
    week = DAY // 7
    key = new_kem_secret_key().public_key
    listed = [ListedKey(Week(week), key_hash(key))]
    server.cards["board"] = sign_card(stranger, server.genesis_id, "board", 9, listed)
    server.public_keys[key_hash(key)] = key
    result = office.bring(*server.export())
    assert tuple(map(left_out_words, result.left_out)) == (
        "a card in the bundle was refused: a card by a key that is not the recipient's",
    )
    assert newest_card_of_board(office) == before


def test_a_directory_in_a_bundle_is_taken_and_never_a_lower_one(
    office: Office, server: Server
) -> None:
    first = server.document
    office.carry(server.folder / "new", day=DAY + 8)
    server.take(server.folder / "new")
    office.bring(*server.export("board"), to="board")
    server.document = first
    office.bring(*server.export("board"), to="board")
    with office.opened("board") as vault:
        assert known_directory(vault).sequence == 2


def test_two_directories_of_one_number_are_named_and_the_first_one_stays(
    office: Office, server: Server
) -> None:
    shutil.copytree(office.folder, server.folder / "copy")
    copy = Office(server.folder / "copy", office.keys)
    office.carry(server.folder / "one", day=DAY + 8)
    copy.carry(server.folder / "other", day=DAY + 9)
    server.take(server.folder / "one")
    office.bring(*server.export("board"), to="board")
    with office.opened("board") as vault:
        first = known_directory(vault).sha256
    server.document = b""
    server.lines, server.taken = [], {}
    server.take(server.folder / "other")
    result = office.bring(*server.export("board"), to="board")
    assert tuple(map(left_out_words, result.left_out)) == (
        "the directory in the bundle was refused: two directories of one number",
    )
    with office.opened("board") as vault:
        assert known_directory(vault).sha256 == first


def test_a_directory_of_another_office_in_a_bundle_is_refused_and_named(
    office: Office, server: Server
) -> None:
    head = server.document[:40]
    server.document = head + bytes([server.document[40] ^ 1]) + server.document[41:]
    result = office.bring(*server.export())
    assert [type(one) for one in result.left_out] == [DirectoryRefused]
    with office.opened() as vault:
        assert known_directory(vault).sequence == 1


def test_a_vault_that_lost_a_key_that_the_directory_names_says_so_and_makes_a_card(
    office: Office, server: Server
) -> None:
    with office.opened() as vault:
        vault.replace_secrets(list(vault.secrets[3:]))
        lost = lost_keys(vault, known_directory(vault), DAY)
        upkeep = renew_what_is_due(vault, at(DAY + 1))
        card = own_card(vault)
        held = {key_hash(one.key.public_key) for one in vault.secrets}
    assert lost
    assert upkeep.lost_weeks == tuple(lost)
    assert card is not None
    assert {key.hash for key in card.keys} <= held


def test_an_issue_says_whose_keys_have_run_out(office: Office) -> None:
    renew(office, DAY + 80, ["investigations"], real_root(office))
    with office.opened() as vault, pytest.raises(Refusal, match="board have run out"):
        issue_directory(vault, at(DAY + 110))


def test_a_renewal_after_a_year_names_the_recipient_whose_card_is_old_and_asks_for_no_root(
    office: Office,
) -> None:
    with pytest.raises(Refusal, match="board have run out"):
        renew(office, DAY + 400, ["investigations"])


def test_vaults_without_the_directorys_renew_their_cards_and_say_what_to_carry(
    office: Office, server: Server
) -> None:
    renewal = renew(office, DAY + 30, ["board"])
    assert (renewal.directory, renewal.new_cards) == (None, ("board",))
    (path,) = renewal.bundles.values()
    server.take(path)
    assert read_card(server.cards["board"], server.genesis_id).number == 2


def test_the_wrong_passphrase_does_not_open_the_root(office: Office) -> None:
    with pytest.raises(Refusal, match="does not open the root key"):
        read_root(office.folder / ROOT_FILE, passphrase("board"))


def test_the_root_of_another_office_renews_nothing(office: Office) -> None:
    def foreign() -> Root:
        root = real_root(office)()
        return Root(root.key, GenesisId(bytes(32)))

    with pytest.raises(Refusal, match="another office"):
        renew(office, DAY + 80, ask_root=foreign)


def test_every_vault_begins_with_the_same_directory(office: Office, server: Server) -> None:
    documents = set()
    for name in ("investigations", "board"):
        with office.opened(name) as vault:
            documents.add(known_directory(vault).sha256)
    assert documents == {read_directory(server.document, server.genesis_id).sha256}


def test_a_clock_before_the_delegation_issues_nothing(office: Office) -> None:
    def clock_back(vault: Vault) -> None:
        issue_directory(vault, at(DAY - 30))

    with office.opened() as vault, pytest.raises(Refusal, match="before the delegation"):
        clock_back(vault)


def test_an_import_at_any_day_needs_no_current_directory(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    with office.opened() as vault:
        (path,) = server.export()
        assert import_part(vault, path, at(DAY + 400), yes).counts.messages == 1
