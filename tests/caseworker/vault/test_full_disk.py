"""Disks that are full, and disks that lose power: said in words, nothing lost, nothing half done.

Both need a file system of their own, which only root can mount.
"""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseworker.casefile.case_folder import save_case
from caseworker.cases.conversation import MessageView, ReplyView, conversation
from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound import items as part
from caseworker.log.chain import verify_log
from caseworker.work.replying import ReplyWriter
from ground.shell.refusals import Refusal
from tests.caseworker.commands.test_killed_commands import start
from tests.means.file_systems import MIB, make_image, mounted
from tests.offices.desk import run_caseworker
from tests.offices.vaults import DAY, PASSPHRASES, Office, Server, Source, at

KIB = 1024
# How it is said; the last is the system's word, which the command line turns into the first.
WORDS = ("the disk is full", "and the disk has", "No space left")
# How much room there is at each try: so that a disk fills up at one stage after another.
ROOM = (0, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 8192)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def small(office: Office, disk: Path) -> Office:
    """The office, on that disk."""
    shutil.copytree(office.folder, disk / "office")
    return Office(disk / "office", office.keys)


def leave_room(disk: Path, kib: int) -> None:
    """Fill the disk but for so much."""
    filling = disk / "filling"
    filling.unlink(missing_ok=True)
    free = shutil.disk_usage(disk).free - kib * KIB
    with filling.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free, 1))


def until_it_fits(office: Office, disk: Path, attempt: Callable[[], object]) -> int:
    """Try with more and more room; return how often it was refused, each time with no change."""
    for tries, kib in enumerate(ROOM):
        with office.opened() as vault:
            before = verify_log(vault.db)
            files = sorted(office.vault().rglob("??/*"))
        leave_room(disk, kib)
        try:
            attempt()
        except Refusal as refusal:
            assert any(words in refusal.message for words in WORDS), refusal.message
        except OSError as error:
            # The command line says of it: the disk is full, nothing was changed.
            assert error.errno == errno.ENOSPC
        else:
            (disk / "filling").unlink()
            return tries
        with office.opened() as vault:
            assert verify_log(vault.db) == before
        assert sorted(office.vault().rglob("??/*")) == files
    raise AssertionError("it never fitted")


def state(office: Office) -> tuple[list[str], list[str], list[str]]:
    """The texts, the states of the files, and the replies of all cases."""
    with office.opened() as vault:
        entries = [one for n in all_cases(vault.db) for one in conversation(vault, n).entries]
    messages = [one for one in entries if isinstance(one, MessageView)]
    return (
        sorted(one.text for one in messages),
        [file.state for one in messages for file in one.attachments],
        sorted(one.text for one in entries if isinstance(one, ReplyView)),
    )


