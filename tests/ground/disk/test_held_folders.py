"""Folders that one run works in: left alone while it lives, taken by the next when it is dead."""

import os
import signal
from pathlib import Path

import pytest

from ground.disk.held_folders import hold_folder, left_by_the_dead, new_held_folder
from ground.disk.memory_folders import memory_folders, room_in_memory, runtime_folder
from ground.disk.replaced_files import give_second_name, wipe_file, wipe_tree


def test_a_held_folder_is_private_and_nobody_else_gets_it(tmp_path: Path) -> None:
    held = new_held_folder(tmp_path, "work-")
    assert held.path.stat().st_mode & 0o777 == 0o700
    assert hold_folder(held.path) is None
    assert list(left_by_the_dead(tmp_path, "work-")) == []
    held.wipe()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_held_is_taken_by_the_next(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        (new_held_folder(tmp_path, "work-").path / "left").write_text("x")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    (held,) = left_by_the_dead(tmp_path, "work-")
    held.wipe()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_others_under_such_a_name_are_left_alone(tmp_path: Path) -> None:
    full, empty, link = tmp_path / "work-full", tmp_path / "work-empty", tmp_path / "work-link"
    full.mkdir()
    (full / "theirs").write_text("x")
    empty.mkdir()
    link.symlink_to(full)
    assert [held.path for held in left_by_the_dead(tmp_path, "work-")] == [empty]


def test_a_folder_that_is_gone_is_not_held(tmp_path: Path) -> None:
    assert hold_folder(tmp_path / "gone") is None


def test_a_wiped_file_is_overwritten_in_each_block(tmp_path: Path) -> None:
    path, second = tmp_path / "file", tmp_path / "second"
    block = b"a secret of some length, "
    path.write_bytes(block * 100_000)
    give_second_name(path, second)
    wipe_file(path)
    assert not path.exists()
    assert second.stat().st_size == len(block) * 100_000
    assert b"secret" not in second.read_bytes()


def test_a_wiped_tree_follows_no_link(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "file").write_text("theirs")
    tree = tmp_path / "tree"
    (tree / "folder").mkdir(parents=True)
    (tree / "folder" / "file").write_text("ours")
    (tree / "folder" / "link").symlink_to(theirs / "file")
    (tree / "other").symlink_to(theirs)
    wipe_tree(tree)
    assert not tree.exists()
    assert (theirs / "file").read_text() == "theirs"


def test_a_link_is_no_file_to_wipe(tmp_path: Path) -> None:
    theirs, link = tmp_path / "theirs", tmp_path / "link"
    theirs.write_text("theirs")
    link.symlink_to(theirs)
    with pytest.raises(OSError, match="symbolic links"):
        wipe_file(link)
    assert theirs.read_text() == "theirs"


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_session_folder_that_others_can_use_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    assert runtime_folder() == tmp_path
    tmp_path.chmod(mode)
    assert runtime_folder() is None


@pytest.mark.parametrize("path", ["", "relative", "/no/such/folder"])
def test_without_a_session_folder_there_is_none(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", path)
    assert runtime_folder() is None


def test_a_session_folder_on_a_disk_is_no_folder_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert tmp_path not in memory_folders()


def test_folders_in_memory_take_no_more_than_half_of_what_is_free() -> None:
    meminfo = Path("/proc/meminfo").read_text().splitlines()
    (total,) = (int(line.split()[1]) for line in meminfo if line.startswith("MemTotal:"))
    for folder in memory_folders():
        assert 0 < room_in_memory(folder) <= total * 1024 // 2
