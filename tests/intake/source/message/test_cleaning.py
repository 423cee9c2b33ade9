"""Hidden data in files: shown, and taken out of copies by `mat2`."""

import os
import secrets
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from ground.disk.memory_folders import memory_folders
from tests.means.canaries import Canaries
from tests.means.file_systems import MIB, filled, make_image, mounted
from tests.offices.source_client import (
    Answer,
    Done,
    Meeting,
    OfficeServer,
    Put,
    Source,
    file_bytes,
    meet,
    office_server,
    open_message,
)

# As mat2 0.13 speaks, for machines that do not have it: it takes lines with "Author" out.
STAND_IN = """#!/bin/sh
mode=$1 file=$3
case $file in *.xyz) echo "[-] $file's format is not supported"; exit 255;; esac
if [ "$mode" = --show ]; then
  if grep -aq ^Author "$file"; then echo "[+] Metadata for $file:"; grep -a ^Author "$file"
  else echo "  No metadata found in $file."; fi
else
  grep -av ^Author "$file" > "$file.tmp"; [ $? -lt 2 ] && mv "$file.tmp" "$file"
fi
"""


def breaks_off(_number: int, _put: Put) -> None:
    """A server that breaks off."""


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    """One with a temporary folder of its own."""
    (tmp_path / "tmp").mkdir()
    return meet(tmp_path)


def report(
    source: Source,
    path: str,
    *arguments: object,
    prelude: str = "",
    temporary: Path | None = None,
) -> Done:
    text = source.file("text.txt", b"It happened.")
    environment = {"PATH": path, "TMPDIR": str(temporary or source.folder / "tmp")}
    arguments = ("--text-file", text, "--clean", *arguments)
    return source.run("report", *arguments, environment=environment, prelude=prelude)


def stand_in(source: Source) -> str:
    tools = source.folder / "tools"
    tools.mkdir()
    tool = tools / "mat2"
    tool.write_text(STAND_IN)
    tool.chmod(0o755)
    return f"{tools}:{os.environ['PATH']}"


def received(server: OfficeServer) -> dict[str, bytes]:
    payload = open_message(server.office, server.envelopes()[-1]).payload
    chunks = server.chunks()
    return {file.name: file_bytes(file, chunks) for file in payload.attachments}


def test_cleaned_copies_are_sent_and_what_was_in_them_is_said(meeting: Meeting) -> None:
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    plain = source.file("plain.txt", b"Nothing hidden\n")
    with office_server(server, port):
        done = report(source, stand_in(source), "--file", original, plain)
    assert done.code == 0, done.err
    assert received(server) == {"letter.txt": b"Dear office\n", "plain.txt": b"Nothing hidden\n"}
    assert "Author: Jane Doe" in done.err
    assert "plain.txt: mat2 found no hidden data" in done.err
    assert original.read_bytes() == b"Author: Jane Doe\nDear office\n"
    assert list((source.folder / "tmp").iterdir()) == []


def test_file_that_cannot_be_cleaned_is_refused_not_sent_as_it_is(meeting: Meeting) -> None:
    source, server, port = meeting
    odd = source.file("odd.xyz", b"Author: Jane Doe\n")
    path = stand_in(source)
    with office_server(server, port):
        done = report(source, path, "--file", source.file("a.txt", b"x\n"), odd)
        assert done.code == 1
        assert "mat2 cannot clean odd.xyz" in done.err
        assert server.puts == []
        assert list((source.folder / "tmp").iterdir()) == []
        assert report(source, path, "--original", odd).code == 0
    assert received(server) == {"odd.xyz": b"Author: Jane Doe\n"}


# Where no folder of a machine lies in memory.
ON_DISK = """
import intake.source.message.workplaces as workplaces
workplaces.memory_folders = list
"""


