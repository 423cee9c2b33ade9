"""A report sealed into a file, on a device that is never online, and sent from another."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from crypto.directory import fingerprint
from crypto.directory_file import encode_directory_file
from crypto.names import Day, GenesisId
from crypto.sealed_file import last_day_of, sealed_file_size
from tests.intake.conftest import Reachable
from tests.means.sealed_files import sealed_file
from tests.offices.server_process import intake
from tests.offices.source_client import Source, file_bytes, open_message

# Whoever opens a socket ends at once.
NO_NETWORK = """\
import sys
def refuse(event, _arguments):
    if event.startswith("socket."):
        sys.exit(f"the network was touched: {event}")
sys.addaudithook(refuse)
"""


@pytest.fixture
def keys(reachable: Reachable, tmp_path: Path) -> Path:
    """The office's directory file, as its site gives it."""
    path = tmp_path / "office.directory"
    path.write_bytes(
        encode_directory_file(
            reachable.office.document(),
            form=reachable.office.form,
            keys=reachable.office.directory_keys(),
        )
    )
    return path


def offline_report(
    reachable: Reachable, folder: Path, *arguments: object, prelude: str = NO_NETWORK
) -> "subprocess.CompletedProcess[str]":
    """Run `intake report` where no network is; the codename goes to a file."""
    text = folder / "text.txt"
    text.write_text("It happened.")
    line = ["report", "--text-file", text, "--state", folder / "offline", "--language", "en"]
    line += ["--fingerprint", fingerprint(reachable.office.genesis_id), "--codename-fd", "0"]
    program = f"{prelude}\nimport sys\nfrom intake.cli import main\nsys.exit(main())"
    with (folder / "codename").open("w+") as codename:
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, [*line, *arguments])],
            stdin=codename,
            capture_output=True,
            text=True,
        )


