"""A person at a terminal: asked, shown the codename, asked for two of its words, heard again."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.codename import codename_words, new_codename
from crypto.directory import fingerprint
from crypto.form import first_form, parse_form
from intake.source.person.codenames import words_of
from tests.means.person_at_a_terminal import Person, at_a_terminal, person
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import (
    OfficeServer,
    free_port,
    office_server,
    open_message,
    replies_to,
    today,
)

OTHER_SCREEN = "\x1b[?1049h"
FIRST_SCREEN = "\x1b[?1049l"
CODENAME = " ".join(codename_words(new_codename(), words_of("en")))


Setting = tuple[str, OfficeServer]


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    """The address of an office and its server."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    office = PracticeOffice.create(today(), address=address)
    with office_server(OfficeServer(office), port) as server:
        yield address, server


def shown_words(someone: Person) -> list[str]:
    """The codename that the terminal shows."""
    screen = someone.seen.rpartition(OTHER_SCREEN)[2]
    return re.findall(r"^ +[1-8]\. (\w+)$", screen, re.MULTILINE)


def type_two_words_back(someone: Person) -> list[str]:
    words: list[str] = []
    for _question in range(2):
        someone.wait_for("word ")
        someone.wait_for(" is ")
        words = shown_words(someone)
        number = re.findall(r"word ([1-8]) is $", someone.seen)[-1]
        someone.types("", words[int(number) - 1])
    return words


def report_at_a_terminal(someone: Person, server: OfficeServer, once: Path) -> list[str]:
    """Answer everything, naming a file twice; returns the codename."""
    someone.wait_for(fingerprint(server.office.genesis_id).split()[-1])
    someone.types("[y/N]", "y")
    someone.types("only a dot.", "They took a bribe.")
    someone.types("", ".")
    for question in parse_form(first_form()).questions:
        someone.wait_for(question.heading["en"])
        if question.id == "who":
            for line in ("The mayor", "", "and his brother", "."):
                someone.types("> ", line)
        else:
            someone.types("> ", "")
        if question.files:
            someone.types("Enter: no more", "/no/such/file")
            someone.types("There is no file", str(once))
            someone.types("Enter: no more", str(once))
            someone.types("named twice", "")
    someone.types("nobody): ", "board")
    someone.types("Encrypt and send?", "y")
    return type_two_words_back(someone)


def test_report_and_replies_by_a_person_at_a_terminal(setting: Setting, tmp_path: Path) -> None:
    address, server = setting
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    with person(tmp_path, "report", "--server", address) as someone:
        words = report_at_a_terminal(someone, server, photo)
        assert someone.ends() == 0, someone.seen
    opened = open_message(server.office, server.envelopes()[0])
    payload = opened.payload
    assert payload.text == "They took a bribe."
    assert [attachment.name for attachment in payload.attachments] == ["photo.jpg"]
    assert payload.answers == {"who": "The mayor\n\nand his brother"}
    assert [recipient.id for recipient in payload.recipients] == ["main"]
    # What can be scrolled back to shows neither the codename nor what was typed back of it.
    begin, rest = someone.seen.split(OTHER_SCREEN)
    kept = begin + rest.split(FIRST_SCREEN)[1]
    assert not re.search(r"^ +[1-8]\. ", kept, re.MULTILINE)
    assert "To be sure: word" not in kept

    server.put_on_board(replies_to(server.office, opened, "Thank you."))
    with person(tmp_path, "replies", "--server", address) as someone:
        someone.types("your codename: ", "these are no eight words of mine")
        someone.types("Ctrl-C ends this", "")
        someone.types("your codename: ", " ".join(words).upper())
        someone.wait_for("Thank you.")
        someone.types("Write a follow-up?", "y")
        someone.types("only a dot.", "One thing more.")
        someone.types("", ".")
        someone.types("Enter: no more", "")
        someone.types("Encrypt and send?", "y")
        assert someone.ends() == 0, someone.seen
    follow_up = open_message(server.office, server.envelopes()[1]).payload
    assert (follow_up.kind, follow_up.text) == ("follow-up", "One thing more.")
    assert follow_up.signing_key == payload.signing_key


def test_fingerprint_that_is_not_confirmed_sends_nothing(setting: Setting, tmp_path: Path) -> None:
    address, server = setting
    with person(tmp_path, "report", "--server", address) as someone:
        someone.types("[y/N]", "")
        assert someone.ends() == 1
    assert "was not confirmed. Nothing was sent." in someone.seen
    assert server.puts == []
    assert not (tmp_path / "fidelio").exists()


def test_ctrl_c_while_being_asked_sends_nothing(setting: Setting, tmp_path: Path) -> None:
    address, server = setting
    with person(tmp_path, "report", "--server", address) as someone:
        someone.types("[y/N]", "y")
        someone.presses_ctrl_c("only a dot.")
        assert someone.ends() == 130
    assert "Stopped by hand. Nothing was sent." in someone.seen
    assert "Traceback" not in someone.seen
    assert server.puts == []