@pytest.mark.parametrize("mebibytes", [5, 3], ids=["not the copy", "not what mat2 writes"])
def test_temporary_folder_without_room_is_said_to_be_full(
    meeting: Meeting, tmp_path: Path, mebibytes: int
) -> None:
    source, server, port = meeting
    film = source.file("film.txt", b"It goes on and on.\n" * (mebibytes * MIB // 19))
    image = tmp_path / "disk.img"
    make_image(image, 16 * MIB)
    with mounted(image, tmp_path / "small") as small, office_server(server, port):
        before = set(small.iterdir())
        with filled(small, 4 * MIB):
            done = report(
                source, stand_in(source), "--file", film, temporary=small, prelude=ON_DISK
            )
        assert set(small.iterdir()) == before
    assert done.code == 1
    assert "The temporary folder cannot take a copy of film.txt" in done.err
    assert "TMPDIR" in done.err
    assert server.puts == []


def test_without_the_tool_cleaning_is_refused_with_a_hint(meeting: Meeting) -> None:
    source, server, port = meeting
    empty = source.folder / "empty"
    empty.mkdir()
    with office_server(server, port):
        done = report(source, str(empty), "--file", source.file("a.txt", b"x"))
    assert done.code == 1
    assert "apt install mat2" in done.err
    assert server.puts == []


def test_files_that_are_not_cleaned_are_said_to_go_as_they_are(meeting: Meeting) -> None:
    source, server, port = meeting
    with office_server(server, port):
        done = source.report("--file", source.file("a.txt", b"x"))
    assert "Files are sent as they are" in done.err
    assert "--clean" in done.err


def not_stored_yet(
    meeting: Meeting, path: str, original: Path, answer: Answer = breaks_off
) -> Done:
    """A report whose cleaned copy waits, since the server has not said that it is stored."""
    source, server, port = meeting
    server.answer = answer
    with office_server(server, port):
        done = report(source, path, "--patience", "0", "--file", original)
    assert done.code == 1
    server.answer = lambda _number, _put: 204
    return done


def test_cleaned_copy_that_waits_is_encrypted_and_is_sent_without_its_original(
    meeting: Meeting,
) -> None:
    """Nor is it cleaned again: the tool is gone too."""
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    done = not_stored_yet(meeting, stand_in(source), original)
    original.unlink()
    (waiting,) = source.unsent()
    kept = b"".join(path.read_bytes() for path in waiting.iterdir())
    assert b"Dear office" not in kept
    assert list((source.folder / "tmp").iterdir()) == []
    empty = source.folder / "empty"
    empty.mkdir()
    with office_server(server, port):
        resumed = source.run(
            "report", "--resume", codename=done.codename, environment={"PATH": str(empty)}
        )
    assert resumed.code == 0, resumed.err
    assert received(server) == {"letter.txt": b"Dear office\n"}
    assert not source.unsent()


def left_in_memory() -> set[Path]:
    return {path for folder in memory_folders() for path in folder.glob("fidelio-cleaning-*")}


STOPPED_WHILE_CLEANING = """
import os, signal, subprocess
communicate = subprocess.Popen.communicate
def stopped(process, *arguments, **options):
    done = communicate(process, *arguments, **options)
    if "--inplace" in process.args: os.kill(os.getpid(), signal.{signal})
    return done
subprocess.Popen.communicate = stopped
"""


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("where", ["", ON_DISK], ids=["in memory", "on the disk"])
def test_nothing_is_left_of_a_run_that_is_stopped_while_it_cleans(
    meeting: Meeting, how: str, where: str
) -> None:
    source, server, port = meeting
    before = left_in_memory()
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    prelude = where + STOPPED_WHILE_CLEANING.replace("{signal}", how)
    with office_server(server, port):
        done = report(source, stand_in(source), "--file", original, prelude=prelude)
    assert done.code == 130
    assert "Stopped by hand." in done.err
    assert left_in_memory() == before
    assert list((source.folder / "tmp").iterdir()) == []
    assert not source.unsent()


@pytest.mark.parametrize("where", ["", ON_DISK], ids=["in memory", "on the disk"])
def test_what_a_kill_leaves_of_cleaning_goes_with_the_next_run_of_any_command(
    meeting: Meeting, where: str
) -> None:
    source, server, port = meeting
    before = left_in_memory()
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    prelude = where + STOPPED_WHILE_CLEANING.replace("{signal}", "SIGKILL")
    environment = {"TMPDIR": str(source.folder / "tmp")}
    with office_server(server, port):
        killed = report(source, stand_in(source), "--file", original, prelude=prelude)
        folders = [*(left_in_memory() - before), *(source.folder / "tmp").iterdir()]
        next_run = source.run("report", "--give-up", environment=environment)
    assert killed.code < 0
    assert len(folders) == 1
    assert next_run.code == 0, next_run.err
    assert not folders[0].exists()
    assert not list(source.state.glob("*/*-*"))


def test_what_a_kill_leaves_on_a_disk_is_found_with_another_temporary_folder(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    prelude = ON_DISK + STOPPED_WHILE_CLEANING.replace("{signal}", "SIGKILL")
    other = source.folder / "other"
    other.mkdir()
    with office_server(server, port):
        killed = report(source, stand_in(source), "--file", original, prelude=prelude)
    (place,) = (source.folder / "tmp").iterdir()
    next_run = source.run("report", "--give-up", environment={"TMPDIR": str(other)})
    assert killed.code < 0
    assert next_run.code == 0, next_run.err
    assert not place.exists()
    assert not list(source.state.glob("*/*-*"))


def test_open_copies_on_a_disk_are_overwritten_and_said_to_lie_there(meeting: Meeting) -> None:
    """The blocks of a small disk show it; `mat2` writes a new file in place of the copy."""
    source, server, port = meeting
    before, after = secrets.token_hex(20), secrets.token_hex(20)
    original = source.file("letter.txt", f"Author: {before}\nDear {after}\n".encode())
    image = source.folder / "disk.img"
    make_image(image, 16 * MIB)
    with mounted(image, source.folder / "small") as small, office_server(server, port):
        done = report(
            source, stand_in(source), "--file", original, temporary=small, prelude=ON_DISK
        )
    assert done.code == 0, done.err
    assert "no room in memory" in done.err
    canaries = Canaries({"original": before, "copy": after})
    assert canaries.in_file(image) == []
    assert canaries.in_file(original)


@pytest.mark.skipif(shutil.which("mat2") is None, reason="mat2 is not installed here")
def test_mat2_itself_takes_an_author_out_of_a_picture(meeting: Meeting) -> None:
    source, server, port = meeting
    picture = source.file("photo.png", png_by("Jane Doe"))
    with office_server(server, port):
        done = report(source, os.environ["PATH"], "--file", picture)
    assert done.code == 0, done.err
    assert "Author: Jane Doe" in done.err
    sent = received(server)["photo.png"]
    assert sent.startswith(b"\x89PNG")
    assert b"Jane" not in sent


def png_by(author: str) -> bytes:
    """A picture of one pixel that names its author."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
            chunk(b"tEXt", b"Author\0" + author.encode()),
            chunk(b"IDAT", zlib.compress(b"\0\1\2\3")),
            chunk(b"IEND", b""),
        ]
    )
