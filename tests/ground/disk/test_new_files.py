"""New files are there whole, for their owner alone, in nobody's place."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ground.disk.new_files import NewFiles
from ground.shell.refusals import Refusal
from tests.means.repository import REPOSITORY


def write(files: NewFiles, index: int, data: bytes) -> None:
    with files.writing(index) as file:
        file.write(data)


def no_links(_source: Path, _target: Path) -> None:
    """What a stick formatted as FAT says."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.fixture(params=["links", "no links"], autouse=True)
def _file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_links)


def test_two_who_write_to_one_name_do_not_mix(tmp_path: Path) -> None:
    """The first one's file stays as it was, the second is refused, and nothing else is left."""
    out = tmp_path / "out"
    with pytest.raises(Refusal, match="nothing is overwritten"), NewFiles(out, (out,)) as late:
        write(late, 0, b"late")
        with NewFiles(out, (out,)) as early:
            write(early, 0, b"early")
    assert out.read_bytes() == b"early"
    assert list(tmp_path.iterdir()) == [out]


def test_a_name_taken_at_the_last_moment_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was free when it was looked at; no part is left either."""
    parts = (tmp_path / "out.001", tmp_path / "out.002")
    monkeypatch.setattr(NewFiles, "_refuse_names_in_use", lambda _: None)
    parts[1].write_bytes(b"precious")
    with (
        pytest.raises(Refusal, match="nothing is overwritten"),
        NewFiles(tmp_path / "out", parts) as files,
    ):
        write(files, 0, b"one")
        write(files, 1, b"two")
    assert parts[1].read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [parts[1]]


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    """Whatever the umask lets others do."""
    before = os.umask(0)
    try:
        with NewFiles(tmp_path / "out", (tmp_path / "out",)) as files:
            write(files, 0, b"sealed")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


KILLED = """
import os, signal, sys
from pathlib import Path
from ground.disk.new_files import NewFiles
out = Path(sys.argv[1])
names = (out.with_name(out.name + ".001"), out.with_name(out.name + ".002"))
if sys.argv[2] == "while naming":
    link = os.link
    def link_once(source, target):
        link(source, target)
        os.kill(os.getpid(), signal.SIGKILL)
    os.link = link_once
with NewFiles(out, names) as files:
    for index in range(2):
        with files.writing(index) as file:
            file.write(b"of a killed writer")
    if sys.argv[2] == "before naming":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["before naming", "while naming"])
def test_what_a_killed_writer_left_is_removed_by_the_next_one(tmp_path: Path, moment: str) -> None:
    """Names that it had given already too, so that the same command goes on."""
    out = tmp_path / "out"
    subprocess.run([sys.executable, "-c", KILLED, out, moment], cwd=REPOSITORY, timeout=60)
    assert list(tmp_path.glob("out.*.part"))
    assert bool(list(tmp_path.glob("out.00?"))) == (moment == "while naming")
    parts = (tmp_path / "out.001", tmp_path / "out.002", tmp_path / "out.003")
    with NewFiles(out, parts) as files:
        for index in range(3):
            write(files, index, b"whole")
    assert {path.read_bytes() for path in parts} == {b"whole"}
    assert sorted(tmp_path.iterdir()) == sorted(parts)


def test_what_another_writer_is_still_writing_is_not_removed(tmp_path: Path) -> None:
    """Nor what has a name of its own that only looks alike."""
    out, other = tmp_path / "out", tmp_path / "out.mine.part"
    other.write_bytes(b"precious")
    with NewFiles(out, (out,)) as files:
        with NewFiles(out, (tmp_path / "out.001",)) as second:
            write(second, 0, b"second")
        write(files, 0, b"first")
    assert out.read_bytes() == b"first"
    assert other.read_bytes() == b"precious"
