"""Small file systems for tests, in an image file or in memory. They need root and loop devices.

Where mounting is refused, as in most containers, the test that asks for one is skipped and says so.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1024 * 1024


def _run(*command: object) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip())


def make_image(path: Path, size: int) -> None:
    """Make an ext4 image of so many bytes. Skips the test where that cannot be."""
    with path.open("wb") as file:
        file.truncate(size)
    try:
        _run("mkfs.ext4", "-q", "-m", "0", path)
    except OSError as error:
        pytest.skip(f"no ext4 can be made here: {error}")


@contextmanager
def mounted(image: Path, folder: Path, options: str = "") -> Iterator[Path]:
    """Mount an image at a folder, made for it. Skips the test where that is not allowed."""
    folder.mkdir()
    try:
        _run("mount", "-t", "ext4", "-o", ",".join(filter(None, ("loop", options))), image, folder)
    except OSError as error:
        folder.rmdir()
        pytest.skip(f"no image can be mounted here (this needs root and a loop device): {error}")
    try:
        yield folder
    finally:
        _run("umount", folder)
        folder.rmdir()


def free_bytes(folder: Path) -> int:
    """Return how many bytes more its file system takes."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


@contextmanager
def filled(folder: Path, leaving: int) -> Iterator[None]:
    """Take all of a file system's room but so many bytes, for a while."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        left = free_bytes(folder)
        while left > leaving:
            try:
                more = max(4096, left - leaving)
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), more)
            except OSError:
                # The file's own metadata takes a little too.
                leaving += 4096
            left = free_bytes(folder)
    try:
        yield
    finally:
        filler.unlink()
