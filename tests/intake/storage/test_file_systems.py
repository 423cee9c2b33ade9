"""File systems that keep what is written over are known, and said."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.storage.file_systems import copies_on_write
from intake.storage.folder import DataFolder
from tests.offices.server_process import serving, succeed


@pytest.fixture
def overlay(tmp_path: Path) -> Iterator[Path]:
    """A folder on OverlayFS, as containers have it."""
    for name in ("lower", "upper", "work", "merged"):
        (tmp_path / name).mkdir()
    layers = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    command = ["mount", "-t", "overlay", "-o", layers, "overlay", str(tmp_path / "merged")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no overlay can be mounted here: {done.stderr.strip()}")
    yield tmp_path / "merged"
    subprocess.run(["umount", str(tmp_path / "merged")], check=True)


def test_a_file_system_that_writes_in_place_is_passed_over(tmp_path: Path) -> None:
    """The one on which tests run, in memory or on a disk."""
    assert copies_on_write(DataFolder(Path("/dev/shm"))) is None
    assert copies_on_write(DataFolder(tmp_path / "not there")) is None


def test_serve_and_status_warn_of_one_that_does_not(overlay: Path) -> None:
    assert copies_on_write(DataFolder(overlay)) == "OverlayFS"
    with serving(overlay / "data") as server:
        printed = succeed("status", "--data", server.data)
        assert "warning: the data folder lies on OverlayFS" in printed
        assert server.stop() == 0
    said = server.log()
    assert said.startswith("warning: the data folder lies on OverlayFS")
    assert "hint: stop the server, then copy" in said
