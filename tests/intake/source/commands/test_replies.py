"""`intake replies`: replies found by eight words, and follow-ups that stay within their circle."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.codename import read_codename
from crypto.errors import NotACodename
from crypto.payload import Payload
from crypto.replies import bucket, bucket_value
from crypto.source_keys import derive_source_keys
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


def reported(source: Source, server: OfficeServer, *arguments: object) -> tuple[str, Payload]:
    """A codename and the message that the office reads."""
    done = source.report(*arguments)
    assert done.code == 0, done.err
    return done.codename, open_message(server.office, server.envelopes()[-1]).payload


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
    codename, payload = reported(source, server)
    server.board = b"".join(
        [
            *replies_to(server.office, payload, "It has arrived.", kind="acknowledgement"),
            *replies_to(server.office, payload, LONG_REPLY, first_index=1),
        ]
    )
    done = source.replies(slipped(codename))
    assert done.code == 0, done.err
    assert quoted(done.out) == ["It has arrived.", LONG_REPLY]
    assert "It has arrived." in done.out
    assert "From Main" in done.out


def test_replies_as_json(source: Source, server: OfficeServer) -> None:
    codename, payload = reported(source, server, "--leave-out", "board")
    server.board = b"".join(replies_to(server.office, payload, "Hello."))
    done = source.replies(codename, "--json")
    assert done.code == 0, done.err
    read = json.loads(done.out)
    assert [reply["text"] for reply in read["replies"]] == ["Hello."]
    assert read["follow_up_recipients"] == ["main"]


def test_no_reply_adds_that_a_word_may_be_wrong(source: Source, server: OfficeServer) -> None:
    codename, _payload = reported(source, server)
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
    codename, payload = reported(source, server, "--language", "ru")
    server.board = b"".join(replies_to(server.office, payload, "Здравствуйте."))
    assert "Здравствуйте." in source.replies(codename).out


def test_escapes_in_a_reply_do_not_reach_the_terminal(source: Source, server: OfficeServer) -> None:
    """Finding: several, terminal escapes in a text."""
    codename, payload = reported(source, server)
    server.board = b"".join(replies_to(server.office, payload, "a\x1b[2Jb\u202ec"))
    done = source.replies(codename)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert quoted(done.out) == ["a<U+001B>[2Jb<U+202E>c"]


def test_reply_with_a_missing_part_is_shown_with_what_is_missing(
    source: Source, server: OfficeServer
) -> None:
    codename, payload = reported(source, server)
    records = replies_to(server.office, payload, LONG_REPLY)
    server.board = b"".join(records[:1] + records[2:])
    assert "parts are missing: 2" in source.replies(codename).out


def test_follow_up_goes_to_those_alone_who_could_read_the_report(
    source: Source, server: OfficeServer
) -> None:
    codename, payload = reported(source, server, "--leave-out", "board")
    server.board = b"".join(replies_to(server.office, payload, "Tell us more."))
    more = source.file("more.txt", b"There is more.")
    done = source.replies(codename, "--follow-up-file", more, "--file", source.file("b.bin", b"x"))
    assert done.code == 0, done.err
    follow_up = open_message(server.office, server.envelopes()[-1]).payload
    assert (follow_up.kind, follow_up.text) == ("follow-up", "There is more.")
    assert [recipient.id for recipient in follow_up.recipients] == ["main"]
    assert follow_up.signing_key == payload.signing_key
    assert follow_up.thread_secret == payload.thread_secret
    assert [file.name for file in follow_up.attachments] == ["b.bin"]


def test_follow_up_to_somebody_who_was_left_out_is_refused(
    source: Source, server: OfficeServer
) -> None:
    codename, payload = reported(source, server, "--leave-out", "board")
    server.board = b"".join(replies_to(server.office, payload, "Tell us more."))
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
    codename, _payload = reported(source, server)
    more = source.file("more.txt", b"More.")
    done = source.replies(codename, "--follow-up-file", more)
    assert done.code == 1
    assert "--to: board main" in done.err
    assert source.replies(codename, "--follow-up-file", more, "--to", "main").code == 0


def test_board_is_loaded_before_the_codename_is_read(source: Source, server: OfficeServer) -> None:
    source.report()
    server.gets.clear()
    source.replies("no codename at all")
    assert server.gets[-1][0] == "/v1/board/0/0"


def test_own_bucket_alone_is_loaded_where_the_board_is_divided(
    tmp_path: Path,
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    office = PracticeOffice.create(today(), address=address, bucket_bits=3)
    source = Source(tmp_path, address, office)

    class Divided(OfficeServer):
        def get(self, path: str) -> bytes | None:
            return self.board if path.startswith("/v1/board/3/") else super().get(path)

    with office_server(Divided(office), port) as server:
        codename, payload = reported(source, server)
        server.board = b"".join(replies_to(office, payload, "In your bucket."))
        server.gets.clear()
        assert "In your bucket." in source.replies(codename).out
    bits = read_codename(codename, word_list("english"), "english").codename
    keys = derive_source_keys(bits, office.genesis_id)
    value = bucket_value(bucket(keys.thread_secret, office.genesis_id), 3)
    asked = [path for path, _headers in server.gets if "/board/" in path]
    assert asked == [f"/v1/board/3/{value}"]


def test_replies_can_be_read_while_no_messages_are_taken(
    source: Source, server: OfficeServer
) -> None:
    codename, payload = reported(source, server)
    server.board = b"".join(replies_to(server.office, payload, "Still here."))
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
    codename, _payload = reported(source, server)
    server.answer = lambda _number, _put: None
    more = source.file("more.txt", b"Cut off.")
    arguments = ("--follow-up-file", more, "--to", "main", "--patience", "0")
    assert source.replies(codename, *arguments).code == 1
    server.answer = lambda _number, _put: 204
    assert source.resume(codename).code == 0
    follow_up = open_message(server.office, server.envelopes()[-1]).payload
    assert (follow_up.kind, follow_up.text) == ("follow-up", "Cut off.")
