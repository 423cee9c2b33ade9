"""Hidden data in files: shown, and taken out of copies by `mat2`."""

import os
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

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
            done = report(source, stand_in(source), "--file", film, temporary=small)
        assert set(small.iterdir()) == before
    assert done.code == 1
    assert "The temporary folder has no room for a copy of film.txt" in done.err
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


def forget(copy: Path) -> None:
    """Remove a copy, as a restart of the device does."""
    shutil.rmtree(copy.parent)


def plant(copy: Path) -> None:
    """Put another user's folder in the place of a copy's, with another file."""
    forget(copy)
    copy.parent.mkdir()
    copy.parent.chmod(0o777)
    copy.write_bytes(b"planted")


def lead_elsewhere(copy: Path) -> None:
    """Let another user's folder lead what is written there to another file."""
    plant(copy)
    copy.rename(copy.parents[2] / "planted")
    copy.symlink_to(copy.parents[2] / "planted")


@pytest.mark.parametrize("lose", [forget, plant, lead_elsewhere])
def test_cleaned_copy_that_is_gone_when_resuming_is_made_again(
    meeting: Meeting, lose: Callable[[Path], None]
) -> None:
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\nDear office\n")
    path = stand_in(source)
    server.answer = lambda _number, _put: None
    with office_server(server, port):
        done = report(source, path, "--patience", "0", "--file", original)
        assert done.code == 1
        codename = done.codename
        (folder,) = (source.folder / "tmp").iterdir()
        lose(folder / "letter.txt")
        server.answer = lambda _number, _put: 204
        environment = {"PATH": path, "TMPDIR": str(source.folder / "tmp")}
        resumed = source.run("report", "--resume", codename=codename, environment=environment)
    assert resumed.code == 0, resumed.err
    assert received(server) == {"letter.txt": b"Dear office\n"}
    assert set((source.folder / "tmp").iterdir()) <= {folder}
    if lose is lead_elsewhere:
        assert (source.folder / "planted").read_bytes() == b"planted"


def not_stored_yet(
    meeting: Meeting, path: str, *names: str, answer: Answer = lambda _number, _put: None
) -> Done:
    """A report whose cleaned copies wait, since the server has not said that it is stored."""
    source, server, port = meeting
    originals = [source.file(name, b"Author: Jane Doe\nDear office\n") for name in names]
    server.answer = answer
    with office_server(server, port):
        done = report(source, path, "--patience", "0", "--file", *originals)
    assert done.code == 1
    server.answer = lambda _number, _put: 204
    return done


def resume(meeting: Meeting, path: str, codename: str, prelude: str = "") -> Done:
    source, server, port = meeting
    environment = {"PATH": path, "TMPDIR": str(source.folder / "tmp")}
    with office_server(server, port):
        return source.run(
            "report", "--resume", codename=codename, environment=environment, prelude=prelude
        )


def test_cleaned_copy_whose_chunks_are_stored_is_not_made_again(meeting: Meeting) -> None:
    """Its original may be gone by then, and only the envelope is missing."""
    source, _server, _port = meeting
    path = stand_in(source)
    done = not_stored_yet(
        meeting, path, "letter.txt", answer=lambda _number, put: 204 if is_chunk(put) else None
    )
    (folder,) = (source.folder / "tmp").iterdir()
    forget(folder / "letter.txt")
    (source.folder / "letter.txt").unlink()
    resumed = resume(meeting, path, done.codename)
    assert resumed.code == 0, resumed.err
    assert received(meeting[1]) == {"letter.txt": b"Dear office\n"}


def is_chunk(put: Put) -> bool:
    return put.path.startswith("/v1/chunks/")


def resume_without_copies(meeting: Meeting, without: str = "", prelude: str = "") -> Done:
    """Go on where the copies of two files are gone, and perhaps a file; no copy stays behind."""
    source, _server, _port = meeting
    path = stand_in(source)
    done = not_stored_yet(meeting, path, "a.txt", "b.txt")
    for folder in (source.folder / "tmp").iterdir():
        shutil.rmtree(folder)
    if without:
        (source.folder / without).unlink()
    resumed = resume(meeting, path, done.codename, prelude=prelude)
    assert resumed.code == 1
    assert "report --resume" in resumed.err
    assert list((source.folder / "tmp").iterdir()) == []
    return resumed


def test_copies_made_before_one_that_cannot_be_made_are_removed(meeting: Meeting) -> None:
    assert "can no longer be read: b.txt" in resume_without_copies(meeting, without="b.txt").err


def test_copies_made_before_ctrl_c_are_removed(meeting: Meeting) -> None:
    stop = (
        "import intake.source.message.cleaning as cleaning\n"
        "copied = cleaning._cleaned_copy\n"
        "def stopped(file, tool):\n"
        "    if file.name == 'b.txt': raise KeyboardInterrupt\n"
        "    return copied(file, tool)\n"
        "cleaning._cleaned_copy = stopped"
    )
    assert "Stopped by hand." in resume_without_copies(meeting, prelude=stop).err


def test_who_may_give_it_up_is_told_where_the_cleaned_copies_lie(meeting: Meeting) -> None:
    source, _server, _port = meeting
    done = not_stored_yet(meeting, stand_in(source), "a.txt", "b.txt")
    folders = list((source.folder / "tmp").iterdir())
    assert len(folders) == 2
    assert all(str(folder) in done.err for folder in folders)


STOPPED_WHILE_TIDYING = """
import shutil
def stopped(*_arguments, **_options): raise KeyboardInterrupt
shutil.rmtree = stopped
"""


def test_ctrl_c_after_it_was_stored_says_which_copies_are_left(meeting: Meeting) -> None:
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\n")
    with office_server(server, port):
        done = report(source, stand_in(source), "--file", original, prelude=STOPPED_WHILE_TIDYING)
    assert done.code == 0, done.err
    assert "Nothing was sent" not in done.err
    (folder,) = (source.folder / "tmp").iterdir()
    (kept,) = source.unsent()
    assert f"{kept}, {folder}" in done.err


def test_ctrl_c_after_a_file_was_sealed_says_that_it_is_there_and_what_is_left(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    original = source.file("letter.txt", b"Author: Jane Doe\n")
    sealed = source.folder / "report.fidelio"
    with office_server(server, port):
        done = report(
            source,
            stand_in(source),
            "--to-file",
            sealed,
            "--file",
            original,
            prelude=STOPPED_WHILE_TIDYING,
        )
    assert done.code == 0, done.err
    assert "Sealed into" in done.out
    assert sealed.exists()
    assert "Stopped by hand" not in done.err
    (folder,) = (source.folder / "tmp").iterdir()
    assert str(folder) in done.err


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
