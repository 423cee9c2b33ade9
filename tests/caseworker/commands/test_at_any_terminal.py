"""Commands as they meet terminals, streams and language settings: real processes, looked at.

What a source wrote never stands at the left edge, where this program speaks: it is told by its
letters, none of which this program uses.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from caseworker.cases.lists import count_cases
from caseworker.office.ceremony import FIRST_BUNDLE
from tests.means.person_at_a_terminal import at_a_terminal, screen_lines
from tests.means.repository import REPOSITORY
from tests.means.telling import telling
from tests.offices.vaults import PASSPHRASES, PROFILE, Office, Server, Source, make_office

# Double-width letters, emoji that join, marks, right-to-left, a word without an end, and letters
# that steer a terminal.
FOREIGN = (
    "報告 🕵️\u200d♀️👨\u200d👩\u200d👧 йё\u0301ж\u0323 فساد\u200fשחיתות "
    + "Ж" * 300
    + " \x1b[2J\x1b[1;1H\rЩЩ 終わり"
)
# The grammar of names of questions has no other letters.
QUESTION = "a-question-that-a-client-named"
FILE_NAME = "報告فسادe\u0301Ж👩ЖЖЖ名.txt"
NAME = "Inspection\u00a0générale\u00a0: corruption 👩‍⚖️ هيئة النزاهة"
# A letter of ours at the left edge is ASCII; one of theirs, or a part of its code, is neither.
_THEIRS = re.compile(r"[^\x00-\x7f]|<U\+|U\+[0-9A-F]|\+?[0-9A-F]{1,6}>")
LOOKS = (["list", "{vault}"], ["show", "{vault}", "1"])
DEEDS = (["import", "{vault}", "{bundle}"], ["export", "{vault}", "--out", "{out}"])
COMMANDS = {command[0]: command for command in (*LOOKS, *DEEDS)}


@dataclass(frozen=True)
class Desk:
    """A machine with a vault, a bundle that was imported and one that was not."""

    office: Office
    bundle: Path
    folder: Path

    def line(self, command: Sequence[str]) -> list[str]:
        """What Python is given for a command."""
        places = {"vault": self.office.vault(), "bundle": self.bundle, "out": self.folder / "out"}
        return ["-m", "caseworker.cli", *(word.format(**places) for word in command)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An office with such a name, and a case with such texts. It is copied, never used."""
    folder = tmp_path_factory.mktemp("made")
    profile = replace(PROFILE, names={"und": NAME})
    office = Office(folder / "office", make_office(folder / "office", profile))
    with office.opened() as vault:
        server = Server(vault.genesis_id, folder)
    server.take(office.folder / FIRST_BUNDLE)
    source = Source(server.genesis_id)
    server.report(source, FOREIGN, answers={QUESTION: FOREIGN}, files=[(FILE_NAME, b"Q" * 9)])
    office.bring(*server.export())
    server.report(Source(server.genesis_id), FOREIGN)
    (bundle,) = server.export()
    return Desk(office, bundle, folder)


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Desk:
    """A desk of one's own."""
    shutil.copytree(made.office.folder, tmp_path / "office")
    shutil.copy(made.bundle, tmp_path / "bundle")
    office = Office(tmp_path / "office", made.office.keys)
    return Desk(office, tmp_path / "bundle", tmp_path)


def named(case: str) -> tuple[Sequence[str], str]:
    """Return the command of a case, and what it meets."""
    command, _, what = case.partition(" with ")
    return COMMANDS[command], what


def environment(**changes: str) -> dict[str, str]:
    """This process's environment in UTF-8, with changes; an empty one takes a variable away."""
    plain = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", **changes}
    plain.pop("COLUMNS", None)
    return {name: value for name, value in plain.items() if value}


def rows_at_terminal(desk: Desk, command: Sequence[str], columns: int, **changes: str) -> list[str]:
    """What a terminal of so many columns shows of a command that ended well."""
    with at_a_terminal(desk.folder, *desk.line(command), columns=columns, **changes) as someone:
        someone.types("Passphrase of the vault", PASSPHRASES["investigations"])
        assert someone.ends() == 0, someone.seen
    return screen_lines(someone.seen, columns)


def shell(
    desk: Desk, command: Sequence[str], redirected: str, changes: Mapping[str, str], **streams: int
) -> "subprocess.Popen[bytes]":
    """Start a command in a shell that redirects its streams."""
    secret = desk.folder / "passphrase"
    secret.write_text(PASSPHRASES["investigations"] + "\n")
    script = f'"$@" 3< "$0" {redirected}'
    line = ["bash", "-c", script, str(secret), sys.executable, *desk.line(command)]
    line += ["--passphrase-fd", "3"]
    return subprocess.Popen(line, cwd=REPOSITORY, env=environment(**changes), **streams)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("columns", [40, pytest.param(80, marks=pytest.mark.long)])
