"""Backups of a vault, and vaults put back from them, by the real commands."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseworker.backup import backing_up
from caseworker.backup.backing_up import back_up, refuse_hopeless_backup, restore
from caseworker.keys.cards import make_card, own_card
from caseworker.vault.chains import chain_of_thread
from caseworker.vault.condition import awaits_bundle_of, restored_day
from caseworker.vault.numbers import NUMBERS_SKIPPED
from caseworker.work.replying import ReplyWriter
from caseworker.work.vault_alarms import safekeeping_alarms
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from tests.caseworker.commands.test_caseworker_command import Done, run, vault_run
from tests.means.person_at_a_terminal import at_a_terminal, screen_lines
from tests.means.quick_passphrases import quick_passphrases
from tests.offices.source_client import today
from tests.offices.vaults import DAY, PASSPHRASES, Office, Server, Source, at, passphrase

BACKUP_PASSPHRASE = "a passphrase of the backup"
WORDS = Passphrase(BACKUP_PASSPHRASE.encode())


def backup(office: Office, out: Path, *, words: list[str] | None = None) -> Done:
    """Run `caseworker backup` on the first vault."""
    words = words or [PASSPHRASES["investigations"], BACKUP_PASSPHRASE]
    return run("backup", office.vault(), "--out", out, passphrases=words)


def put_back(out: Path, vault: Path, *, words: list[str] | None = None) -> Done:
    """Run `caseworker restore`."""
    words = words or [BACKUP_PASSPHRASE, PASSPHRASES["investigations"]]
    return run("restore", out, vault, passphrases=words)


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


@pytest.fixture(autouse=True)
def cheap_passphrases() -> Iterator[None]:
    """What a try costs is shown elsewhere; the real commands, in their own processes, pay it."""
    with quick_passphrases():
        yield


@pytest.fixture
def backed_up(office: Office, server: Server, source: Source, tmp_path: Path) -> Path:
    """A backup, made in this process, of a vault with a case and files."""
    server.report(source, files=[("a", os.urandom(600_000)), ("b", b"")])
    office.bring(*server.export())
    out = tmp_path / "backup"
    with office.opened() as vault:
        back_up(vault, out, WORDS, at(DAY))
    return out


def restored(office: Office, out: Path, day: int = DAY) -> None:
    """Lose the vault, and put it back in this process."""
    shutil.rmtree(office.vault())
    restore(out, office.vault(), WORDS, lambda: passphrase("investigations"), at(day))


def test_a_passphrase_is_asked_for_on_a_line_of_its_own(
    office: Office, backed_up: Path, tmp_path: Path
) -> None:
    shutil.rmtree(office.vault())
    line = ("-m", "caseworker.cli", "restore", str(backed_up), str(office.vault()))
    with at_a_terminal(tmp_path, *line) as someone:
        someone.types("Passphrase of the backup", BACKUP_PASSPHRASE)
        someone.types("as it was at the backup", PASSPHRASES["investigations"])
        assert someone.ends() == 0, someone.seen
    question = "Passphrase of the vault investigations, as it was at the backup:"
    assert question in screen_lines(someone.seen, 80)


def test_a_restore_says_that_answers_since_the_backup_are_not_shown(
    office: Office, server: Server, backed_up: Path
) -> None:
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
    office.carry(server.folder / "out")
    server.take(server.folder / "out")
    shutil.rmtree(office.vault())
    told = put_back(backed_up, office.vault())
    assert "What was answered after that backup is not in this vault" in told.out
    # As it says: the answer is on the board, and what the server says of it shows it nowhere.
    office.bring(*server.export(day=today()), day=today())
    shown = vault_run(office, "show", 1)
    assert (shown.code, "Where was it?" in shown.out) == (0, False)


def next_index(office: Office, source: Source) -> int:
    """The next index of the chain under which a source is answered."""
    with office.opened() as vault:
        chain = chain_of_thread(vault.db, source.keys.thread_id)
    assert chain is not None
    return chain.next_index


def test_a_vault_comes_back_with_all_that_it_held(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    server.report(source, "Money changed hands.", files=[("a.txt", os.urandom(600_000))])
    office.bring(*server.export())
    before = files(office.vault())
    done = backup(office, tmp_path / "out")
    assert done.code == 0, done.err
    assert "keeps keys that the vault will destroy" in done.out
    shutil.rmtree(office.vault())
    done = put_back(tmp_path / "out", office.vault())
    assert done.code == 0, done.err
    after = files(office.vault())
    assert set(after) == set(before)
    same = {name for name in before if after[name] == before[name]}
    assert same >= {name for name in before if name.startswith(("chunks/", "key-slots"))}
    words = [PASSPHRASES["investigations"]]
    saved = run("save", office.vault(), 1, "--to", tmp_path / "case", passphrases=words)
    assert saved.code == 0, saved.err
    assert "Money changed hands" in run("show", office.vault(), 1, passphrases=words).out


def test_a_restore_under_a_clock_that_is_ahead_waits_for_a_bundle_of_today(
    office: Office, server: Server, backed_up: Path
) -> None:
    restored(office, backed_up, DAY + 3_650)
    office.bring(*server.export())
    with office.opened() as vault:
        assert awaits_bundle_of(vault.db) is None


def test_a_restore_under_a_clock_that_is_behind_takes_no_old_bundle_for_new(
    office: Office, server: Server, backed_up: Path
) -> None:
    """Were it told by a bundle from between, the next export could use its numbers again."""
    kept = [*server.export(day=DAY - 20), *server.export(day=DAY - 1), *server.export(day=DAY + 10)]
    restored(office, backed_up, DAY - 100)
    office.bring(*kept, day=DAY - 100)
    with office.opened() as vault:
        assert awaits_bundle_of(vault.db) == DAY
    office.bring(*server.export(day=DAY + 20), day=DAY + 20)
    with office.opened() as vault:
        assert awaits_bundle_of(vault.db) is None


def test_a_bundle_of_days_to_come_is_said_to_be_one(
    office: Office, server: Server, backed_up: Path
) -> None:
    words = [PASSPHRASES["investigations"]]
    for day, is_said in ((today() + 2, False), (today() + 4, True)):
        (path,) = server.export(day=day)
        done = run("import", office.vault(), path, passphrases=words)
        assert done.code == 0, done.err
        assert ("one of the two is wrong" in done.out) == is_said


def test_a_backup_shows_nothing_of_what_is_in_it(backed_up: Path, office: Office) -> None:
    """Not even names, or that two backups are of one vault."""
    data = backed_up.read_bytes()
    for name, content in files(office.vault()).items():
        assert name.encode() not in data
        assert content[:64] not in data or not content
    with office.opened() as vault:
        back_up(vault, backed_up.with_name("second"), WORDS, at(DAY))
    second = backed_up.with_name("second").read_bytes()
    head = data.index(b"}") + 200
    pieces = {data[at : at + 16] for at in range(head, len(data) - 16, 16)}
    assert not any(second[at : at + 16] in pieces for at in range(head, len(second) - 16, 16))


@pytest.mark.parametrize("cut", [1, 16, 262_144, 600_000])
def test_a_backup_that_was_cut_short_is_refused(backed_up: Path, office: Office, cut: int) -> None:
    data = backed_up.read_bytes()
    backed_up.write_bytes(data[:-cut])
    refused(backed_up, office, "damaged, or was cut short")


@pytest.mark.parametrize("place", [0, 30, 500, 300_000, -1])
def test_a_backup_that_was_altered_is_refused(backed_up: Path, office: Office, place: int) -> None:
    data = bytearray(backed_up.read_bytes())
    data[place] ^= 1
    backed_up.write_bytes(data)
    refused(backed_up, office, "damaged|not a backup|does not open")


def test_a_backup_with_chunks_left_out_or_moved_is_refused(backed_up: Path, office: Office) -> None:
    data = backed_up.read_bytes()
    size = 262_144
    head = len(data) % size
    chunks = [data[at : at + size] for at in range(head, len(data), size)]
    assert len(chunks) > 3
    backed_up.write_bytes(data[:head] + b"".join([chunks[0], *chunks[2:]]))
    refused(backed_up, office, "damaged")
    backed_up.write_bytes(data[:head] + b"".join([chunks[0], chunks[2], chunks[1], *chunks[3:]]))
    refused(backed_up, office, "damaged")


@pytest.mark.parametrize("content", [b"", b"fidelio backup 1\n", b"fidelio intake secrets 1\n..."])
def test_another_file_is_no_backup(office: Office, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "out").write_bytes(content)
    done = put_back(tmp_path / "out", tmp_path / "vault", words=["never asked"])
    assert (done.code, "not a backup" in done.err) == (1, True)


def refused(out: Path, office: Office, said: str) -> None:
    """A restore says so, and leaves nothing behind."""
    before = sorted(out.parent.iterdir())
    with pytest.raises(Refusal, match=said):
        restore(out, out.parent / "new", WORDS, lambda: passphrase("investigations"), at(DAY))
    assert sorted(out.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["not the passphrase", PASSPHRASES["investigations"]], "does not open this backup"),
        ([BACKUP_PASSPHRASE, "not the passphrase"], "does not open this vault"),
    ],
)
def test_a_wrong_passphrase_restores_nothing(backed_up: Path, words: list[str], said: str) -> None:
    before = sorted(backed_up.parent.iterdir())
    done = put_back(backed_up, backed_up.parent / "new", words=words)
    assert (done.code, said in done.err) == (1, True)
    assert sorted(backed_up.parent.iterdir()) == before


def test_nothing_is_overwritten_and_it_is_said_before_a_passphrase_is_typed(
    office: Office, backed_up: Path
) -> None:
    before = files(office.vault()), backed_up.read_bytes()
    for done in (
        backup(office, backed_up, words=["never asked"]),
        put_back(backed_up, office.vault(), words=["never asked"]),
    ):
        assert (done.code, "is there already" in done.err) == (1, True)
    assert (files(office.vault()), backed_up.read_bytes()) == before


def test_a_weak_passphrase_of_a_backup_is_refused(office: Office, tmp_path: Path) -> None:
    done = backup(office, tmp_path / "out", words=[PASSPHRASES["investigations"], "short"])
    assert (done.code, "passphrase of the backup" in done.err) == (1, True)
    assert not (tmp_path / "out").exists()


def test_a_disk_without_room_is_named_before_anything_is_typed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is as it is; that the vault is larger is made up."""
    monkeypatch.setattr(backing_up, "_MARGIN", 1 << 60)
    with pytest.raises(Refusal, match="of free space"):
        refuse_hopeless_backup(office.vault(), tmp_path / "out")


