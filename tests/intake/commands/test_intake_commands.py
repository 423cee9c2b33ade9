"""The commands teach, refuse with a reason and a hint, and keep the data folder to its owner."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from crypto.days import later
from crypto.directory import fingerprint
from crypto.names import Day
from ground.shell.frame import Command
from ground.shell.refusals import Refusal
from intake.commands.table import PROGRAM
from intake.server.config import Settings, read_settings, settings_file
from intake.storage.folder import DataFolder, create_folder
from tests.means.person_at_a_terminal import person
from tests.means.repository import REPOSITORY
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, intake, serving, succeed, wait_for_slots
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import Source


@pytest.mark.parametrize("command", ["serve", "import", "export", "status", "site"])
def test_help_teaches_with_an_example(command: str) -> None:
    """What to type stands there, ready to be copied."""
    printed = succeed(command, "--help")
    assert f"intake {command} " in printed
    assert "--data" in printed


def test_the_list_of_commands_names_all() -> None:
    """Each with a line about it."""
    printed = succeed("--help")
    for group in PROGRAM.groups:
        assert group.heading in printed
        for command in group.commands:
            assert command.name in printed
            assert isinstance(command, Command)
            assert command.summary in " ".join(printed.split())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve"],
        ["serve", "--data", "x"],
        ["serve", "--data", "x", "--listen", "8080"],
        ["serve", "--data", "x", "--listen", "127.0.0.1:99999"],
        ["serve", "--data", "x", "--listen", "127.0.0.1:http"],
        ["serve", "--data", "x", "--listen", "127.0.0.1:1", "--unix", "y"],
        ["serve", "--data", "x", "--listen", "127.0.0.1:1", "--beat", "0"],
        ["serve", "--data", "x", "--listen", "127.0.0.1:1", "--beat", "61"],
        ["import", "--data", "x"],
        ["export", "--data", "x"],
        ["status"],
        ["site"],
    ],
)
def test_wrong_usage_is_told_apart_from_refusal(arguments: list[str]) -> None:
    """Exit code 2, and nothing made."""
    done = intake(*arguments)
    assert done.returncode == 2
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert (hint.startswith("hint: intake"), hint.endswith("--help")) == (True, True)
    assert not (REPOSITORY / "x").exists()


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_folder_that_others_may_look_into_is_refused(data: Path, mode: int) -> None:
    """By every command, with the command that mends it."""
    data.chmod(mode)
    for arguments in (
        ("serve", "--data", data, "--listen", "127.0.0.1:0"),
        ("import", "--data", data, data / "none"),
        ("export", "--data", data, "--recipient", "main", "--out", data / "out"),
        ("status", "--data", data),
        ("site", "build", "--data", data),
    ):
        done = intake(*arguments)
        assert done.returncode == 1
        assert "other users of this machine" in done.stderr
        assert f"hint: chmod 700 {data}" in done.stderr


def test_a_new_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    """And so is every file in it."""
    with serving(tmp_path / "new") as server:
        assert server.data.stat().st_mode & 0o777 == 0o700
        wait_for_slots(server)
        for path in server.data.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0


def test_two_servers_do_not_share_a_folder(server: ServerProcess) -> None:
    """The second says so."""
    done = intake("serve", "--data", server.data, "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert "another `intake serve` is using" in done.stderr


def test_a_taken_address_is_refused(server: ServerProcess, tmp_path: Path) -> None:
    """With what else to give."""
    taken = server.address.removeprefix("http://")
    done = intake("serve", "--data", tmp_path / "other", "--listen", taken)
    assert done.returncode == 1
    assert "error: cannot listen there" in done.stderr


def test_a_signal_ends_the_server_in_order(server: ServerProcess) -> None:
    """Exit code 0, nothing on stderr, and no trace that it was cut off."""
    assert (server.data / "serving").exists()
    assert server.stop() == 0
    assert not (server.data / "serving").exists()
    assert server.log() == ""


@pytest.mark.parametrize("variable", ["PYTHONDEVMODE", "PYTHONASYNCIODEBUG"])
def test_the_server_does_not_run_in_a_debug_mode(tmp_path: Path, variable: str) -> None:
    """It would write tracebacks with data."""
    done = intake("serve", "--data", tmp_path / "d", "--listen", "127.0.0.1:0", env={variable: "1"})
    assert done.returncode == 1
    assert "debug mode" in done.stderr


def test_the_server_leaves_no_core(server: ServerProcess) -> None:
    """The kernel is told not to write one."""
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    (line,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]
    # What is not dumpable belongs to root, whoever runs it.
    assert Path(f"/proc/{server.process.pid}/environ").stat().st_uid == 0


def test_the_first_import_asks_on_a_terminal(
    tmp_path: Path, office: PracticeOffice, today: Day
) -> None:
    """It shows the name and the fingerprint, and takes nothing but yes."""
    (tmp_path / "first").write_bytes(office.outbound("main", today))
    command = ("import", "--data", str(tmp_path / "d"), str(tmp_path / "first"))
    for typed, code in (("no", 1), ("", 1), ("yes", 0)):
        with person(tmp_path, *command) as someone:
            someone.types("Office of Practice", typed)
            assert someone.ends() == code
        assert (
            fingerprint(office.genesis_id).split()[:4]
            == someone.seen.partition("fingerprint:")[2].split()[:4]
        )


def test_status_is_for_people_and_for_scripts(data: Path, office: PracticeOffice) -> None:
    """The same facts, as text and as JSON."""
    text = succeed("status", "--data", data)
    assert "Office of Practice" in text
    assert fingerprint(office.genesis_id) in " ".join(text.split())
    facts = json.loads(succeed("status", "--data", data, "--json"))
    assert facts["office"] == "Office of Practice"
    assert facts["accepted"] == {"envelopes": "open", "chunks": "open"}
    assert facts["held"] == {"envelopes": 0, "chunks": 0}
    assert [waiting["recipient"] for waiting in facts["waiting"]] == ["board", "main"]
    assert facts["serving"] is False
    assert facts["warnings"] == []


@pytest.mark.parametrize(
    ("age", "words"), [(7, "7 days old"), (14, "EXPIRES in 7"), (21, "EXPIRED")]
)
def test_status_warns_of_an_aging_directory(
    tmp_path: Path, today: Day, age: int, words: str
) -> None:
    """From its 7th day, loudly from the 14th, with the command to type."""
    office = PracticeOffice.create(later(today, -age))
    printed = succeed("status", "--data", first_import(office, tmp_path / "d", today - age))
    assert words in printed
    assert "caseworker office renew DIR" in printed


def test_status_of_nothing_is_refused(tmp_path: Path) -> None:
    """It makes no folder."""
    done = intake("status", "--data", tmp_path / "none")
    assert done.returncode == 1
    assert "hint: " in done.stderr
    assert not (tmp_path / "none").exists()


def test_before_the_first_import_visitors_get_what_the_help_of_serve_says(tmp_path: Path) -> None:
    promised = " ".join(succeed("serve", "--help").split())
    assert "Before the first `intake import` there are no pages" in promised
    with serving(tmp_path / "data", "--listen", "127.0.0.1:0") as server:
        with pytest.raises(HTTPError) as visit:
            urlopen(server.address)
        with visit.value as answer:
            assert (answer.code, answer.read()) == (404, b'{"error":"not-found"}')
        done = Source(tmp_path, server.address, None).report()
    assert "a browser gets a bare 404 (not-found)" in promised
    assert "no office at this address" in promised
    assert "no office at this address" in done.err


# ---- Settings ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return create_folder(tmp_path / "data")


def test_every_setting_is_explained_with_its_unit() -> None:
    """In the file that the first start writes, which changes nothing."""
    text = settings_file()
    assert tomllib.loads(text) == {}
    for setting in fields(Settings):
        assert f"\n# {setting.name} = {setting.default}\n" in text
        assert setting.metadata["text"].endswith(".")
        assert f"# Unit: {setting.metadata['unit']}." in text


def test_every_setting_counts(folder: DataFolder) -> None:
    """Uncommented, the file says what it said before."""
    lines = settings_file().splitlines()
    folder.settings.write_text(
        "\n".join(line.removeprefix("# ") for line in lines if " = " in line)
    )
    assert read_settings(folder) == Settings()


@pytest.mark.parametrize(
    "text",
    [
        "envelope_quotas = 5",
        "envelope_quota = 0",
        "envelope_quota = -1",
        "envelope_quota = 5.5",
        "envelope_quota = true",
        'envelope_quota = "5"',
        "envelope_quota = 99999999999",
        "not toml",
    ],
)
def test_a_setting_that_is_none_is_refused(folder: DataFolder, text: str) -> None:
    """So that a slip of the pen never means "unlimited"."""
    folder.settings.write_text(text)
    with pytest.raises(Refusal):
        read_settings(folder)


def test_a_server_names_the_wrong_setting(folder: DataFolder) -> None:
    """Before it listens."""
    folder.settings.write_text("envelope_qouta = 5")
    done = intake("serve", "--data", folder.path, "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert "a setting that does not exist: envelope_qouta" in done.stderr


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"envelope_quota = 5 # \xa0", "is not UTF-8"),
        (b"envelope_quota = " + b"9" * 5000, "is not settings"),
        (b"envelope_quota = " + b"[" * 5000, "is not settings"),
    ],
    ids=["not UTF-8", "a number without end", "nested without end"],
)
def test_a_settings_file_that_is_no_text_of_settings_is_refused_in_words(
    folder: DataFolder, data: bytes, words: str
) -> None:
    """Found by fuzzing: each of them was a fault of the program."""
    folder.settings.write_bytes(data)
    with pytest.raises(Refusal, match=words):
        read_settings(folder)
