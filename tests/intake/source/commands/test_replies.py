"""`intake replies`: replies found by eight words, and follow-ups that stay within their circle."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.codename import read_codename
from crypto.days import week_of
from crypto.errors import NotACodename
from crypto.names import Week
from crypto.office.envelope import OpenedEnvelope
from crypto.sizes import RECORD_SIZE
from crypto.word_lists import word_list
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import (
    OfficeServer,
    Source,
    free_port,
    office_server,
    open_message,
    replies_to,
    today,
)

LONG_REPLY = "Мы прочитали ваше сообщение. " * 180


@pytest.fixture(scope="module")
def address() -> tuple[str, int]:
    port = free_port()
    return f"http://127.0.0.1:{port}", port


@pytest.fixture(scope="module")
def office(address: tuple[str, int]) -> PracticeOffice:
    return PracticeOffice.create(today(), address=address[0])


@pytest.fixture
def server(office: PracticeOffice, address: tuple[str, int]) -> Iterator[OfficeServer]:
    with office_server(OfficeServer(office), address[1]) as running:
        yield running


@pytest.fixture
def source(tmp_path: Path, address: tuple[str, int], office: PracticeOffice) -> Source:
    return Source(tmp_path, address[0], office)


def reported(
    source: Source, server: OfficeServer, *arguments: object
) -> tuple[str, OpenedEnvelope]:
    """A codename and the message that the office reads."""
    done = source.report(*arguments)
    assert done.code == 0, done.err
    return done.codename, open_message(server.office, server.envelopes()[-1])


def quoted(shown: str) -> list[str]:
    """The texts that stand behind a bar, each on one line again."""
    texts, is_within = list[str](), False
    for line in shown.splitlines():
        if line.startswith("  | "):
            piece = line.removeprefix("  | ")
            texts[-1:] = [f"{texts[-1]} {piece}"] if is_within else [*texts[-1:], piece]
        is_within = line.startswith("  | ")
    return texts


def slipped(codename: str) -> str:
    """The words in capitals, one with a letter doubled, the last cut to four letters."""
    words = codename.upper().split()
    words[7] = words[7][:4]
    for place, word in enumerate(words[:7]):
        typed = "  ".join([*words[:place], word[0] + word, *words[place + 1 :]])
        try:
            read_codename(typed, word_list("english"), "english")
        except NotACodename:
            # Such a slip can be near two words, which nobody may choose between.
            continue
        return typed
    raise AssertionError("a codename of which each word has a twin")


def test_replies_are_read_with_one_slip_in_another_case(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server)
    server.put_on_board(
        [
            *replies_to(server.office, opened, "It has arrived.", kind="acknowledgement"),
            *replies_to(server.office, opened, LONG_REPLY, index=1),
        ]
    )
    done = source.replies(slipped(codename))
    assert done.code == 0, done.err
    assert quoted(done.out) == ["It has arrived.", LONG_REPLY]
    assert "It has arrived." in done.out
    assert "From Main" in done.out


def test_replies_as_json(source: Source, server: OfficeServer) -> None:
    codename, opened = reported(source, server, "--leave-out", "board")
    server.put_on_board(replies_to(server.office, opened, "Hello."))
    done = source.replies(codename, "--json")
    assert done.code == 0, done.err
    read = json.loads(done.out)
    assert [reply["text"] for reply in read["replies"]] == ["Hello."]
    assert read["follow_up_recipients"] == ["main"]


def test_no_reply_adds_that_a_word_may_be_wrong(source: Source, server: OfficeServer) -> None:
    codename, _opened = reported(source, server)
    done = source.replies(codename)
    assert done.code == 0
    assert "No reply yet, or a word of the codename is wrong." in done.out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("only three words", "has eight words"),
        ("abandon " * 7 + "qqqqq", "Word 8 is not in the list"),
        ("abandon " * 8, "one of them is another"),
    ],
)
def test_what_is_no_codename_is_explained(
    source: Source, server: OfficeServer, typed: str, said: str
) -> None:
    done = source.replies(typed)
    assert done.code == 1
    assert said in done.err
    assert "abandon" not in done.err


def test_codename_of_another_language_is_found(source: Source, server: OfficeServer) -> None:
    codename, opened = reported(source, server, "--language", "ru")
    server.put_on_board(replies_to(server.office, opened, "Здравствуйте."))
    assert "Здравствуйте." in source.replies(codename).out


def test_escapes_in_a_reply_do_not_reach_the_terminal(source: Source, server: OfficeServer) -> None:
    """Finding: several, terminal escapes in a text."""
    codename, opened = reported(source, server)
    server.put_on_board(replies_to(server.office, opened, "a\x1b[2Jb\u202ec"))
    done = source.replies(codename)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert quoted(done.out) == ["a<U+001B>[2Jb<U+202E>c"]


def test_reply_with_a_missing_part_is_shown_with_what_is_missing(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server)
    records = replies_to(server.office, opened, LONG_REPLY)
    server.put_on_board(records[:1] + records[2:])
    assert "parts are missing: 2" in source.replies(codename).out


def test_follow_up_goes_to_those_alone_who_could_read_the_report(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server, "--leave-out", "board")
    server.put_on_board(replies_to(server.office, opened, "Tell us more."))
    more = source.file("more.txt", b"There is more.")
    done = source.replies(codename, "--follow-up-file", more, "--file", source.file("b.bin", b"x"))
    assert done.code == 0, done.err
    follow_up = open_message(server.office, server.envelopes()[-1]).payload
    assert (follow_up.kind, follow_up.text) == ("follow-up", "There is more.")
    assert [recipient.id for recipient in follow_up.recipients] == ["main"]
    assert follow_up.signing_key == opened.payload.signing_key
    assert [file.name for file in follow_up.attachments] == ["b.bin"]


def test_follow_up_to_somebody_who_was_left_out_is_refused(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server, "--leave-out", "board")
    server.put_on_board(replies_to(server.office, opened, "Tell us more."))
    before = len(server.puts)
    done = source.replies(
        codename, "--follow-up-file", source.file("more.txt", b"More."), "--to", "board"
    )
    assert done.code == 1
    assert "Those who could: main" in done.err
    assert len(server.puts) == before


def test_follow_up_before_any_reply_goes_nowhere_unasked(
    source: Source, server: OfficeServer
) -> None:
    codename, _opened = reported(source, server)
    more = source.file("more.txt", b"More.")
    done = source.replies(codename, "--follow-up-file", more)
    assert done.code == 1
    assert "--to: board main" in done.err
    assert source.replies(codename, "--follow-up-file", more, "--to", "main").code == 0


def asked_for(server: OfficeServer) -> list[tuple[str, dict[str, str]]]:
    """What was asked for since it was looked at last, with all headers."""
    asked = [(path, headers) for path, headers in server.gets]
    server.gets.clear()
    return asked


def test_every_visit_asks_for_the_same_whatever_is_typed_and_found(
    source: Source, server: OfficeServer
) -> None:
    """Number, order, paths and headers: no codename, no news, news, left out, writing."""
    server.put_on_board([os.urandom(RECORD_SIZE) for _ in range(20)], Week(week_of(today()) - 1))
    codename, opened = reported(source, server, "--leave-out", "board")
    server.put_on_board(replies_to(server.office, opened, "Here."))
    other, _opened = reported(source, server)
    asked_for(server)
    visits = {}
    source.replies("no codename at all")
    visits["no codename"] = asked_for(server)
    assert "No reply yet" in source.replies(other).out
    visits["no news"] = asked_for(server)
    assert "Here." in source.replies(codename).out
    visits["news, one recipient left out"] = asked_for(server)
    source.report("--leave-out", "main")
    visits["writing"] = asked_for(server)
    first = visits.pop("no codename")
    paths = [path for path, _headers in first]
    assert paths[:2] == ["/v1/directory", "/v1/status"]
    assert paths[2].startswith("/v1/forms/")
    assert [path[:9] for path in paths[3:5]] == ["/v1/keys/"] * 2
    assert paths[5:] == ["/v1/board", *map("/v1/board/{}".format, volume_hashes(server))]
    for what, visit in visits.items():
        assert visit == first, what


def volume_hashes(server: OfficeServer) -> list[str]:
    """The hashes of the volumes of a board, the newest first."""
    return [hashlib.sha256(volume).hexdigest() for volume in server.volumes().values()]


def test_a_volume_that_breaks_off_is_asked_for_again_and_nothing_else(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server)
    server.put_on_board(replies_to(server.office, opened, "In the end."))
    server.put_on_board([os.urandom(RECORD_SIZE)], Week(week_of(today()) - 3))
    (newest, oldest) = volume_hashes(server)
    server.break_off = {f"/v1/board/{oldest}": 1}
    server.gets.clear()
    assert "In the end." in source.replies(codename).out
    asked = [path for path, _headers in server.gets if path.startswith("/v1/board/")]
    assert asked == [f"/v1/board/{newest}", f"/v1/board/{oldest}", f"/v1/board/{oldest}"]


def test_nothing_is_shown_of_a_board_that_cannot_be_loaded_whole(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server)
    server.put_on_board(replies_to(server.office, opened, "Half of it."))
    server.put_on_board([os.urandom(RECORD_SIZE)], Week(week_of(today()) - 3))
    server.break_off = {f"/v1/board/{volume_hashes(server)[1]}": 100}
    done = source.replies(codename, "--patience", "0")
    assert done.code == 1
    assert "The board could not be loaded whole." in done.err
    assert "Half of it." not in done.out + done.err


# The second volume does not fit into memory.
DIES_OF_THE_SECOND_VOLUME = """
from intake.source.reach.board import Board
load_one = Board._load_one
async def load_or_die(board, api, volume):
    if board._pieces: raise MemoryError
    return await load_one(board, api, volume)
