"""Writers that are killed at any step: what they write is there whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ground.disk.new_files import NameInUseError, NewFiles, new_file, new_folder
from ground.disk.replaced_files import (
    finish_replacing,
    is_there,
    replace_file,
    replace_secret_file,
)
from tests.ground.disk.killing import killed_at_each_step

OLD, NEW = b"o" * 3000, b"n" * 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an empty file of somebody else's."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "others").touch()
    return folder


def empty(folder: Path) -> None:
    """Leave nothing but the file of somebody else's."""
    for path in folder.iterdir():
        if path.is_dir():
            for inner in path.iterdir():
                inner.unlink()
            path.rmdir()
        elif path.name != "others":
            path.unlink()


def names(folder: Path) -> list[str]:
    """What a folder holds besides."""
    return sorted(path.name for path in folder.iterdir() if path.name != "others")


def test_a_new_file_is_whole_or_not_there(folder: Path) -> None:
    path = folder / "new"

    def write() -> None:
        with new_file(path) as file:
            file.write(NEW)

    steps = 0
    for _ in killed_at_each_step(write, lambda: empty(folder)):
        steps += 1
        assert not path.exists() or path.read_bytes() == NEW
        with suppress(NameInUseError):
            write()
        assert path.read_bytes() == NEW
        assert names(folder) == ["new"]
        assert (folder / "others").exists()
    assert steps > 8


def test_of_several_new_files_each_is_whole_and_the_same_work_makes_them_all(
    folder: Path,
) -> None:
    paths = [folder / name for name in ("one", "two", "three")]

    def write() -> None:
        with NewFiles(folder / "new", paths) as files:
            for place in range(len(paths)):
                with files.writing(place) as file:
                    file.write(NEW)

    for _ in killed_at_each_step(write, lambda: empty(folder)):
        assert {path.read_bytes() for path in paths if path.exists()} <= {NEW}
        with suppress(NameInUseError):
            write()
        assert names(folder) == ["one", "three", "two"]
        assert {path.read_bytes() for path in paths} == {NEW}


def test_a_new_folder_is_whole_or_not_there(folder: Path) -> None:
    path = folder / "new"

    def write() -> None:
        with new_folder(path) as made:
            (made / "one").write_bytes(NEW)
            # Of the name of something beside the folder.
            (made / "others").write_bytes(NEW)

    for _ in killed_at_each_step(write, lambda: empty(folder)):
        if path.exists():
            assert sorted(one.name for one in path.iterdir()) == ["one", "others"]
        with suppress(NameInUseError):
            write()
        assert {one.read_bytes() for one in path.iterdir()} == {NEW}
        assert names(folder) == ["new"]
        assert (folder / "others").exists()


def test_a_replaced_file_is_the_old_one_or_the_new_one(folder: Path) -> None:
    path = folder / "file"

    def begin() -> None:
        empty(folder)
        path.write_bytes(OLD)

    for _ in killed_at_each_step(lambda: replace_file(path, NEW), begin):
        assert path.read_bytes() in (OLD, NEW)
        replace_file(path, NEW)
        assert path.read_bytes() == NEW
        assert names(folder) == ["file"]


def test_a_replaced_secret_is_the_old_one_or_the_new_one_and_no_other_stays(folder: Path) -> None:
    path = folder / "secret"
    olds: list[int] = []

    def begin() -> None:
        empty(folder)
        path.write_bytes(OLD)
        olds.append(os.open(path, os.O_RDONLY))

    for _ in killed_at_each_step(lambda: replace_secret_file(path, NEW), begin):
        assert is_there(path)
        finish_replacing(path)
        found = path.read_bytes()
        assert found in (OLD, NEW)
        assert names(folder) == ["secret"]
        # What was replaced is overwritten where it lay.
        blocks = os.pread(olds[-1], len(OLD), 0)
        assert len(blocks) == len(OLD)
        assert blocks == OLD if found == OLD else OLD[:8] not in blocks
        os.close(olds[-1])


def test_what_somebody_is_still_writing_is_left_alone(folder: Path) -> None:
    with new_file(folder / "new") as file:
        file.write(NEW)
        with new_file(folder / "new") as other:
            other.write(OLD)
        assert (folder / "new").read_bytes() == OLD
        (folder / "new").unlink()
    assert (folder / "new").read_bytes() == NEW


def test_what_a_stopped_writer_began_is_gone(folder: Path) -> None:
    with suppress(KeyboardInterrupt), new_file(folder / "new") as file:
        file.write(NEW)
        raise KeyboardInterrupt
    with suppress(KeyboardInterrupt), new_folder(folder / "made") as made:
        (made / "file").write_bytes(NEW)
        raise KeyboardInterrupt
    assert names(folder) == []


@pytest.mark.parametrize("taken", ["file", "folder", "link"])
def test_nothing_is_ever_written_over(folder: Path, taken: str) -> None:
    path = folder / "taken"
    if taken == "file":
        path.write_bytes(OLD)
    elif taken == "folder":
        path.mkdir()
    else:
        path.symlink_to(folder / "nowhere")
    for write in (new_file, new_folder):
        with pytest.raises(NameInUseError), write(path):
            pass
    assert path.is_symlink() or path.is_dir() or path.read_bytes() == OLD


def test_a_name_that_was_taken_meanwhile_stays_whose_it_is(folder: Path) -> None:
    with pytest.raises(NameInUseError), new_file(folder / "new") as file:
        file.write(NEW)
        (folder / "new").write_bytes(OLD)
    assert (folder / "new").read_bytes() == OLD
    assert names(folder) == ["new"]
