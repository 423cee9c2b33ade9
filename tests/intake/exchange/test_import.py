"""Bundles from vaults are taken in whole or not at all, and item by item on their own merits."""

import contextlib
import hashlib
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.bundle import ItemType
from crypto.card import read_card
from crypto.days import later
from crypto.directory import fingerprint
from crypto.directory_content import ListedKey
from crypto.names import Day
from crypto.office.card import sign_card
from crypto.office.signing import sign_statement
from crypto.signing import SigningKey
from crypto.sizes import RECORD_SIZE
from crypto.statements import StatementKind, encode_statement
from crypto.volumes import volume_of
from tests.means.clock import clock_ahead
from tests.offices.server_process import intake, succeed
from tests.offices.signed_office import (
    OfficeRecipient,
    PracticeOffice,
    batch,
    confirmation,
    outbound_bundle,
    read_export,
)


def take_in(data: Path, bundle: bytes) -> str:
    file = data.with_name("some.bundle")
    file.write_bytes(bundle)
    return succeed("import", "--data", data, file)


def refused(data: Path, bundle: bytes, *more: str) -> str:
    data.mkdir(mode=0o700, exist_ok=True)
    file = data.with_name("some.bundle")
    file.write_bytes(bundle)
    before = contents(data)
    done = intake("import", "--data", data, file, *more)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert contents(data) == before
    return done.stderr


def contents(data: Path) -> list[str]:
    """Every row of the database."""
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database:
        return [line for line in database.iterdump() if line.startswith("INSERT")]


def lines(data: Path) -> set[tuple[int, str, int]]:
    """The statements that were taken: code, recipient, number."""
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database:
        return set(database.execute("SELECT code, recipient, number FROM taken"))


# ---- The first one -------------------------------------------------------------------------------


def test_the_first_import_takes_the_right_fingerprint(
    tmp_path: Path, office: PracticeOffice, today: Day
) -> None:
    """Typed in any grouping."""
    file = tmp_path / "first"
    file.write_bytes(office.outbound("main", today))
    digits = fingerprint(office.genesis_id).replace(" ", "-")
    printed = succeed("import", "--data", tmp_path / "d", file, "--fingerprint", digits)
    assert "Office of Practice" in printed


@pytest.mark.parametrize("digits", ["1 2 3", "0" * 80, ""])
def test_the_first_import_refuses_another_fingerprint(
    tmp_path: Path, office: PracticeOffice, today: Day, digits: str
) -> None:
    """And makes nothing."""
    bundle = tmp_path / "first.bundle"
    bundle.write_bytes(office.outbound("main", today))
    done = intake("import", "--data", tmp_path / "d", bundle, "--fingerprint", digits)
    assert (done.returncode, done.stderr.startswith("error: ")) == (1, True)
    assert not (tmp_path / "d").exists()


def test_the_first_import_does_not_decide_by_itself(
    tmp_path: Path, office: PracticeOffice, today: Day
) -> None:
    """With nobody at a terminal and no fingerprint, it shows the digits, and what to type."""
    bundle = tmp_path / "first.bundle"
    bundle.write_bytes(office.outbound("main", today))
    done = intake("import", "--data", tmp_path / "d", bundle)
    assert done.returncode == 1
    assert fingerprint(office.genesis_id) in " ".join(done.stdout.split())
    assert "then: --fingerprint DIGITS" in done.stderr
    assert not (tmp_path / "d").exists()


def test_the_first_import_needs_a_directory(
    tmp_path: Path, office: PracticeOffice, today: Day
) -> None:
    """A bundle of a recipient who does not hold it comes second."""
    bundle = office.outbound("board", today, directory=False)
    digits = fingerprint(office.genesis_id)
    refused(tmp_path / "d", bundle, "--fingerprint", digits)
    assert "no-directory" in succeed("status", "--data", tmp_path / "d")


# ---- Whole bundles -------------------------------------------------------------------------------


def test_a_bundle_imported_before_says_so(data: Path, office: PracticeOffice, today: Day) -> None:
    """And changes nothing."""
    bundle = office.outbound("main", today, batch(1, 64))
    assert "batches of replies: 1" in take_in(data, bundle)
    before = contents(data)
    assert "taken in before; nothing has changed" in take_in(data, bundle)
    assert contents(data) == before