def test_a_backup_is_due_after_every_card(office: Office, tmp_path: Path) -> None:
    def due(name: str) -> bool:
        with office.opened() as vault:
            before = bool(safekeeping_alarms(vault))
            back_up(vault, tmp_path / name, WORDS, at(DAY))
            assert not safekeeping_alarms(vault)
        return before

    assert due("first")
    with office.opened() as vault:
        make_card(vault, at(DAY))
    assert due("second")


def test_interrupted_imports_leave_nothing_in_a_backup(office: Office, backed_up: Path) -> None:
    stray = office.vault() / "chunks" / "aa" / ("aa" * 32 + "." + "bb" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half of a chunk")
    with office.opened() as vault:
        back_up(vault, backed_up.with_name("second"), WORDS, at(DAY))
    restored(office, backed_up.with_name("second"))
    assert not stray.exists()


def test_after_a_restore_nothing_leaves_before_a_newer_bundle_came(
    office: Office, server: Server, source: Source, backed_up: Path
) -> None:
    restored(office, backed_up, DAY + 3)
    with pytest.raises(Refusal, match="does not know yet what the server has"):
        office.carry(server.folder / "out", day=DAY + 3)
    office.bring(*server.export(day=DAY + 2), day=DAY + 3)
    with pytest.raises(Refusal, match="does not know yet what the server has"):
        office.carry(server.folder / "out", day=DAY + 3)
    office.bring(*server.export(day=DAY + 3), day=DAY + 3)
    office.carry(server.folder / "out", day=DAY + 3)
    with office.opened() as vault:
        assert restored_day(vault.db) == DAY + 3


def test_two_restores_of_one_backup_lose_no_reply_and_use_no_tag_twice(
    office: Office, server: Server, source: Source, backed_up: Path
) -> None:
    said = ["Before.", "First life.", "Second life.", "Third life."]
    indexes = []
    for life, text in enumerate(said):
        if life:
            restored(office, backed_up)
            office.bring(*server.export())
        with office.opened() as vault:
            assert awaits_bundle_of(vault.db) is None
            ReplyWriter(vault, at(DAY)).reply(1, text)
        office.carry(server.folder / text)
        server.take(server.folder / text)
        indexes.append(next_index(office, source) - 1)
        # What the server has of this life is no sign of another.
        assert not office.bring(*server.export()).found_restored
    assert indexes == [0, 16, 32, 48]
    assert sorted(reply.text for reply in server.replies(source)) == sorted(said)
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)


def test_cards_of_two_restores_have_different_numbers(
    office: Office, server: Server, backed_up: Path
) -> None:
    """A week apart, so that each lists keys that the other does not have."""
    numbers = set()
    for life in range(3):
        day = DAY + 7 * life
        restored(office, backed_up, day)
        with office.opened() as vault:
            made_at_once = own_card(vault)
        assert made_at_once is not None
        # Past all that may have been given out since the backup, whether heard of or not.
        assert made_at_once.number > NUMBERS_SKIPPED
        office.bring(*server.export(day=day), day=day)
        office.carry(server.folder / f"out{life}", day=day)
        server.take(server.folder / f"out{life}")
        with office.opened() as vault:
            card = own_card(vault)
        assert card is not None
        numbers.add(card.number)
    assert len(numbers) == 3


def test_the_skip_is_made_once_a_restore(
    office: Office, server: Server, source: Source, backed_up: Path
) -> None:
    restored(office, backed_up)
    for _ in range(3):
        office.bring(*server.export())
        office.carry(server.folder / f"out{server.exports}")
        server.take(server.folder / f"out{server.exports}")
    assert next_index(office, source) == 16
