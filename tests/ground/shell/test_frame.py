"""The frame of a program, as people and scripts meet it: real processes."""

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.means.repository import REPOSITORY

PROGRAM = [sys.executable, "-m", "tests.ground.shell.practice_program"]


def run(
    *arguments: object, redirected: str = "", **changes: str
) -> "subprocess.CompletedProcess[str]":
    """Run the program in a shell that redirects its streams."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "bash", *PROGRAM, *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8", **changes},
        capture_output=True,
        text=True,
        start_new_session=True,
    )


def test_every_command_answers_people_and_programs(tmp_path: Path) -> None:
    assert run("look", "at").stdout == "line at\n"
    assert json.loads(run("look", "at", "--json").stdout) == {"text": "at", "path": "a"}
    done = run("topic", "deed", tmp_path / "file", "--json")
    assert json.loads(done.stdout) == {"file": str(tmp_path / "file")}


@pytest.mark.parametrize(
    ("line", "loads"), [("look at", False), ("far", True), ("--help", True), ("nonsense", True)]
)
def test_a_command_that_is_elsewhere_is_loaded_to_be_run_or_listed(line: str, loads: bool) -> None:
    program = f"""
import sys
from ground.shell.frame import run_program
from tests.ground.shell.practice_program import PROGRAM
run_program(PROGRAM, {line.split()})
print("tests.ground.shell.practice_command" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.stdout.endswith(f"{loads}\n")


def test_a_command_that_is_elsewhere_is_run_and_listed_like_all() -> None:
    assert run("far").stdout == "from afar\n"
    assert "  far  come from afar" in run("--help").stdout


def test_json_is_ascii_and_keeps_foreign_text_as_it_is() -> None:
    out = run("look", "\x1b[2J報告", "--json", LC_ALL="C").stdout
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["text"] == "\x1b[2J報告"


def test_it_says_its_version_and_lists_commands_by_group() -> None:
    assert run("--version").stdout == f"practice {version('fidelio-intake')}\n"
    text = run("--help").stdout
    assert text.index("looking:") < text.index("  look") < text.index("doing:")
    assert "topic deed  do it" in text
    assert "topic deed" in run("topic", "--help").stdout


@pytest.mark.parametrize(
    "line", [[], ["lok"], ["look"], ["look", "a", "--time", "1"], ["topic"], ["topic", "x"]]
)
def test_a_line_that_is_not_as_the_help_says_ends_with_2(line: list[str]) -> None:
    done = run(*line)
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert second.startswith("hint: practice")


def test_a_refusal_ends_with_1_and_says_what_next(tmp_path: Path) -> None:
    done = run("topic", "deed", tmp_path / "file", "--how", "refused")
    assert done.returncode == 1
    assert done.stderr == "error: it cannot be done\nhint: do something else\nor nothing\n"


def test_a_command_that_was_stopped_says_itself_what_became_of_it_and_ends_with_130(
    tmp_path: Path,
) -> None:
    done = run("topic", "deed", tmp_path / "file", "--how", "stopped")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: a half is done\nhint: do the rest\nor nothing\n"


def test_what_was_done_in_part_ends_with_1(tmp_path: Path) -> None:
    done = run("topic", "deed", tmp_path / "file", "--how", "partly")
    assert (done.returncode, done.stdout) == (1, "a part\n")
    assert done.stderr == "warning: the rest was refused\n"


def test_a_file_that_cannot_be_used_is_named_in_words(tmp_path: Path) -> None:
    done = run("topic", "deed", tmp_path / "no\x1bwhere" / "file")
    assert done.returncode == 1
    assert "no<U+001B>where/file cannot be used: No such file" in done.stderr


def test_a_fault_of_the_program_says_where_and_nothing_else(tmp_path: Path) -> None:
    done = run("topic", "deed", tmp_path / "file", "--how", "fault")
    assert done.returncode == 1
    assert done.stderr.startswith("error: a fault in this program (ValueError)")
    assert "practice_program.py" in done.stderr
    assert "secret" not in done.stderr


# What a look and a deed end with, and what the deed says.
STREAMS = {
    ">&-": (1, 0, "closed"),
    "> /dev/full": (1, 0, "No space left"),
    "| head -1 > /dev/null; exit ${PIPESTATUS[0]}": (0, 0, ""),
    "<&-": (0, 0, ""),
    "2>&-": (0, 0, ""),
    "<&- >&- 2>&-": (1, 0, ""),
    "> /dev/full 2>&1": (1, 0, ""),
}


@pytest.mark.parametrize("redirected", STREAMS)
def test_what_was_done_stays_done_where_its_answer_cannot_be_written(
    redirected: str, tmp_path: Path
) -> None:
    look, deed, said = STREAMS[redirected]
    looked = run("look", "x", "--times", 20_000, redirected=redirected)
    done = run("topic", "deed", tmp_path / "file", redirected=redirected)
    assert (looked.returncode, done.returncode) == (look, deed)
    assert (tmp_path / "file").read_text() == "done"
    assert said in done.stderr
    assert ("what was asked is done" in done.stderr) == bool(said)
    for one in (looked, done):
        assert "Traceback" not in one.stderr
        assert "Exception ignored" not in one.stderr


@pytest.mark.parametrize(
    "changes",
    [{"HOME": ""}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "koi8-r"}],
    ids=["no HOME", "C", "KOI8-R"],
)
def test_it_answers_whatever_the_settings(changes: dict[str, str]) -> None:
    done = subprocess.run(
        [*PROGRAM, "look", "報ж"],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8", **changes},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    expected = "line 報ж\n" if "HOME" in changes else "line <U+"
    assert done.stdout.decode("koi8-r" if "PYTHONIOENCODING" in changes else "utf-8").startswith(
        expected
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_it_is_told_what_that_means(number: int, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [*PROGRAM, "topic", "deed", str(tmp_path / "file"), "--how", "slow"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(number)
    _, err = child.communicate()
    assert (child.returncode, err) == (130, "error: stopped\nhint: nothing was changed\n")
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    "given",
    ["пароль-пароль\n".encode(), b"\xef\xbb\xbf" + "пароль-пароль\r\n".encode()],
    ids=["UTF-8", "with a mark"],
)
def test_passphrases_come_from_a_descriptor_however_the_file_was_saved(
    given: bytes, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(given)
    line = ["topic", "deed", tmp_path / "file", "--how", "asked", "--passphrase-fd", 3]
    assert run(*line, redirected=f"3< {tmp_path / 'secret'}").returncode == 0
    missing = run(*line, redirected="3< /dev/null")
    assert (missing.returncode, "is missing" in missing.stderr) == (2, True)
    closed = run(*line)
    assert (closed.returncode, "Nothing is open" in closed.stderr) == (2, True)
