"""The number of exports only grows: SPEC 14."""

from pathlib import Path

import pytest

from crypto.names import Day
from intake.storage.export_number import make_export_number, next_export_number
from intake.storage.folder import DataFolder, create_folder

DAY = Day(20_800)
COPIES = (0, 512)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = create_folder(tmp_path / "data")
    make_export_number(made)
    return made


def test_it_begins_at_the_day_and_grows_by_one(folder: DataFolder) -> None:
    assert [next_export_number(folder, DAY) for _ in range(3)] == [
        DAY << 32,
        (DAY << 32) + 1,
        (DAY << 32) + 2,
    ]


def test_it_does_not_go_back_with_the_clock(folder: DataFolder) -> None:
    first = next_export_number(folder, DAY)
    assert next_export_number(folder, Day(DAY - 300)) == first + 1


@pytest.mark.parametrize("at", COPIES)
def test_one_damaged_copy_costs_nothing(folder: DataFolder, at: int) -> None:
    first = next_export_number(folder, DAY)
    flip(folder, at)
    assert next_export_number(folder, DAY) == first + 1


def test_with_both_copies_damaged_it_is_ahead_of_itself_on_the_next_day(
    folder: DataFolder,
) -> None:
    first = next_export_number(folder, DAY)
    for at in COPIES:
        flip(folder, at)
    assert next_export_number(folder, Day(DAY + 1)) > first


def test_it_is_written_over_in_place(folder: DataFolder) -> None:
    """So that a full disk can be exported from, which is how room comes back."""
    before = folder.export_number.stat()
    next_export_number(folder, DAY)
    after = folder.export_number.stat()
    assert (before.st_ino, before.st_size, before.st_blocks) == (
        after.st_ino,
        after.st_size,
        after.st_blocks,
    )


def flip(folder: DataFolder, at: int) -> None:
    data = bytearray(folder.export_number.read_bytes())
    data[at] ^= 1
    folder.export_number.write_bytes(data)