def send(source: Source, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run `intake send` as a script does."""
    assert source.office is not None
    line: Sequence[object] = ["send", *arguments, "--server", source.server, "--language", "en"]
    state = ["--state", source.state, "--fingerprint", fingerprint(source.office.genesis_id)]
    return intake(*line, *state)


def test_a_report_is_sealed_without_a_network_and_sent_from_elsewhere(
    reachable: Reachable, source: Source, keys: Path, tmp_path: Path, today: Day
) -> None:
    photo = source.file("photo.jpg", b"\xff\xd8" + bytes(600_000))
    sealed = tmp_path / "my report.fidelio"

    made = offline_report(
        reachable, tmp_path, "--to-file", sealed, "--directory-file", keys, "--file", photo
    )

    assert made.returncode == 0, made.stderr
    assert sealed.stat().st_size == sealed_file_size(4)
    assert sealed.stat().st_mode & 0o077 == 0
    assert f"intake send '{sealed}' --server {source.server}" in made.stdout
    assert len((tmp_path / "codename").read_text().split()) == 8
    before = reachable.export(tmp_path)
    for _ in range(2):
        sent = send(source, sealed)
        assert (sent.returncode, sent.stderr.count("error:")) == (0, 0), sent.stderr
        assert "Stored." in sent.stdout
    after = reachable.export(tmp_path)
    [envelope] = set(after.envelopes) - set(before.envelopes)
    opened = open_message(reachable.office, envelope)
    assert opened.payload.text == "It happened."
    [attachment] = opened.payload.attachments
    assert file_bytes(attachment, after.chunks) == photo.read_bytes()
    assert last_day_of(today) >= today


def test_a_file_that_is_there_is_never_written_over(
    reachable: Reachable, keys: Path, tmp_path: Path
) -> None:
    sealed = tmp_path / "report.fidelio"
    sealed.write_text("mine")

    made = offline_report(reachable, tmp_path, "--to-file", sealed, "--directory-file", keys)

    assert made.returncode == 1
    assert "There is a file of this name already" in made.stderr
    assert sealed.read_text() == "mine"


def at_the_end(do: str) -> str:
    """Python that does something when all but the end of a file is written."""
    return (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from crypto.sealed_file import SealedFileWriter\n"
        "end = SealedFileWriter.end\n"
        "def then(*arguments, **named):\n"
        f"    {do}\n"
        "    return end(*arguments, **named)\n"
        "SealedFileWriter.end = then\n"
    )


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where nothing lies but what is written to it."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_a_kill_leaves_nothing_under_the_name_and_what_it_left_goes_with_the_next_run(
    reachable: Reachable, keys: Path, tmp_path: Path, stick: Path
) -> None:
    sealed = stick / "report.fidelio"
    arguments = ("--to-file", sealed, "--directory-file", keys)
    kill = at_the_end("os.kill(os.getpid(), signal.SIGKILL)")

    killed = offline_report(reachable, tmp_path, *arguments, prelude=kill)
    left = list(stick.iterdir())
    made = offline_report(reachable, tmp_path, *arguments)

    assert killed.returncode < 0
    assert left
    assert sealed not in left
    assert made.returncode == 0, made.stderr
    assert list(stick.iterdir()) == [sealed]


NO_LINKS = """\
def refused(*_arguments): raise PermissionError(1, "Operation not permitted")
os.link = refused
"""


@pytest.mark.parametrize("more", ["", NO_LINKS], ids=["with links", "where links are refused"])
def test_a_file_that_came_meanwhile_is_never_written_over(
    reachable: Reachable, keys: Path, tmp_path: Path, stick: Path, more: str
) -> None:
    sealed = stick / "report.fidelio"
    came = at_the_end(f"Path({str(sealed)!r}).write_text('mine')") + more

    made = offline_report(
        reachable, tmp_path, "--to-file", sealed, "--directory-file", keys, prelude=came
    )

    assert made.returncode == 1
    assert "There is a file of this name already" in made.stderr
    assert sealed.read_text() == "mine"
    assert list(stick.iterdir()) == [sealed]


def test_a_file_is_whole_where_links_are_refused(
    reachable: Reachable, keys: Path, tmp_path: Path, stick: Path
) -> None:
    """A stick's file system may know none."""
    sealed = stick / "report.fidelio"

    made = offline_report(
        reachable,
        tmp_path,
        "--to-file",
        sealed,
        "--directory-file",
        keys,
        prelude="import os\n" + NO_LINKS,
    )

    assert made.returncode == 0, made.stderr
    assert sealed.stat().st_size == sealed_file_size(0)
    assert list(stick.iterdir()) == [sealed]


def test_a_directory_file_that_is_not_the_office_s_is_refused_before_anything_is_made(
    reachable: Reachable, keys: Path, tmp_path: Path
) -> None:
    good = keys.read_bytes()
    sealed = tmp_path / "report.fidelio"
    for data, words in (
        (
            good[:-1] + bytes([good[-1] ^ 1]),
            "A key in this file, or its questions, are not the office's",
        ),
        (good[:200] + bytes([good[200] ^ 1]) + good[201:], "is not genuine"),
        (good[:-1], "This is not a directory file"),
        (b"", "This is not a directory file"),
    ):
        keys.write_bytes(data)
        made = offline_report(reachable, tmp_path, "--to-file", sealed, "--directory-file", keys)
        assert made.returncode == 1
        assert words in made.stderr
        assert not sealed.exists()


def test_what_cannot_be_sent_is_said_and_nothing_is_stored(
    reachable: Reachable, source: Source, tmp_path: Path, today: Day
) -> None:
    genesis_id = reachable.office.genesis_id
    good = sealed_file(genesis_id, 1).data
    before = reachable.export(tmp_path)
    for data, words in (
        (good[:-1], "its end is missing"),
        (good[:100_000] + b"\0\0" + good[100_002:], "This file is damaged"),
        (sealed_file(GenesisId(bytes(32)), 0).data, "for another office"),
        (sealed_file(genesis_id, 0, last_day=today - 1).data, "cannot be sent today"),
        (b"A letter.", "This is not a sealed file"),
    ):
        sent = send(source, source.file("file.fidelio", data))
        assert sent.returncode == 1
        assert words in sent.stderr
    after = reachable.export(tmp_path)
    assert set(after.envelopes) == set(before.envelopes)
    assert after.chunks == before.chunks


def test_a_directory_file_goes_with_a_sealed_file_alone(keys: Path, tmp_path: Path) -> None:
    done = intake("report", "--directory-file", keys, "--state", tmp_path / "s")
    assert done.returncode == 2
    assert "--directory-file goes with --to-file" in done.stderr
    assert intake("report", "--state", tmp_path / "s").returncode == 2