def test_an_import_onto_a_full_disk_changes_nothing_at_whichever_stage_it_fills(
    small: Office, disk: Path, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The floor of free space is set aside, so that chunks are written until none fits."""
    monkeypatch.setattr(part, "FREE_SPACE_FLOOR", 0)
    server.report(source, "Whole.", files=[("a", os.urandom(900_000))])
    paths = server.export()
    assert until_it_fits(small, disk, lambda: small.bring(*paths)) > 5
    assert state(small) == (["Whole."], ["whole"], [])
    assert not (small.vault() / "chunks/importing").exists()


def test_a_vault_on_a_small_disk_takes_texts_in_and_leaves_files_on_the_server(
    small: Office, disk: Path, server: Server, source: Source
) -> None:
    """16 MiB are below the floor: said by the command, and the server keeps what was left."""
    server.report(source, "Text.", files=[("a", b"bytes")])
    (path,) = server.export()
    ran = run_caseworker(["import", small.vault(), path], [PASSPHRASES["investigations"]])
    assert ran.code == 0, ran.err
    assert "1 new message" in ran.out
    assert "1 pieces of files were left out: the disk is nearly full" in ran.out
    assert state(small) == (["Text."], ["missing"], [])
    small.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert [kind for kind, _ in server.confirmed] == ["investigations"]
    shutil.copytree(small.folder, server.folder / "moved")
    moved = Office(server.folder / "moved", small.keys)
    assert moved.bring(path).counts.chunks == 1
    assert state(moved) == (["Text."], ["whole"], [])


def test_the_command_says_that_the_disk_is_full_and_the_same_command_goes_on(
    small: Office, disk: Path, server: Server, source: Source
) -> None:
    server.report(source, "Text.")
    line = ["import", small.vault(), *server.export()]
    leave_room(disk, 0)
    ran = run_caseworker(line, [PASSPHRASES["investigations"]])
    assert ran.code == 1
    assert "the disk is full" in ran.err
    assert "nothing was changed: make room" in ran.err
    (disk / "filling").unlink()
    assert run_caseworker(line, [PASSPHRASES["investigations"]]).code == 0
    assert state(small) == (["Text."], [], [])


def test_replies_acknowledgements_and_exports_onto_a_full_disk_lose_and_double_nothing(
    small: Office, disk: Path, server: Server, source: Source
) -> None:
    server.report(source, "Text.")
    small.bring(*server.export())

    def reply() -> None:
        with small.opened() as vault:
            ReplyWriter(vault, at(DAY)).reply(1, "We have begun. " * 400)

    def acknowledge() -> None:
        with small.opened() as vault:
            ReplyWriter(vault, at(DAY)).acknowledge(1, "Received.")

    assert until_it_fits(small, disk, reply) > 0
    assert until_it_fits(small, disk, acknowledge) > 0
    refused = 0
    for kib in ROOM:
        leave_room(disk, kib)
        try:
            # Ten days later, so that card and directory are made anew too.
            small.carry(server.folder / "out", day=DAY + 10)
        except (Refusal, OSError) as error:
            assert any(words in str(error) for words in WORDS), error
            refused += 1
        else:
            break
    assert refused > 0
    server.take(server.folder / "out")
    assert sorted(one.text for one in server.replies(source)) == [
        "Received.",
        "We have begun. " * 399 + "We have begun. ",
    ]
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)


def test_a_full_stick_takes_no_half_bundle_and_no_half_case(
    office: Office, disk: Path, server: Server, source: Source
) -> None:
    server.report(source, "Text.", files=[("a", os.urandom(900_000))])
    office.bring(*server.export())

    def save() -> None:
        with office.opened() as vault:
            save_case(vault, 1, disk / "case", at(DAY))

    assert until_it_fits(office, disk, save) > 3
    assert sorted(one.name for one in disk.iterdir()) == ["case"]
    shutil.rmtree(disk / "case")
    leave_room(disk, 32)
    with pytest.raises(Refusal, match=r"could not be written: No space left"):
        office.carry(disk / "out")
    assert sorted(one.name for one in disk.iterdir()) == ["filling"]
    (disk / "filling").unlink()
    before = len(server.board)
    office.carry(disk / "out")
    server.take(disk / "out")
    # The batch of the bundle that could not be written, and a new one.
    assert len(server.board) == before + 2 * server.directory.batch_size


def test_what_was_said_to_be_imported_is_on_the_disk_when_the_power_goes(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """A kill cannot show what was not synced. So the disk is copied as it is, in that moment."""
    image, folder, after = tmp_path / "image", tmp_path / "disk", tmp_path / "after"
    make_image(image, 640 * MIB)
    with mounted(image, folder):
        shutil.copytree(office.folder, folder / "office")
        os.sync()
        on_disk = Office(folder / "office", office.keys)
        for number in range(3):
            text = f"Report {number}."
            server.report(Source(server.genesis_id), text, files=[("a", os.urandom(300_000))])
            child = start(on_disk, "import", *server.export(parts=2))
            assert child.stdout is not None
            assert child.stdout.readline() == "done\n"
            copy = tmp_path / "copy"
            subprocess.run(["cp", "--sparse=always", image, copy], check=True)
            child.communicate()
            with mounted(copy, after):
                texts, files, _ = state(Office(after / "office", office.keys))
            assert texts == [f"Report {one}." for one in range(number + 1)]
            assert files == ["whole"] * (number + 1)
