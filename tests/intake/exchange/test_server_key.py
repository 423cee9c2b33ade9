"""A server signs what it writes, by growing numbers, and says where it is not believed."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from crypto.days import later
from crypto.names import Day
from crypto.signing import SigningKey
from tests.means.clock import clock_at
from tests.offices.server_process import intake, succeed
from tests.offices.signed_office import PracticeOffice, ReadExport, read_export

STRANGER = SigningKey(b"\x05" * 32).public_key


def export(data: Path, *, day: int | None = None, recipient: str = "main") -> ReadExport:
    out = data.with_name(os.urandom(4).hex())
    env = None if day is None else clock_at(day)
    succeed("export", "--data", data, "--recipient", recipient, "--out", out, env=env)
    return read_export(out.read_bytes())


def status(data: Path) -> Any:
    return json.loads(succeed("status", "--data", data, "--json"))


def check(data: Path) -> tuple[int, str]:
    done = intake("status", "--data", data, "--check")
    return done.returncode, done.stdout


def bundle(data: Path, content: bytes) -> Path:
    file = data.with_name(os.urandom(4).hex())
    file.write_bytes(content)
    return file


def take_in(data: Path, content: bytes) -> str:
    return succeed("import", "--data", data, bundle(data, content))


# ---- The key -------------------------------------------------------------------------------------


def test_every_export_is_signed_by_the_one_key_of_this_server(data: Path) -> None:
    """For each recipient; the reader of this test has checked the signature."""
    assert export(data).server == export(data, recipient="board").server
    assert export(data).server == SigningKey((data / "server.key").read_bytes()).public_key


def test_the_key_lies_in_a_file_of_its_own_for_the_owner_alone(data: Path) -> None:
    """A seed, and nothing else; not in the database, which a status reads."""
    file = data / "server.key"
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_size) == (0o600, 32)
    for other in data.rglob("*"):
        if other.is_file() and other != file:
            assert file.read_bytes() not in other.read_bytes()


def test_an_import_keeps_the_key_that_is_there(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Else every second trip would bring an unknown server."""
    before = (data / "server.key").read_bytes()
    take_in(data, office.with_directory(contacts=("new",)).outbound("main", today))
    assert (data / "server.key").read_bytes() == before


@pytest.mark.parametrize("seed", [None, b"", b"short", bytes(33)])
def test_without_its_key_a_server_writes_nothing_and_an_import_makes_one(
    data: Path, office: PracticeOffice, today: Day, seed: bytes | None
) -> None:
    """What a vault would not believe is not carried there. A damaged one is not thrown away."""
    key, before = data / "server.key", export(data).server
    key.unlink()
    if seed is not None:
        key.write_bytes(seed)
    out = data.with_name("none")
    done = intake("export", "--data", data, "--recipient", "main", "--out", out)
    assert (done.returncode, out.exists()) == (1, False)
    assert "the key with which this server signs is" in done.stderr
    key.unlink(missing_ok=True)
    take_in(data, office.outbound("main", today))
    assert export(data).server != before


def test_a_damaged_key_is_not_replaced(data: Path, office: PracticeOffice, today: Day) -> None:
    """Somebody may still have it in a backup."""
    (data / "server.key").write_bytes(b"short")
    file = bundle(data, office.with_directory().outbound("main", today))
    done = intake("import", "--data", data, file)
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert (data / "server.key").read_bytes() == b"short"


# ---- Numbers -------------------------------------------------------------------------------------


def test_the_number_of_an_export_is_its_day_and_grows(data: Path, today: Day) -> None:
    """Whoever it is for, and whether or not it was carried anywhere."""
    numbers = [export(data, recipient=name).header.number for name in ("main", "board", "main")]
    assert numbers == [(today << 32) + more for more in range(3)]