# The system gives the signal to another thread than the one that waits, which it does not wake:
# just as a Ctrl-C is lost that comes between a question and the wait for its answer.
UNHEARD = """
import os, signal, sys, threading, time
from ground.shell.terminal import open_terminal

if sys.argv[1] == "stdin":
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
if sys.argv[1] == "stdout":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

def stop():
    time.sleep(1)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=stop).start()
try:
    open_terminal().ask("Question: ")
except KeyboardInterrupt:
    print("Heard.", file=sys.stderr)
"""


@pytest.mark.parametrize("elsewhere", ["nothing", "stdin", "stdout"])
def test_ctrl_c_that_comes_just_before_the_wait_for_an_answer_is_heard(
    tmp_path: Path, elsewhere: str
) -> None:
    """Also where what is typed or shown does not go through stdin or stdout."""
    with at_a_terminal(tmp_path, "-c", UNHEARD, elsewhere) as someone:
        someone.wait_for("Question: ")
        someone.wait_for("Heard.")
        assert someone.ends() == 0


def test_server_that_takes_nothing_is_said_before_any_question(
    setting: Setting, tmp_path: Path
) -> None:
    address, server = setting
    server.closed = {"envelopes": "day-budget", "chunks": "day-budget"}
    with person(tmp_path, "report", "--server", address) as someone:
        someone.types("[y/N]", "y")
        assert someone.ends() == 1
    assert "it has taken in all that it can today" in someone.seen
    assert "By post: 1 Practice Street" in someone.seen
    assert "What happened?" not in someone.seen


def test_progress_is_shown_with_size_and_speed(setting: Setting, tmp_path: Path) -> None:
    address, server = setting
    server.answer = _slowly
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(12_000_000))
    text = tmp_path / "text.txt"
    text.write_text("With a file.")
    arguments = ("--text-file", str(text), "--file", str(path), "--leave-out", "board", "--yes")
    with person(tmp_path, "report", "--server", address, *arguments) as someone:
        someone.types("[y/N]", "y")
        type_two_words_back(someone)
        assert someone.ends() == 0, someone.seen
    assert re.search(r"Sending: [\d.]+ MB of [\d.]+ MB, [\d.]+ [kM]B/s, \d+ s left", someone.seen)


def test_a_text_from_a_file_is_shown_before_it_is_sent(setting: Setting, tmp_path: Path) -> None:
    address, server = setting
    text = tmp_path / "text.txt"
    text.write_text("They took a bribe.\x07\n")
    line = ("report", "--server", address, "--text-file", str(text), "--leave-out", "board")
    with person(tmp_path, *line) as someone:
        someone.types("[y/N]", "y")
        someone.wait_for("  | They took a bribe.<U+0007>")
        someone.types("Encrypt and send?", "no")
        assert someone.ends() == 1
    assert "Your files stay as they are." in someone.seen
    assert server.puts == []
    with person(tmp_path, *line) as someone:
        someone.types("Encrypt and send?", "yes")
        type_two_words_back(someone)
        assert someone.ends() == 0, someone.seen
    assert len(server.envelopes()) == 1


def test_what_was_typed_into_standard_input_is_said_to_be_lost(
    setting: Setting, tmp_path: Path
) -> None:
    address, server = setting
    line = ("report", "--server", address, "--text-file", "-", "--leave-out", "board")
    with person(tmp_path, *line) as someone:
        someone.wait_for("You are not using Tor")
        someone.types("", "They took a bribe.")
        someone.presses_ctrl_d("They took a bribe.")
        someone.types("[y/N]", "y")
        someone.types("Encrypt and send?", "no")
        assert someone.ends() == 1
    assert "no: nothing is sent. What you typed is not kept." in someone.seen
    assert server.puts == []


PIPED = """
import subprocess, sys
line = [sys.executable, "-m", "intake.cli", *sys.argv[1:]]
sys.exit(subprocess.run(line, input=b"Piped.").returncode)
"""


@pytest.mark.parametrize("command", ["report", "replies"])
def test_a_text_that_is_piped_in_at_a_terminal_is_shown_before_it_is_sent(
    setting: Setting, tmp_path: Path, command: str
) -> None:
    address, server = setting
    option = "--text-file" if command == "report" else "--follow-up-file"
    recipients = ("--leave-out", "board") if command == "report" else ("--to", "main")
    line = (command, "--server", address, option, "-", *recipients)
    with at_a_terminal(tmp_path, "-c", PIPED, *line) as someone:
        someone.types("[y/N]", "y")
        if command == "replies":
            someone.types("your codename: ", CODENAME)
        someone.wait_for("  | Piped.")
        someone.types("Encrypt and send?", "no")
        assert someone.ends() == 1
    assert "What you typed is not kept." in someone.seen
    assert server.puts == []


def test_files_of_a_follow_up_without_a_text_stay_as_they_are(
    setting: Setting, tmp_path: Path
) -> None:
    address, server = setting
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    line = ("replies", "--server", address, "--file", str(photo), "--to", "main")
    with person(tmp_path, *line) as someone:
        someone.types("[y/N]", "y")
        someone.types("your codename: ", CODENAME)
        someone.types("Encrypt and send?", "no")
        assert someone.ends() == 1
    assert "Your files stay as they are." in someone.seen
    assert server.puts == []


def _slowly(_number: int, _put: object) -> int:
    time.sleep(0.25)
    return 204