def test_nothing_that_others_wrote_stands_at_the_left_edge(desk: Desk, columns: int) -> None:
    shown = {}
    for command in COMMANDS.values():
        shown[command[0]] = rows = rows_at_terminal(desk, command, columns)
        assert rows
        assert [row for row in rows if _THEIRS.match(row)] == []
    # A text stays whole on a narrow terminal.
    assert "".join(shown["show"]).count("Ж") >= 600
    assert "<U+001B>" in "".join(row.removeprefix("  | ") for row in shown["show"])


def test_codes_of_letters_that_a_terminal_lacks_stand_no_further_left(desk: Desk) -> None:
    rows = rows_at_terminal(desk, ["show", "{vault}", "1"], 40, **SETTINGS["LANG=C"])
    assert any("<U+5831>" in row for row in rows)
    assert [row for row in rows if _THEIRS.match(row)] == []


STREAMS = {
    "stdout closed": ">&-",
    "stdout full": "> /dev/full",
    "stdout read to its first line": "| head -1 > /dev/null; exit ${PIPESTATUS[0]}",
    "stdin closed": "<&-",
    "stderr closed": "2>&-",
    "all of them closed": "<&- >&- 2>&-",
    "stdout and stderr full": "> /dev/full 2>&1",
}
SETTINGS: dict[str, dict[str, str]] = {
    "no HOME": {"HOME": ""},
    "LANG=C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "KOI8-R": {"PYTHONIOENCODING": "koi8-r"},
}


@pytest.mark.parametrize(
    "case",
    telling(
        (f"{command} with {streams}" for command in COMMANDS for streams in STREAMS),
        "list with stdout read to its first line",
        "show with stdout full",
        "import with stdout closed",
        "export with all of them closed",
    ),
)
def test_a_deed_is_never_undone_by_an_answer_that_nobody_can_read(desk: Desk, case: str) -> None:
    command, streams = named(case)
    child = shell(
        desk, command, STREAMS[streams], {}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = child.communicate()
    cannot_answer = "head" not in STREAMS[streams] and ">" in STREAMS[streams].replace("2>", "")
    expected = 1 if cannot_answer and command in LOOKS else 0
    assert child.returncode == expected, err
    assert b"Traceback" not in out + err
    assert b"fault in this program" not in err
    if command[0] == "export":
        assert (desk.folder / "out").stat().st_size > 0
    if command[0] == "import":
        with desk.office.opened() as vault:
            assert count_cases(vault.db) == 2


@pytest.mark.parametrize(
    "case",
    telling(
        (f"{command} with {settings}" for command in COMMANDS for settings in SETTINGS),
        "list with no HOME",
        "import with KOI8-R",
        "export with LANG=C",
    ),
)
def test_commands_answer_whatever_the_language_settings(desk: Desk, case: str) -> None:
    command, settings = named(case)
    child = shell(
        desk, command, "", SETTINGS[settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = child.communicate()
    assert (child.returncode, err) == (0, b"")
    assert out


def test_json_keeps_every_letter(desk: Desk) -> None:
    child = shell(
        desk, ["show", "{vault}", "1", "--json"], "", SETTINGS["LANG=C"], stdout=subprocess.PIPE
    )
    (message,) = json.loads(child.communicate()[0])["entries"]
    assert (message["text"], message["answers"]) == (FOREIGN, {QUESTION: FOREIGN})


@pytest.mark.parametrize(
    "letters",
    [
        pytest.param({}, id="UTF-8"),
        pytest.param({"PYTHONIOENCODING": "ascii"}, id="ASCII", marks=pytest.mark.long),
    ],
)
def test_an_office_s_name_looks_the_same_in_every_command(
    desk: Desk, tmp_path: Path, letters: Mapping[str, str]
) -> None:
    shown = (
        NAME
        if not letters
        else "".join(one if one.isascii() else f"<U+{ord(one):04X}>" for one in NAME)
    )
    child = shell(
        desk, ["status", "{vault}"], "", {**letters, "LINES": "9"}, stdout=subprocess.PIPE
    )
    status = child.communicate()[0].decode()
    create = [
        "office", "create", str(tmp_path / "another"), "--name", NAME, "--address",
        "https://a.example", "--recipient", f"investigations={NAME}",
    ]  # fmt: skip
    secret = desk.folder / "passphrases"
    secret.write_text("a passphrase long enough\n" * 2)
    line = [sys.executable, "-m", "tests.means.quick_passphrases", *create, "--passphrase-fd", "3"]
    made = subprocess.run(
        ["bash", "-c", '"$@" 3< "$0"', str(secret), *line],
        cwd=REPOSITORY,
        env=environment(**letters),
        capture_output=True,
    )
    assert made.returncode == 0, made.stderr
    for answer in (status, made.stdout.decode()):
        assert shown in re.sub(r"\n +", " ", answer)
