"""The operator's commands wherever they are run: streams closed or full, no home, odd terminals.

Whatever becomes of what they print: no traceback, no wrong exit code after a deed, and no text of
an office at the left edge of a terminal, where this program speaks.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.directory import fingerprint
from crypto.names import Day
from tests.means.person_at_a_terminal import person, screen_lines
from tests.means.repository import REPOSITORY
from tests.means.telling import telling
from tests.offices.server_process import intake, succeed
from tests.offices.signed_office import PracticeOffice, batch

NAME = (
    "Inspection\u00a0générale\u00a0: corruption 👩\u200d⚖️ هيئة النزاهة 反腐敗反腐敗 "
    + "e\u0301te\u0301 "
    + "Ж" * 40
)
ASCII: dict[str, str | None] = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
# What we say begins with an ASCII letter or a space; the code of a letter is theirs too.
_THEIRS = re.compile(r"[^\x00-\x7f]|<?U?\+?[0-9A-F]{4,6}>")


@dataclass(frozen=True)
class Intake:
    """A data folder of an office with such a name, and bundles of it."""

    office: PracticeOffice
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def digits(self) -> str:
        return fingerprint(self.office.genesis_id)

    def bundle(self, day: int, number: int) -> Path:
        """A bundle that was not taken in before: number 0 is the first of all."""
        path = self.folder / f"bundle-{number}"
        statements = (batch(number, 64),) if number else ()
        path.write_bytes(self.office.outbound("main", Day(day), *statements))
        return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, today: Day) -> Intake:
    """A data folder after its first import."""
    office = PracticeOffice.create(today, names={"und": NAME})
    made = Intake(office, tmp_path_factory.mktemp("named"))
    printed = succeed(
        "import", "--data", made.data, made.bundle(today, 0), "--fingerprint", made.digits
    )
    assert f"This server serves {NAME} from now on." in "".join(printed.split("\n"))
    return made


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment in UTF-8, with changes; None takes a variable away."""
    plain = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": None, **changes}
    return {name: value for name, value in plain.items() if value is not None}


# ---- Streams and settings ------------------------------------------------------------------------

AROUND: dict[str, tuple[str, dict[str, str | None]]] = {
    "stdout closed": ("{} >&-", {}),
    "stdout full": ("{} >/dev/full", {}),
    "a reader who leaves": ("{{ {} ; }} | head -n 1", {}),
    "stdin closed": ("{} <&-", {}),
    "stderr closed": ("{} 2>&-", {}),
    "stderr full": ("{} 2>/dev/full", {}),
    "all closed": ("{} <&- >&- 2>&-", {}),
    "no home": ("{}", {"HOME": None}),
    "LANG=C": ("{}", ASCII),
    "KOI8-R": ("{}", {"PYTHONIOENCODING": "koi8-r"}),
}
UNWRITTEN = ("stdout closed", "stdout full", "all closed")


def run(
    around: str, *arguments: object, **changes: str | None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command as part of a line of shell, `around` with `{}` for it."""
    line = [sys.executable, "-m", "intake.cli", *map(str, arguments)]
    return subprocess.run(
        ["bash", "-c", "set -o pipefail; " + around.format('"$@"'), "bash", *line],
        cwd=REPOSITORY,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        start_new_session=True,
    )


@pytest.mark.parametrize("where", telling(AROUND, "stdout closed", "all closed"))
def test_a_deed_is_done_and_said_to_be_whatever_becomes_of_the_output(
    served: Intake, today: Day, where: str
) -> None:
    around, changes = AROUND[where]
    out = served.folder / "out"
    bundle = served.bundle(today, 1 + list(AROUND).index(where))
    deeds = (
        ("import", "--data", served.data, bundle),
        ("export", "--data", served.data, "--recipient", "main", "--out", out),
    )
    for deed in deeds:
        done = run(around, *deed, **changes)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert b"Traceback" not in said
        assert b"fault in this program" not in said
        if where in UNWRITTEN[:2]:
            assert b"what was asked is done" in done.stderr
    assert "taken in before" in succeed("import", "--data", served.data, bundle)
    assert out.stat().st_size > 0
    out.unlink()
    assert not list(served.folder.glob("out*"))


@pytest.mark.parametrize("where", telling(AROUND, "stdout full", "a reader who leaves", "no home"))
def test_what_was_only_to_be_shown_fails_where_it_cannot_be(served: Intake, where: str) -> None:
    around, changes = AROUND[where]
    done = run(around, "status", "--data", served.data, **changes)
    said = done.stdout + done.stderr
    assert done.returncode == (1 if where in UNWRITTEN else 0), said
    assert b"Traceback" not in said
    assert b"fault in this program" not in said


def test_a_terminal_without_a_letter_shows_its_code(served: Intake) -> None:
    done = run("{}", "status", "--data", served.data, PYTHONIOENCODING="koi8-r")
    shown = done.stdout.decode("koi8-r")
    assert "ЖЖЖЖ" in shown
    assert "<U+0647>" in shown


def test_a_name_is_shown_as_it_is_and_given_as_it_is(served: Intake) -> None:
    """A no-break space, a joiner and Arabic letters harm nobody."""
    shown = run("{}", "status", "--data", served.data).stdout.decode()
    assert f"Office       {NAME}\n" in shown
    facts = json.loads(intake("status", "--data", served.data, "--json").stdout)
    assert facts["office"] == NAME


# ---- Terminals -----------------------------------------------------------------------------------


def rows_at_terminal(
    folder: Path, columns: int, *arguments: object, answers: bool = False, **changes: str | None
) -> list[str]:
    """What a terminal of so many columns shows of a command that ended well.

    `answers`: somebody answers yes to what is asked.
    """
    with person(folder, *map(str, arguments), columns=columns, **changes) as someone:
        if answers:
            someone.types("Type yes, or Enter for no:", "yes")
        assert someone.ends() == 0, someone.seen
    return screen_lines(someone.seen, columns)


@pytest.mark.parametrize(
    ("columns", "changes"),
    [
        pytest.param(40, {}, id="40"),
        pytest.param(80, {}, id="80", marks=pytest.mark.long),
        pytest.param(40, ASCII, id="40-ASCII", marks=pytest.mark.long),
    ],
)
def test_nothing_that_an_office_wrote_stands_at_the_left_edge(
    served: Intake, today: Day, tmp_path: Path, columns: int, changes: dict[str, str | None]
) -> None:
    first = served.bundle(today, 0)
    status = ("status", "--data", served.data)
    commands: tuple[tuple[object, ...], ...] = (
        status,
        ("import", "--data", tmp_path / "data", first),
        ("export", "--data", served.data, "--recipient", "main", "--out", tmp_path / "out"),
    )
    for command in commands:
        asks = command[0] == "import"
        rows = rows_at_terminal(tmp_path, columns, *command, answers=asks, **changes)
        assert rows
        assert [row for row in rows if _THEIRS.match(row)] == []
        if command is status and not changes:
            assert "".join(rows).count("Ж") == 40
