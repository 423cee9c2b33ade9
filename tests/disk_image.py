"""A file system in a file, so that a test can look at every byte of the disk below a folder."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(image: Path, folder: Path, mebibytes: int) -> Iterator[None]:
    """An ext4 image, freed blocks given back at once (`discard`), mounted for its owner alone.

    Skips the test where nothing may be mounted. The image file stays, unmounted, afterwards.
    """
    folder.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(mebibytes * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    options = ["-o", "loop,discard"]
    ran = subprocess.run(
        ["mount", *options, str(image), str(folder)], capture_output=True, text=True
    )
    if ran.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {ran.stderr.strip()}")
    try:
        folder.chmod(0o700)
        yield
    finally:
        subprocess.run(["sync", "--file-system", str(folder)], check=True)
        subprocess.run(["umount", str(folder)], check=True)
