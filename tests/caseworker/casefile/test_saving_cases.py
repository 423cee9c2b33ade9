"""Cases saved as files."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from caseworker.casefile.case_folder import SavedFile, save_case
from caseworker.casefile.disk_names import disk_name
from caseworker.casefile.pieces import runs_of, runs_text
from caseworker.cases import message_texts
from caseworker.cases.conversation import MessageView, conversation
from caseworker.commands.saving import SAVE, SaveOptions
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from ground.disk.new_files import new_folder
from ground.shell.frame import Answer, Surroundings
from ground.shell.output import Output
from ground.shell.passphrases import PassphraseSource
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, PASSPHRASES, Office, Server, Source, at


def save(office: Office, to: Path, case: int = 1) -> list[SavedFile]:
    """Save a case."""
    with office.opened() as vault:
        return save_case(vault, case, to, at(DAY))


def test_files_come_out_byte_for_byte(office: Office, server: Server, source: Source) -> None:
    photo = os.urandom(CHUNK_SIZE * 2 + 17)
    server.report(source, files=[("photo.jpg", photo), ("empty.txt", b"")])
    office.bring(*server.export())
    save(office, server.folder / "case")
    assert (server.folder / "case/1-report/photo.jpg").read_bytes() == photo
    assert (server.folder / "case/1-report/empty.txt").read_bytes() == b""


def test_the_list_of_hashes_is_one_that_any_tool_checks(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a b.txt", b"bytes"), ("снимок.jpg", b"more")])
    office.bring(*server.export())
    save(office, server.folder / "case")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=server.folder / "case",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 3


def test_a_file_that_is_missing_or_damaged_is_named_and_costs_itself_alone(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(
        source, files=[("missing", b"one"), ("damaged", b"two"), ("whole", b"three")]
    )
    missing, damaged, *_ = sealed.chunks
    del server.chunks[missing]
    server.chunks[damaged] = os.urandom(CHUNK_SIZE)
    office.bring(*server.export())
    saved = {one.announced_name: one for one in save(office, server.folder / "case")}
    assert {name: one.state for name, one in saved.items()} == {
        "": "whole",
        "missing": "missing",
        "damaged": "damaged",
        "whole": "whole",
    }
    assert (server.folder / "case/1-report/whole").read_bytes() == b"three"
    assert not (server.folder / "case/1-report/damaged").exists()
    manifest = json.loads((server.folder / "case/manifest.json").read_text())
    assert [one["state"] for one in manifest["files"]].count("damaged") == 1


def test_pieces_that_are_missing_or_damaged_are_named_by_their_numbers(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, files=[("film", os.urandom(7 * PIECE_SIZE))])
    pieces = list(sealed.chunks)
    for piece in (0, 1, 2, 4):
        del server.chunks[pieces[piece]]
    server.chunks[pieces[5]] = os.urandom(CHUNK_SIZE)
    office.bring(*server.export())
    film = save(office, server.folder / "case")[1]
    assert (film.state, film.pieces) == ("missing", 7)
    assert (film.missing_pieces, film.damaged_pieces) == ([(1, 3), (5, 5)], [(6, 6)])
    (entry,) = json.loads((server.folder / "case/manifest.json").read_text())["files"][1:]
    assert entry["missing_pieces"] == [[1, 3], [5, 5]]


def test_the_command_names_pieces_in_words_and_says_that_they_may_come_later(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, files=[("film", os.urandom(7 * PIECE_SIZE))])
    pieces = list(sealed.chunks)
    for piece in (0, 1, 2, 4):
        del server.chunks[pieces[piece]]
    server.chunks[pieces[5]] = os.urandom(CHUNK_SIZE)
    office.bring(*server.export())
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASES['investigations']}\n".encode())
    os.close(writing)
    text = run_save(office, server.folder / "case", PassphraseSource(reading)).text
    assert "NOT SAVED: film is missing." in text
    assert "Of its 7 pieces, 1-3 and 5 are not here; 6 is damaged." in text
    assert "may come with a later bundle" in text


def test_a_folder_that_is_there_is_refused_before_anybody_types(
    office: Office, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="there already"):
        run_save(office, tmp_path, PassphraseSource(None))


def run_save(office: Office, to: Path, passphrases: PassphraseSource) -> Answer:
    """Run `caseworker save`."""
    options = SaveOptions(vault=office.vault(), case=1, to=to)
    return SAVE.run(options, Surroundings(passphrases, Output(), as_json=False))


def test_pieces_that_come_with_a_later_bundle_complete_a_file_for_another_folder(
    office: Office, server: Server, source: Source
) -> None:
    data = os.urandom(4 * PIECE_SIZE)
    sealed = server.report(source, files=[("film", data)])
    late = list(sealed.chunks.items())[1:3]
    office.bring(*server.export(chunks=dict(set(sealed.chunks.items()) - set(late))))
    assert save(office, server.folder / "before")[1].missing_pieces == [(2, 3)]
    office.bring(*server.export(chunks=dict(late)))
    assert save(office, server.folder / "after")[1].state == "whole"
    assert (server.folder / "after/1-report/film").read_bytes() == data
    assert not (server.folder / "before/1-report/film").exists()


def test_long_lists_of_pieces_are_shown_by_their_beginning() -> None:
    assert runs_text(runs_of([0, 1, 2, 6])) == "1-3 and 7"
    assert runs_text(runs_of([4])) == "5"
    assert runs_text(runs_of(range(0, 100, 2))) == "1, 3, 5, 7, 9, 11, 13, 15 and more"


def test_a_case_that_the_disk_has_no_room_for_is_refused_before_anything_is_written(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.report(source, files=[("film", bytes(1_000_000))])
    office.bring(*server.export())
    free = os.statvfs(server.folder)
    monkeypatch.setattr(os, "statvfs", lambda _path: _Disk(free.f_frsize, 999_999 // free.f_frsize))
    with pytest.raises(Refusal, match=r"take 1\.0 MB"):
        save(office, server.folder / "case")
    assert not list(server.folder.glob("case*"))


@dataclass
class _Disk:
    f_frsize: int
    f_bavail: int
    f_blocks: int = 0
    f_bfree: int = 0


def test_what_a_killed_save_left_is_removed_by_the_next_and_nobody_else_s(
    office: Office, server: Server, source: Source
) -> None:
    """What was saved lies open on the disk: a kill must not leave it there unseen for ever."""
    server.report(source)
    office.bring(*server.export())
    left = server.folder / "case.0123abcd.part"
    left.mkdir(mode=0o700)
    (left / "film").write_bytes(b"open")
    others = [server.folder / name for name in ("case-2.0123abcd.part", "case.part", "case.x.part")]
    for other in others:
        other.mkdir()
    save(office, server.folder / "case")
    assert not left.exists()
    assert all(other.exists() for other in others)


def test_two_who_save_at_a_time_take_nothing_from_each_other(tmp_path: Path) -> None:
    with new_folder(tmp_path / "case") as one, new_folder(tmp_path / "case.other") as other:
        (one / "a").write_bytes(b"a")
        with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "case"):
            assert one.exists()
            raise ZeroDivisionError
        (other / "b").write_bytes(b"b")
    assert (tmp_path / "case/a").read_bytes() == b"a"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "case.other"]


def test_two_files_of_one_name_are_both_saved(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a.txt", b"one"), ("A.TXT", b"two"), ("text.txt", b"three")])
    office.bring(*server.export())
    paths = [one.path for one in save(office, server.folder / "case")]
    assert paths == [f"1-report/{name}" for name in ("text.txt", "a.txt", "A-2.TXT", "text-2.txt")]


def test_a_folder_that_is_there_is_not_touched(
    office: Office, server: Server, source: Source
) -> None:
    """Finding: magic-wormhole, an output folder given by its user was written through."""
    server.report(source)
    office.bring(*server.export())
    (server.folder / "case").mkdir()
    with pytest.raises(Refusal, match="there already"):
        save(office, server.folder / "case")
    assert not list((server.folder / "case").iterdir())


def test_a_case_that_is_not_there_leaves_no_folder(office: Office, server: Server) -> None:
    with pytest.raises(Refusal, match="no case 7"):
        save(office, server.folder / "case", 7)
    assert not (server.folder / "case").exists()


def test_the_text_is_saved_with_answers_and_whether_its_rest_is_there(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "Beginning", rest=b" and end", answers={"who": "The mayor"})
    office.bring(*server.export(chunks={}))
    save(office, server.folder / "before")
    office.bring(*server.export())
    save(office, server.folder / "after")
    before = (server.folder / "before/1-report/text.txt").read_text()
    after = (server.folder / "after/1-report/text.txt").read_text()
    assert "[the rest of this text is missing]" in before
    assert "Beginning and end" in after
    assert "[who] Who is involved?\nThe mayor" in after


def test_saved_files_are_for_their_owner_alone(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", b"bytes")])
    office.bring(*server.export())
    save(office, server.folder / "case")
    modes = {path.stat().st_mode & 0o077 for path in (server.folder / "case").rglob("*")}
    assert modes == {0}


@pytest.mark.parametrize(
    ("announced", "saved"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("-rf", "rf"),
        (".bashrc", "bashrc"),
        ("con.txt", "_con.txt"),
        ("a:b?.txt", "a_b_.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("line\nbreak", "linebreak"),
        ("...", "file"),
        ("", "file"),
        ("name. ", "name"),
        ("$(reboot).jpg", "_(reboot).jpg"),
    ],
)
def test_no_name_from_outside_is_a_path(announced: str, saved: str) -> None:
    """Finding: magic-wormhole, path traversal by file name, twice.

    Finding: several, path traversal by file name.
    """
    assert disk_name(announced, set()) == saved


def test_long_names_are_cut_and_stay_apart() -> None:
    taken: set[str] = set()
    names = [disk_name("я" * 200 + ".jpeg", taken) for _ in range(12)]
    assert len(set(names)) == 12
    assert all(name.endswith(".jpeg") and len(name.encode()) <= 126 for name in names)


def test_a_long_last_part_of_a_name_is_no_extension_that_would_leave_nothing_before_it() -> None:
    taken: set[str] = set()
    names = [disk_name("я....." + "ь" * 70, taken) for _ in range(2)]
    assert len(set(names)) == 2
    assert all(name.startswith("я") and len(name.encode()) <= 126 for name in names)


def test_the_manifest_hash_is_that_of_the_saved_bytes(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", b"bytes")])
    office.bring(*server.export())
    saved = save(office, server.folder / "case")
    for one in saved:
        data = (server.folder / "case" / str(one.path)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one.sha256


def shown_text(office: Office) -> tuple[str, str]:
    """The text of the first case's report as it is shown, and what is said of its rest."""
    with office.opened() as vault:
        (entry,) = conversation(vault, 1).entries
    assert isinstance(entry, MessageView)
    return entry.text, entry.text_rest


