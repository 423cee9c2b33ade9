"""`caseworker` as people and scripts run it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from caseworker.commands.table import PROGRAM
from ground.shell.frame import Placed
from tests.means.person_at_a_terminal import at_a_terminal
from tests.means.repository import REPOSITORY
from tests.offices.vaults import ADDRESS, PASSPHRASES, Office, Server, Source


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, object]:
        """What it printed with --json."""
        data: dict[str, object] = json.loads(self.out)
        return data


def run(
    *arguments: object,
    passphrases: Sequence[str] | None = None,
    stdin: str = "",
    program: str = "tests.means.quick_passphrases",
) -> Done:
    """Run a command to its end, with passphrases through a pipe."""
    line = [sys.executable, "-m", program, *map(str, arguments)]
    pipes: tuple[int, ...] = ()
    if passphrases is not None:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{one}\n" for one in passphrases).encode())
        os.close(writing)
        line += ["--passphrase-fd", str(reading)]
        pipes = (reading,)
    done = subprocess.run(
        line,
        cwd=REPOSITORY,
        input=stdin,
        capture_output=True,
        text=True,
        pass_fds=pipes,
        # No terminal of whoever runs the tests.
        start_new_session=True,
        # Nor how wide it is.
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
    )
    for pipe in pipes:
        os.close(pipe)
    return Done(done.returncode, done.stdout, done.stderr)


def vault_run(office: Office, command: str, *arguments: object, **more: str) -> Done:
    """Run a command on the first vault."""
    passphrases = [PASSPHRASES["investigations"]]
    return run(command, office.vault(), *arguments, passphrases=passphrases, **more)


def test_an_office_is_made_and_renewed_by_a_script(tmp_path: Path) -> None:
    """Its passphrases at their real cost, here as in whatever opens them."""
    folder = tmp_path / "office"
    words = [f"correct horse battery {name}" for name in ("root", "one", "two")]
    made = run(
        "office", "create", folder, "--name", "Office", "ru=Ведомство", "--address",
        ADDRESS + "/", "--recipient", "one=First", "one:ru=Первый", "two=Second", "--json",
        passphrases=words, program="caseworker.cli",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert len(str(made.data["fingerprint"]).split()) == 16
    renewed = run("office", "renew", folder, "--json", passphrases=words[1:])
    assert renewed.code == 0, renewed.err
    directory = renewed.data["directory"]
    assert isinstance(directory, dict)
    assert directory["sequence"] == 2
    again = run(
        "office", "create", folder, "--name", "O", "--address", ADDRESS, "--recipient", "a=A"
    )
    assert (again.code, "is there already" in again.err) == (1, True)


def test_a_case_from_import_to_export(office: Office, server: Server, source: Source) -> None:
    server.report(source, "Money changed hands.\nTwice.", files=[("a.txt", b"bytes")])
    imported = vault_run(office, "import", *server.export())
    assert imported.code == 0, imported.err
    assert "1 new message" in imported.out
    assert "Money changed hands. Twice." in vault_run(office, "list").out
    assert vault_run(office, "acknowledge", "--all-new").code == 0
    replied = vault_run(office, "reply", 1, stdin="Where was it?\n")
    assert "waits for the next export" in replied.out
    exported = vault_run(office, "export", "--out", server.folder / "out", "--json")
    assert [one["kind"] for one in exported.data["new_replies"]] == [  # type: ignore[attr-defined]
        "acknowledgement",
        "reply",
    ]
    server.take(server.folder / "out")
    assert len(server.replies(source)) == 2
    saved = vault_run(office, "save", 1, "--to", server.folder / "case")
    assert "2 files of case 1 saved" in saved.out
    shown = vault_run(office, "show", 1)
    assert "arrived at the server in the week of" in shown.out
    assert "Reply, written" in shown.out
    assert "carried out on" in shown.out


def test_listings_are_json_when_asked(office: Office, server: Server, source: Source) -> None:
    server.report(source, "Deed")
    vault_run(office, "import", *server.export())
    cases = vault_run(office, "list", "--json").data["cases"]
    assert isinstance(cases, list)
    assert [cases[0]["case"], cases[0]["state"], cases[0]["begins"]] == [1, "new", "Deed"]
    entries = vault_run(office, "show", 1, "--json").data["entries"]
    assert isinstance(entries, list)
    assert entries[0]["text"] == "Deed"
    status = vault_run(office, "status", "--json").data
    assert (status["recipient"], status["cases"]) == ("investigations", 1)
    assert "no backup" in str(status["warnings"])


def test_what_a_source_wrote_cannot_steer_a_terminal(
    office: Office, server: Server, source: Source
) -> None:
    """Finding: several, terminal escapes in a text."""
    hostile = "\x1b]0;owned\x07\x1b[2J\u202egnp\u2066\x9b31m\r  Reply, written by nobody"
    server.report(source, hostile, answers={"who": hostile}, files=[("a", b"")])
    vault_run(office, "import", *server.export())
    for command in (["list"], ["show", 1]):
        out = vault_run(office, *command).out
        assert "<U+001B>" in out
        assert not {letter for letter in out if letter in hostile and not letter.isprintable()}
    lines = vault_run(office, "show", 1).out.splitlines()
    assert [
        line for line in lines if "written by nobody" in line and not line.startswith("  | ")
    ] == []


def test_a_wrong_passphrase_is_a_refusal_with_a_hint(office: Office) -> None:
    done = run("list", office.vault(), passphrases=["not the passphrase"])
    assert done.code == 1
    assert done.err.splitlines()[0] == "error: this passphrase does not open this vault"
    assert done.err.splitlines()[1].startswith("hint: ")
    assert "not the passphrase" not in done.err + done.out


@pytest.mark.parametrize(
    "line",
    [
        ["lits", "vault"],
        ["list"],
        ["show", "vault", "one"],
        ["acknowledge", "vault"],
        ["acknowledge", "vault", "1", "--all-new"],
        ["office", "create", "x", "--name", "N", "--address", "nowhere", "--recipient", "a=A"],
        ["office", "create", "x", "--name", "N", "--address", ADDRESS, "--recipient", "no title"],
        ["office", "create", "x", "--name", "N", "M", "--address", ADDRESS, "--recipient", "a=A"],
        ["list", "vault", "--pass", "3"],
    ],
)
def test_a_line_that_is_not_as_the_help_says_is_a_usage_error(line: list[str]) -> None:
    done = run(*line)
    assert done.code == 2, done.err
    first, second = done.err.splitlines()
    assert first.startswith("error: ")
    assert second.startswith("hint: ")


def test_every_command_is_where_the_table_places_it() -> None:
    placed = [one for group in PROGRAM.groups for one in group.commands if isinstance(one, Placed)]
    assert placed
    assert [one.load().name for one in placed] == [one.name for one in placed]


@pytest.mark.parametrize(
    "name", [command.name for group in PROGRAM.groups for command in group.commands]
)
def test_every_help_teaches_with_an_example(name: str) -> None:
    done = run(*name.split(), "--help")
    assert done.code == 0
    assert "example" in done.out
    assert f"caseworker {name}" in done.out
    assert "--passphrase-fd" in done.out


def test_without_a_terminal_or_a_descriptor_nothing_is_asked(office: Office) -> None:
    done = run("list", office.vault())
    assert (done.code, "no terminal" in done.err) == (2, True)


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused_before_anything_is_made(tmp_path: Path, weak: str) -> None:
    done = run(
        "office", "create", tmp_path / "office", "--name", "O", "--address", ADDRESS,
        "--recipient", "a=A", passphrases=["a passphrase long enough", weak],
    )  # fmt: skip
    assert done.code == 1
    assert "passphrase of the vault a" in done.err
    assert not list(tmp_path.iterdir())


def test_an_office_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a passphrase long enough\n" * 3)
    os.close(writing)
    child = subprocess.Popen(
        [
            sys.executable, "-m", "caseworker.cli", "office", "create", tmp_path / "office",
            "--name", "O", "--address", ADDRESS, "--recipient", "a=A", "b=B",
            "--passphrase-fd", str(reading),
        ],
        cwd=REPOSITORY,
        pass_fds=(reading,),
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    os.close(reading)
    while not list(tmp_path.iterdir()):
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    _, err = child.communicate()
    assert (child.returncode, err.splitlines()[0]) == (130, "error: stopped")
    assert not list(tmp_path.iterdir())


def test_a_terminal_is_asked_without_showing_what_is_typed(office: Office, tmp_path: Path) -> None:
    command = ("-m", "caseworker.cli", "list", str(office.vault()))
    with at_a_terminal(tmp_path, *command) as someone:
        someone.types("Passphrase of the vault investigations: ", PASSPHRASES["investigations"])
        assert someone.ends() == 0
    assert "0 cases" in someone.seen
    assert PASSPHRASES["investigations"] not in someone.seen


@pytest.mark.parametrize("command", ["reply", "note"])
def test_nothing_is_typed_for_a_case_that_is_not_there(
    office: Office, tmp_path: Path, command: str
) -> None:
    line = ("-m", "caseworker.cli", command, str(office.vault()), "7")
    with at_a_terminal(tmp_path, *line) as someone:
        someone.types("Passphrase of the vault investigations: ", PASSPHRASES["investigations"])
        assert someone.ends() == 1
    assert "Ctrl-D" not in someone.seen


def test_one_bad_bundle_does_not_stop_the_others(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    (good,) = server.export()
    bad = server.folder / "bad"
    bad.write_bytes(good.read_bytes()[:-1])
    done = vault_run(office, "import", bad, good)
    assert done.code == 1
    assert "NOT IMPORTED: bad" in done.out
    assert "1 new message" in done.out


def test_parts_that_have_not_come_are_named_until_a_whole_export_came(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", os.urandom(600_000))])
    _, second, _ = server.export(parts=3)
    partly = vault_run(office, "import", second)
    assert "Parts 1, 3 of an export have not been imported yet." in partly.out
    assert list(vault_run(office, "status", "--json").data["missing_parts"])  # type: ignore[call-overload]
    whole = vault_run(office, "import", *server.export(parts=2), "--json")
    assert whole.data["missing_parts"] == {}


def test_what_is_noted_is_shown(office: Office, server: Server, source: Source) -> None:
    server.report(source)
    vault_run(office, "import", *server.export())
    assert vault_run(office, "note", 1, stdin="Called the registry.").code == 0
    assert "Called the registry." in vault_run(office, "show", 1).out
