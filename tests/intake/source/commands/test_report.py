"""`intake report` against a real server: what is sent opens at the office, whole."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from crypto.directory import fingerprint
from crypto.errors import Unauthentic
from crypto.office.envelope import OpenedEnvelope
from crypto.sizes import PIECE_SIZE
from intake.cli import main
from tests.intake.conftest import Reachable
from tests.offices.first_import import first_import
from tests.offices.server_process import serving, succeed
from tests.offices.signed_office import PracticeOffice, read_export
from tests.offices.source_client import Done, Source, file_bytes, free_port, open_message, today

LONG = "Двадцать тысяч букв, которые не помещаются в один конверт. " * 340


@pytest.fixture(scope="module")
def sent(
    reachable: Reachable, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Done, Source, dict[str, bytes]]:
    """A report of every sort of file and a long text, and what the files held."""
    source = Source(tmp_path_factory.mktemp("sent"), reachable.server.address, reachable.office)
    files = {
        "photo.jpg": os.urandom(3_000_000),
        "empty": b"",
        "one piece.bin": os.urandom(PIECE_SIZE),
        "-rf": b"an odd name",
    }
    paths = [source.file(name, data) for name, data in files.items()]
    return source.report("--file", *paths, text=LONG), source, files


def opened(reachable: Reachable, folder: Path, text: str) -> OpenedEnvelope:
    """The message whose text begins so."""
    messages = [
        open_message(reachable.office, envelope)
        for envelope in reachable.export(folder).envelopes
        if can_open(reachable.office, envelope, "main")
    ]
    return next(message for message in messages if message.payload.text.startswith(text))


def can_open(office: PracticeOffice, envelope: bytes, recipient_id: str) -> bool:
    try:
        open_message(office, envelope, recipient_id)
    except Unauthentic:
        return False
    return True


def test_long_text_and_files_arrive_byte_identical(
    sent: tuple[Done, Source, dict[str, bytes]], reachable: Reachable, tmp_path: Path
) -> None:
    done, _source, files = sent
    assert done.code == 0, done.err
    payload = opened(reachable, tmp_path, LONG[:40]).payload
    chunks = reachable.export(tmp_path).chunks
    assert payload.rest is not None
    assert payload.text.encode() + file_bytes(payload.rest, chunks) == LONG.encode()
    assert {a.name: file_bytes(a, chunks) for a in payload.attachments} == files


def test_report_says_stored_until_when_and_what_comes_next(
    sent: tuple[Done, Source, dict[str, bytes]],
) -> None:
    done, source, _files = sent
    assert "Stored." in done.out
    assert "The codename works until" in done.out
    assert f"intake replies --server {source.server}" in done.out


def test_codename_goes_to_its_descriptor_alone(
    sent: tuple[Done, Source, dict[str, bytes]],
) -> None:
    done, source, _files = sent
    words = done.codename.split()
    assert len(words) == 8
    kept = b"".join(path.read_bytes() for path in source.state.rglob("*") if path.is_file())
    # A single word may stand in any sentence, two neighbours do not.
    for pair in pairwise(words):
        assert " ".join(pair) not in done.out + done.err
        assert " ".join(pair).encode() not in kept


def test_state_folder_is_private_and_names_the_office_alone(
    sent: tuple[Done, Source, dict[str, bytes]], reachable: Reachable
) -> None:
    _done, source, _files = sent
    folder = source.state / reachable.office.genesis_id.hex()
    assert source.state.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "office.json"]


def test_recipient_left_out_cannot_open_it(
    source: Source, reachable: Reachable, tmp_path: Path
) -> None:
    done = source.report("--leave-out", "board", text="About the board.")
    assert done.code == 0, done.err
    assert "It cannot be read by: Board" in done.out
    envelope = next(
        envelope
        for envelope in reachable.export(tmp_path, "board").envelopes
        if can_open(reachable.office, envelope, "main")
        and open_message(reachable.office, envelope).payload.text == "About the board."
    )
    assert not can_open(reachable.office, envelope, "board")
    recipients = open_message(reachable.office, envelope).payload.recipients
    assert [recipient.id for recipient in recipients] == ["main"]


def test_codename_comes_in_the_language_asked_for(source: Source, reachable: Reachable) -> None:
    done = source.report("--language", "ru", text="Сообщение по-русски.")
    assert done.code == 0, done.err
    assert all("а" <= letter <= "я" for letter in done.codename.replace(" ", ""))
    assert "Сохранено" in done.out


def test_text_is_read_from_stdin(source: Source) -> None:
    done = source.report("--text-file", "-", text=None)
    assert done.code == 1
    assert "nothing to send" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--leave-out", "nobody"), "no recipient of that name"),
        (("--leave-out", "board", "main"), "Nobody would be left"),
        (("--file", "/no/such/file"), "There is no file"),
        (("--file", "/"), "not a file that can be read"),
        (("--file", "/dev/null"), "not a file that can be read"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_nothing_sent(
    source: Source, arguments: tuple[str, ...], said: str
) -> None:
    done = source.report(*arguments)
    assert done.code == 1
    assert said in done.err
    assert done.err.count("error:") == 1
    assert done.codename == ""
    assert not source.unsent()


@pytest.mark.parametrize("options", [("--file", "--file"), ("--file", "--original")])
def test_a_file_that_is_named_twice_is_refused(source: Source, options: tuple[str, str]) -> None:
    path = source.file("photo.jpg", b"x")
    link = source.folder / "link.jpg"
    link.symlink_to(path)
    for again in (path, link):
        done = source.report(options[0], path, options[1], again)
        assert done.code == 1
        assert f"named twice: {again}" in done.err
        assert done.codename == ""


def test_text_that_is_not_utf8_is_refused(source: Source) -> None:
    done = source.report("--text-file", source.file("latin.txt", b"caf\xe9"), text=None)
    assert done.code == 1
    assert "not a text in UTF-8" in done.err


def test_more_files_than_a_message_takes_are_refused(source: Source) -> None:
    paths = [source.file(f"{number}", b"x") for number in range(33)]
    done = source.report("--file", *paths)
    assert done.code == 1
    assert "at most 32 files" in done.err


def test_too_many_files_are_refused_before_any_is_looked_at(source: Source) -> None:
    done = source.report(
        "--file", *(f"/no/such/{number}" for number in range(32)), "--original", "/"
    )
    assert done.code == 1
    assert "at most 32 files" in done.err
    assert "There is no file" not in done.err


def test_text_that_holds_a_codename_is_refused(source: Source) -> None:
    codename = source.report(text="First.").codename
    done = source.report(text=f"My words are: {codename}. Keep them.")
    assert done.code == 1
    assert "look like a codename" in done.err
    assert codename not in done.err


def test_unknown_office_needs_a_fingerprint_where_nobody_can_be_asked(
    source: Source, reachable: Reachable
) -> None:
    stranger = Source(source.folder, source.server, None)
    done = stranger.report()
    assert done.code == 1
    assert "does not know this office" in done.err
    assert "--fingerprint" in done.err


def test_fingerprint_of_another_office_is_refused(source: Source) -> None:
    other = PracticeOffice.create(today())
    done = Source(source.folder, source.server, other).report()
    assert done.code == 1
    assert "another office than the one of your fingerprint" in done.err


def test_office_is_pinned_after_the_first_time(source: Source) -> None:
    assert source.report(text="With a fingerprint.").code == 0
    assert source.report(text="Without one.").code == 0
    other = fingerprint(PracticeOffice.create(today()).genesis_id)
    done = source.report("--fingerprint", other)
    assert done.code == 1
    assert "knows another office at this address" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fingerprint", "12345"),
        ("--proxy", "socks5://127.0.0.1:9050"),
        ("--proxy", "socks5h://tor.example:9050"),
        ("--codename-fd", "three"),
        ("--language", "xx"),
        ("--resume", "--file", "x"),
        ("--server", "intake.example.org"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert main(["report", "--server", "http://127.0.0.1:1", *arguments]) == 2


def test_onion_address_without_a_proxy_is_refused(source: Source) -> None:
    done = Source(source.folder, "http://practiceoffice.onion", source.office).report()
    assert done.code == 1
    assert "socks5h://127.0.0.1:9050" in done.err


def test_server_that_is_not_there_is_said_before_anything_else(source: Source) -> None:
    done = Source(source.folder, "http://127.0.0.1:9", source.office).report()
    assert done.code == 1
    assert "does not answer. Nothing was sent." in done.err
    assert done.codename == ""


def test_office_confirmed_at_one_address_is_known_at_its_others(
    source: Source, reachable: Reachable
) -> None:
    assert source.report(text="At the first address.").code == 0
    (state,) = source.state.glob("*/office.json")
    state.write_text(state.read_text().replace(source.server, "http://practiceoffice.onion"))
    done = source.report(text="At another address of the same office.")
    assert done.code == 0, done.err
    assert source.server in state.read_text()


def test_state_that_cannot_be_written_is_said_in_words(source: Source) -> None:
    source.state.parent.mkdir(exist_ok=True)
    blocked = source.file("not a folder", b"")
    done = source.report("--state", blocked / "state", text="Nowhere to keep it.")
    assert done.code == 1
    assert "This device did not allow" in done.err
    assert "fault" not in done.err
    assert done.codename == ""


def test_while_files_are_refused_a_long_text_is_held_to_what_fits(tmp_path: Path) -> None:
    """Of 20,000 letters nothing is sent, and nobody is given a codename before that is said."""
    port = free_port()
    office = PracticeOffice.create(today(), addresses=(f"http://127.0.0.1:{port}",))
    data = first_import(office, tmp_path / "data", today())
    (data / "intake.toml").write_text("chunk_quota = 0\n")
    with serving(data, "--listen", f"127.0.0.1:{port}") as server:
        writer = Source(tmp_path, server.address, office)
        refused = writer.report(text="Ж" * 20_000)
        assert refused.code == 1
        assert "no text of more than about ten thousand letters" in " ".join(refused.err.split())
        assert refused.codename == ""
        assert writer.report(text="Ж" * 10_000).code == 0
    succeed("export", "--data", data, "--recipient", "main", "--out", tmp_path / "out")
    assert len(read_export((tmp_path / "out").read_bytes()).envelopes) == 1