Board._load_one = load_or_die
"""


def test_a_board_whose_loading_dies_of_anything_never_passes_for_a_whole_one(
    source: Source, server: OfficeServer
) -> None:
    codename, message = reported(source, server)
    for index in range(2):
        records = replies_to(server.office, message, f"Reply {index}", index=index)
        server.put_on_board(records, Week(week_of(today()) - index))
    done = source.run("replies", codename=codename, prelude=DIES_OF_THE_SECOND_VOLUME)
    assert done.code == 1
    assert "The board could not be loaded whole." in done.err
    assert "Reply" not in done.out
    assert "Traceback" not in done.err


def test_a_report_is_sent_whatever_the_loading_of_the_board_dies_of(
    source: Source, server: OfficeServer
) -> None:
    _codename, message = reported(source, server)
    for index in range(2):
        records = replies_to(server.office, message, f"Reply {index}", index=index)
        server.put_on_board(records, Week(week_of(today()) - index))
    text = source.file("text.txt", b"It happened.")
    report = source.run("report", "--text-file", text, prelude=DIES_OF_THE_SECOND_VOLUME)
    assert report.code == 0, report.err
    assert "Traceback" not in report.err


def test_a_volume_that_is_none_of_the_list_is_refused(source: Source, server: OfficeServer) -> None:
    """Its hash is checked, so that nobody between can take a reply out."""
    codename, opened = reported(source, server)
    server.put_on_board(replies_to(server.office, opened, "Taken out."))
    server.altered = bytes(RECORD_SIZE)
    done = source.replies(codename)
    assert done.code == 1
    assert "no board of replies" in done.err


def test_volumes_come_from_a_mirror_that_the_office_lists_and_from_no_other(
    tmp_path: Path,
) -> None:
    own, other = free_port(), free_port()
    address, mirror = f"http://127.0.0.1:{own}", f"http://127.0.0.1:{other}"
    office = PracticeOffice.create(today(), address=address, mirrors=(mirror,))
    source = Source(tmp_path, address, office)
    with (
        office_server(OfficeServer(office), own) as server,
        office_server(OfficeServer(office), other) as mirroring,
    ):
        codename, opened = reported(source, server)
        server.put_on_board(replies_to(office, opened, "By the mirror."))
        mirroring.board = server.board
        server.gets.clear()
        assert "By the mirror." in source.replies(codename, "--board-from", mirror).out
        assert [path for path, _headers in mirroring.gets] == [
            f"/v1/board/{one}" for one in volume_hashes(server)
        ]
        assert [path for path, _headers in server.gets][-1] == "/v1/board"
        done = source.replies(codename, "--board-from", "http://127.0.0.1:9")
        assert done.code == 2
        assert mirror in done.err


def test_replies_can_be_read_while_no_messages_are_taken(
    source: Source, server: OfficeServer
) -> None:
    codename, opened = reported(source, server)
    server.put_on_board(replies_to(server.office, opened, "Still here."))
    server.closed = {"envelopes": "full", "chunks": "full"}
    assert "Still here." in source.replies(codename).out
    more = source.file("more.txt", b"More.")
    done = source.replies(codename, "--follow-up-file", more)
    assert done.code == 1
    assert "it is full" in done.err
    assert "By post: 1 Practice Street" in done.err


def test_follow_up_that_was_cut_off_is_resumed_like_a_report(
    source: Source, server: OfficeServer
) -> None:
    codename, _opened = reported(source, server)
    server.answer = lambda _number, _put: None
    more = source.file("more.txt", b"Cut off.")
    arguments = ("--follow-up-file", more, "--to", "main", "--patience", "0")
    assert source.replies(codename, *arguments).code == 1
    server.answer = lambda _number, _put: 204
    assert source.resume(codename).code == 0
    follow_up = open_message(server.office, server.envelopes()[-1]).payload
    assert (follow_up.kind, follow_up.text) == ("follow-up", "Cut off.")