def test_under_a_clock_that_went_back_the_number_grows_all_the_same(data: Path, today: Day) -> None:
    """No number comes twice, so that no older bundle can be taken for the newest."""
    ahead = export(data, day=later(today, 3)).header
    back = export(data, day=today).header
    assert (ahead.day, ahead.number) == (today + 3, (today + 3) << 32)
    assert (back.day, back.number) == (today, ahead.number + 1)


def test_under_a_clock_that_is_far_ahead_the_number_grows_by_one(data: Path, today: Day) -> None:
    """What came can be had all the same; a restored server would be behind for years else."""
    first = export(data).header.number
    ahead = export(data, day=later(today, 3650)).header
    assert (ahead.day, ahead.number) == (today + 3650, first + 1)
    assert export(data, day=later(today, 1)).header.number == (today + 1) << 32


def test_an_export_that_came_to_nothing_takes_its_number_along(data: Path) -> None:
    """A crash may skip numbers, never repeat one."""
    first = export(data).header.number
    taken = data.with_name("taken")
    taken.write_text("precious")
    done = intake("export", "--data", data, "--recipient", "main", "--out", taken)
    assert done.returncode == 1
    assert export(data).header.number > first


# ---- Whether the office names it -----------------------------------------------------------------


def test_a_first_import_shows_the_key_to_be_compared(
    tmp_path: Path, office: PracticeOffice, today: Day
) -> None:
    """Four groups a line, as the office's own fingerprint; and status shows the same."""
    data = tmp_path / "new"
    digits = " ".join(office_digits(office))
    first = bundle(data, office.outbound("main", today))
    printed = succeed("import", "--data", data, first, "--fingerprint", digits)
    found = status(data)["server"]["fingerprint"].split()
    assert len(found) == 16
    for start in range(0, 16, 4):
        assert "    " + " ".join(found[start : start + 4]) in printed.splitlines()


def office_digits(office: PracticeOffice) -> list[str]:
    pairs = range(0, 32, 2)
    return [f"{int.from_bytes(office.genesis_id[at : at + 2], 'big'):05}" for at in pairs]


def test_a_server_that_no_directory_names_yet_says_so_softly(data: Path) -> None:
    """It is so until the first bundle from here has come to the vault that signs."""
    assert status(data)["server"]["standing"] == "nobody"
    assert "no directory names a server yet" in succeed("status", "--data", data)
    assert check(data) == (0, "ok\n")


def test_a_server_that_the_directory_names_has_nothing_to_say(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Also where it names others besides."""
    named = office.with_directory(servers=(STRANGER, export(data).server))
    take_in(data, named.outbound("main", today))
    assert status(data)["server"]["standing"] == "named"
    assert check(data) == (0, "ok\n")


def test_a_server_that_the_directory_does_not_name_says_so_loudly(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """A courier who forged the first bundle is found at his second trip.

    What came is taken in all the same; import, status and a monitor say it, until it is mended.
    """
    key = export(data).server
    forged = office.with_directory(servers=(STRANGER,))
    for again in range(2):
        done = intake("import", "--data", data, bundle(data, forged.outbound("main", today)))
        assert done.returncode == 1
        assert "warning: THE OFFICE'S DIRECTORY NAMES OTHER SERVERS, NOT THIS ONE" in done.stderr
        assert status(data)["server"]["fingerprint"] in done.stderr
        assert ("directory 2, until" in done.stdout) is (again == 0)
    assert read_sequence(data) == 2
    assert status(data)["server"]["standing"] == "strangers"
    shown = succeed("status", "--data", data)
    assert "WARNING: THE DIRECTORY NAMES OTHER SERVERS, NOT THIS ONE" in shown
    code, line = check(data)
    assert (code, line.count("\n")) == (2, 1)
    assert line.startswith("1 warning, 1 urgent: THE DIRECTORY NAMES OTHER SERVERS")
    mended = forged.with_directory(servers=(key,))
    take_in(data, mended.outbound("main", today))
    assert check(data) == (0, "ok\n")


def read_sequence(data: Path) -> int:
    sequence: int = status(data)["directory"]["sequence"]
    return sequence