def test_a_text_too_long_to_show_is_saved_whole(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rest may have gigabytes, which no memory holds: it goes piece by piece."""
    rest = "…and so on".encode() * 50_000
    server.report(source, "Beginning", rest=rest)
    office.bring(*server.export())
    assert shown_text(office) == ("Beginning" + rest.decode(), "whole")
    monkeypatch.setattr(message_texts, "SHOWN_MAX_SIZE", len(rest) - 1)
    assert shown_text(office) == ("Beginning", "longer")
    (saved,) = save(office, server.folder / "case")
    data = (server.folder / "case/1-report/text.txt").read_bytes()
    assert data.endswith(b"[text]\nBeginning" + rest + b"\n")
    assert (saved.state, saved.size) == ("whole", len(data))
    assert saved.sha256 == hashlib.sha256(data).hexdigest()


def test_a_rest_that_does_not_prove_whole_is_not_saved(
    office: Office, server: Server, source: Source
) -> None:
    """Its first piece is good and was written before the second was found missing."""
    sealed = server.report(source, "Beginning", rest=b"x" * 300_000)
    first = dict(list(sealed.chunks.items())[:1])
    office.bring(*server.export(chunks=first))
    (saved,) = save(office, server.folder / "case")
    data = (server.folder / "case/1-report/text.txt").read_bytes()
    assert data.endswith(b"[text]\nBeginning\n\n[the rest of this text is missing]\n")
    assert saved.state == "missing"


def test_a_rest_that_is_no_text_is_damaged(office: Office, server: Server, source: Source) -> None:
    server.report(source, "Beginning", rest=b"cut off: \xe2\x82")
    office.bring(*server.export())
    assert shown_text(office) == ("Beginning", "damaged")
    (saved,) = save(office, server.folder / "case")
    assert saved.state == "damaged"
