"""What is said of full disks, locks between processes, and steps of a schema."""

import errno
import os
from pathlib import Path

import pytest

from ground.disk.locks import hold, is_held, locked
from ground.disk.migrations import statements
from ground.disk.room import is_full, refusal_of, refuse_small_disk
from ground.shell.refusals import Refusal


def test_a_disk_without_room_is_refused_with_both_sizes(tmp_path: Path) -> None:
    refuse_small_disk(tmp_path, 1)
    with pytest.raises(Refusal, match=r"of free space, and 1,000,000\.0 TB are needed"):
        refuse_small_disk(tmp_path, 10**18)


@pytest.mark.parametrize(
    ("number", "full", "hint"),
    [
        (errno.ENOSPC, True, "make room"),
        (errno.EFBIG, True, "FAT32"),
        (errno.EACCES, False, "open to you"),
    ],
)
def test_why_a_file_could_not_be_written_is_said_in_words(
    number: int, full: bool, hint: str
) -> None:
    error = OSError(number, os.strerror(number))
    refusal = refusal_of(Path("stick/\x1b"), error)
    assert is_full(error) == full
    assert refusal.message == f"stick/<U+001B> could not be written: {os.strerror(number)}"
    assert hint in refusal.hint


def test_one_process_at_a_time_has_a_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", wait=False) as first:
        with locked(tmp_path / "lock", wait=False) as second:
            assert (first, second) == (True, False)
        with locked(tmp_path / "lock", shared=True, wait=False) as third:
            assert not third
    with locked(tmp_path / "lock", wait=False) as again:
        assert again


def test_several_share_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked(path, shared=True) as first, locked(path, shared=True, wait=False) as second:
        assert (first, second) == (True, True)


def test_a_file_is_held_as_long_as_its_writer_lives(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert not is_held(path)
    descriptor = hold(path)
    assert is_held(path)
    os.close(descriptor)
    assert not is_held(path)
    # What cannot be known is taken for yes.
    assert is_held(tmp_path / "nothing")


def test_a_script_is_cut_into_its_statements() -> None:
    script = "CREATE TABLE a (b TEXT DEFAULT ';');\n-- a comment; of two\nDROP TABLE a;\n"
    assert [one.strip() for one in statements(script)] == [
        "CREATE TABLE a (b TEXT DEFAULT ';');",
        "-- a comment; of two\nDROP TABLE a;",
    ]
