"""A source's disk that is full: what became of the message is said, and nothing is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.means.file_systems import MIB, filled, make_image, mounted
from tests.offices.source_client import Meeting, Put, meet, office_server

SEVERAL_CHUNKS = 6_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    image = tmp_path / "image"
    make_image(image, 4 * MIB)
    with mounted(image, tmp_path / "disk") as folder:
        yield folder


def at(meeting: Meeting, disk: Path) -> Meeting:
    """The same, with the source's state on another disk."""
    meeting[0].state = disk / "state"
    return meeting


def test_a_disk_that_fills_up_on_the_way_is_said_with_what_is_stored_and_how_to_go_on(
    tmp_path: Path, small_disk: Path
) -> None:
    source, server, port = at(meet(tmp_path), small_disk)
    photo = source.file("photo.jpg", b"x" * SEVERAL_CHUNKS)
    with ExitStack() as full, office_server(server, port):

        def fill(number: int, _put: Put) -> int:
            if number == 1:
                full.enter_context(filled(small_disk, 0))
            return 204

        server.answer = fill
        done = source.report("--file", photo)
        assert done.code == 1
        assert "A disk of this device is full." in done.err
        assert "are stored; nobody can read any of it before all is" in done.err
        assert "report --resume" in done.err
        full.close()
        server.answer = lambda _number, _put: 204
        assert source.resume(done.codename).code == 0
    assert server.envelopes()


def test_a_disk_that_is_full_before_anything_is_kept_spends_the_codename(
    tmp_path: Path, small_disk: Path
) -> None:
    source, server, port = at(meet(tmp_path), small_disk)
    with office_server(server, port):
        assert source.report().code == 0
        server.puts.clear()
        with filled(small_disk, 16 * 1024):
            done = source.report(text="It happened. " * 4_000)
    assert done.code == 1
    assert "Nothing was sent" in done.err
    assert done.codename
    assert "strike the codename out" in done.err
    assert server.puts == []