@pytest.mark.parametrize("size", [0, 1, 30, 100, 5000, -1, -33])
def test_a_truncated_bundle_changes_nothing(
    data: Path, office: PracticeOffice, today: Day, size: int
) -> None:
    """Wherever it was cut."""
    assert "damaged" in refused(data, office.outbound("main", today, batch(1, 64))[:size])


@pytest.mark.parametrize("place", [80, 3000, 60_000, -40, -1])
def test_an_altered_bundle_changes_nothing(
    data: Path, office: PracticeOffice, today: Day, place: int
) -> None:
    """Wherever a bit was turned."""
    bundle = bytearray(office.outbound("main", today, batch(1, 64)))
    bundle[place] ^= 1
    refused(data, bytes(bundle))


def test_a_bundle_with_something_behind_changes_nothing(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Nothing follows the end."""
    refused(data, office.outbound("main", today, batch(1, 64)) + b"\0")


def test_another_office_s_bundle_changes_nothing(data: Path, today: Day) -> None:
    """Not even with its own fingerprint."""
    other = PracticeOffice.create(today)
    assert "another office" in refused(data, other.outbound("main", today))
    digits = fingerprint(other.genesis_id)
    assert "another office" in refused(data, other.outbound("main", today), "--fingerprint", digits)


def test_a_bundle_for_a_vault_is_told_apart(data: Path) -> None:
    """The two directions are easily mixed up."""
    out = data.with_name("inbound")
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    assert "for a vault" in refused(data, out.read_bytes())


def test_a_missing_file_is_named(data: Path) -> None:
    """With what to look after."""
    done = intake("import", "--data", data, data / "none")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "hint: " in done.stderr


# ---- Directory and cards -------------------------------------------------------------------------


def test_an_older_directory_is_passed_over(data: Path, office: PracticeOffice, today: Day) -> None:
    """Sticks arrive in any order."""
    newer = office.with_directory(contacts=("new",))
    take_in(data, newer.outbound("main", today))
    printed = take_in(data, office.outbound("main", today, batch(1, 64)))
    assert "batches of replies: 1" in printed
    out = data.with_name("out")
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    assert read_export(out.read_bytes()).directory == newer.document()


def test_another_directory_under_the_same_number_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Somebody signed two: a person is to look."""
    other = office.with_directory(sequence=1, contacts=("other",))
    assert "Set aside: a directory" in take_in(data, other.outbound("main", today))


def test_a_directory_without_its_keys_is_set_aside(data: Path, office: PracticeOffice) -> None:
    """Pages could not seal with it."""
    somebody = OfficeRecipient("new", SigningKey(os.urandom(32)))
    newer = replace(office, recipients=(*office.recipients, somebody)).with_directory()
    items = [(ItemType.DIRECTORY, newer.document())]
    bundle = outbound_bundle(office.genesis_id, "main", items)
    assert "not all of its public keys" in take_in(data, bundle)


def test_a_directory_without_its_form_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Pages would not know what to ask; one that is known already need not come again."""
    newer = office.with_form(office.form.replace(b"Who is involved?", b"Who did it?"))
    items = [(ItemType.DIRECTORY, newer.document()), (ItemType.FORM, office.form)]
    printed = take_in(data, outbound_bundle(office.genesis_id, "main", items))
    assert "Set aside: a directory: its form is not in the bundle" in printed
    items = [(ItemType.DIRECTORY, office.with_directory(contacts=("new",)).document())]
    printed = take_in(data, outbound_bundle(office.genesis_id, "main", items))
    assert "directory 2, until" in printed


def test_a_directory_whose_form_is_none_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Signed by the office all the same: it would ask nobody anything."""
    printed = take_in(data, office.with_form(b'{"form":2}').outbound("main", today))
    assert "Set aside: a directory" in printed
    out = data.with_name("out")
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    exported = read_export(out.read_bytes())
    assert (exported.directory, exported.form) == (office.document(), office.form)


def test_a_directory_of_the_future_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Then a clock is wrong, and nobody could report."""
    newer = office.with_directory(issued=today + 3, expires=today + 20)
    assert "is the clock right" in take_in(data, newer.outbound("main", today))


def test_under_a_clock_that_is_behind_no_statement_is_taken_and_later_it_is(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Its replies would end too early, and for good, once the clock is right."""
    bundle = data.with_name("a.bundle")
    bundle.write_bytes(office.outbound("main", today, batch(1, 64)))
    command = ("import", "--data", data, bundle)
    assert "clock is behind" in succeed(*command, env=clock_ahead(-200))
    assert lines(data) == set()
    succeed(*command)
    assert lines(data) == {(1, "main", 1)}


def test_under_a_clock_that_is_far_ahead_no_statement_is_taken_and_later_it_is(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Its replies would stand in a volume that is years away."""
    bundle = data.with_name("a.bundle")
    bundle.write_bytes(office.outbound("main", today, batch(1, 64)))
    command = ("import", "--data", data, bundle)
    assert "clock is far past the directory" in " ".join(
        succeed(*command, env=clock_ahead(3650)).split()
    )
    assert lines(data) == set()
    succeed(*command)
    assert lines(data) == {(1, "main", 1)}


def test_the_highest_card_is_kept_and_passed_on(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """With its keys; a lower one that comes later changes nothing."""
    take_in(data, office.outbound("board", today, card=7, directory=False))
    take_in(data, office.outbound("board", today, card=3, directory=False))
    out = data.with_name("out")
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    export = read_export(out.read_bytes())
    card, keys = office.card("board", today, 7)
    assert card in export.cards
    assert set(keys) <= set(export.keys)
    assert office.card("board", today, 3)[0] not in export.cards


def test_another_card_under_the_same_number_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Two cards of one number exclude each other."""
    take_in(data, office.outbound("board", today, card=7, directory=False))
    printed = take_in(data, office.outbound("board", later(today, -7), card=7, directory=False))
    assert "Set aside: a card" in printed


def test_a_card_by_an_unknown_key_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Unless the known key announces it, and then so is what that one announces."""
    second, third = SigningKey(os.urandom(32)), SigningKey(os.urandom(32))
    first = office.recipient("board").signing
    _, keys = office.card("board", today)
    listed = read_listed(office, today)

    def bundle(card: bytes) -> bytes:
        items = [(ItemType.CARD, card), *((ItemType.INTAKE_KEY, key) for key in keys)]
        return outbound_bundle(office.genesis_id, "board", items)

    def card_by(signing_key: SigningKey, old: SigningKey | None) -> bytes:
        return sign_card(signing_key, office.genesis_id, "board", 1, listed, old)

    assert "Set aside" in take_in(data, bundle(card_by(second, None)))
    assert "Set aside" in take_in(data, bundle(card_by(third, second)))
    assert "recipient cards: 1" in take_in(data, bundle(card_by(second, first)))
    assert "recipient cards: 1" in take_in(data, bundle(card_by(third, second)))


def read_listed(office: PracticeOffice, day: int) -> list[ListedKey]:
    return list(read_card(office.card("board", Day(day))[0], office.genesis_id).keys)


# ---- Statements ----------------------------------------------------------------------------------


def test_statements_are_taken_in_any_order_and_once(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """A lost stick costs nothing: the next one repeats what it held."""
    one, two, three = (batch(number, 64) for number in (1, 2, 3))
    take_in(data, office.outbound("main", today, three))
    take_in(data, office.outbound("main", today, one, three))
    printed = take_in(data, office.outbound("main", today, one, two, three))
    assert "batches of replies: 1" in printed
    assert lines(data) == {(StatementKind.BATCH, "main", number) for number in (1, 2, 3)}


@pytest.mark.parametrize("size", [16, 32, 64, 128, 256])
def test_a_batch_may_have_any_of_the_sizes(
    data: Path, office: PracticeOffice, today: Day, size: int
) -> None:
    """The directory says which one is made now; one made before it is taken too."""
    assert "batches of replies: 1" in take_in(data, office.outbound("main", today, batch(1, size)))


def test_all_batches_of_a_bundle_are_in_the_volume_but_one_that_was_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """A volume is written once for all of them, with what lay in it before."""
    records = [[os.urandom(RECORD_SIZE) for _ in range(16)] for _ in range(4)]
    first, second, third, refused_later = records
    take_in(data, office.outbound("main", today, batch(1, first)))
    bundle = office.outbound(
        "main", today, batch(2, second), batch(3, third), batch(2, refused_later)
    )
    assert "Set aside: a batch: its number was taken before" in take_in(data, bundle)
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database:
        volumes = database.execute("SELECT hash, records FROM volume").fetchall()
    wanted = volume_of([*first, *second, *third])
    assert volumes == [(hashlib.sha256(wanted).digest(), wanted)]


def test_a_number_taken_before_with_other_content_is_set_aside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """A restored vault has to raise its numbers."""
    take_in(data, office.outbound("main", today, batch(1, 64)))
    printed = take_in(data, office.outbound("main", today, batch(1, 64)))
    assert "Set aside: a batch: its number was taken before" in printed


def test_numbers_count_for_each_recipient_and_kind(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Batch 1 of one is not batch 1 of the other, nor confirmation 1."""
    take_in(data, office.outbound("main", today, batch(1, 64), confirmation(1)))
    take_in(data, office.outbound("board", today, batch(1, 64), confirmation(1)))
    assert lines(data) == {
        (StatementKind.BATCH, "main", 1),
        (StatementKind.CONFIRMATION, "main", 1),
        (StatementKind.BATCH, "board", 1),
        (StatementKind.CONFIRMATION, "board", 1),
    }


def test_only_the_sender_s_own_active_key_signs(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Not another recipient's, not a retired one's; and the rest of the bundle counts."""
    foreign = batch(1, 64)(office.recipient("board"), office.genesis_id)
    own = batch(2, 64)(office.recipient("main"), office.genesis_id)
    items = [(ItemType.BATCH, encode_statement(one)) for one in (foreign, own)]
    printed = take_in(data, outbound_bundle(office.genesis_id, "main", items))
    assert "Set aside: a batch" in printed
    assert lines(data) == {(StatementKind.BATCH, "main", 2)}
    take_in(data, office.without("board").outbound("main", today))
    late = office.outbound("board", today, batch(1, 64), directory=False)
    assert "does not name the recipient" in take_in(data, late)


def test_what_was_set_aside_is_taken_when_the_directory_knows_its_sender(
    tmp_path: Path, today: Day
) -> None:
    """The sticks of a new recipient and of the directory's vault cross each other."""
    both = PracticeOffice.create(today)
    alone = both.without("board").with_directory(sequence=1, retired=())
    data, file = tmp_path / "data", tmp_path / "first"
    file.write_bytes(alone.outbound("main", today))
    digits = fingerprint(both.genesis_id)
    succeed("import", "--data", data, file, "--fingerprint", digits)
    early = both.outbound("board", today, batch(1, 64), directory=False)
    assert take_in(data, early).count("Set aside") == 2
    next_one = both.with_directory(sequence=2)
    take_in(data, next_one.outbound("main", today))
    assert "batches of replies: 1" in take_in(data, early)


@pytest.mark.parametrize("count", [16, 24])
def test_a_poisoned_statement_stops_nothing(
    data: Path, office: PracticeOffice, today: Day, count: int
) -> None:
    """Well signed, badly made: it is set aside with a reason, the next is taken.

    One record many times; and as many records as no batch has.
    """
    sender = office.recipient("main")
    content = bytes(count * RECORD_SIZE)
    bad = sign_statement(
        sender.signing, office.genesis_id, "main", StatementKind.BATCH, 1, count, content
    )
    good = batch(2, [os.urandom(RECORD_SIZE)])(sender, office.genesis_id)
    items = [(ItemType.BATCH, encode_statement(one)) for one in (bad, good)]
    printed = take_in(data, outbound_bundle(office.genesis_id, "main", items))
    assert "Set aside: a batch" in printed
    assert "batches of replies: 1" in printed


def test_an_import_prints_no_bytes_from_outside(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Reasons name what is wrong, never what was sent; names are shown without control codes."""
    odd = office.with_directory(names={"und": "Office\x1b[2J of\nPractice"})
    take_in(data, odd.outbound("main", today))
    assert "\x1b" not in succeed("status", "--data", data)
    digest = hashlib.sha256(b"x").hexdigest()
    assert digest not in take_in(data, office.outbound("main", today))
