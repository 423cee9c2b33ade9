"""The life of intake keys between the real commands, their clocks moved from outside."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.means.clock import clock_at
from tests.means.file_systems import MIB, make_image, mounted
from tests.means.repository import REPOSITORY
from tests.offices.desk import passphrase_of
from tests.offices.key_life import FIRST, LAST_VALID, PAST, RECIPIENT, WEEK, Life, opens


@pytest.mark.long
async def test_a_report_of_a_keys_last_day_opens_40_days_later_from_parts_in_reverse_order(
    tmp_path: Path,
) -> None:
    life = Life.begin(tmp_path, FIRST)
    await life.report(
        LAST_VALID,
        "On the last day.",
        key_day=FIRST,
        files=[os.urandom(700_000), os.urandom(700_000)],
    )
    late = LAST_VALID + 40
    parts = life.leave_server(late, 1_000_000)
    assert len(parts) >= 3
    for part in reversed(parts):
        assert WEEK in life.weeks()
        told = life.bring(late, [part])
        assert told["old_keys"]["destroyed"] == []
    assert life.begins(late) == ["On the last day."]
    (message,) = [
        entry
        for entry in life.caseworker(late, "show", 1)["entries"]
        if entry["entry"] == "message"
    ]
    assert {file["state"] for file in message["attachments"]} == {"whole"}


@pytest.mark.long
async def test_neither_a_moved_clock_nor_a_future_bundle_destroys_without_asking(
    tmp_path: Path,
) -> None:
    """And what was on the server all the time still opens."""
    life = Life.begin(tmp_path, FIRST)
    await life.report(FIRST, "The first.")
    life.fetch(FIRST)
    life.deliver(FIRST)
    await life.report(LAST_VALID, "On the last day.", key_day=FIRST)
    before = life.weeks()
    dated_ahead = life.leave_server(FIRST + 40)
    next_year = life.leave_server(FIRST + 400)
    for day, bundle, why in (
        (PAST, dated_ahead, "export-ahead"),
        (PAST + 365, next_year, "clock-jumped"),
    ):
        told = life.caseworker(day, "import", *bundle)["old_keys"]
        assert told["destroyed"] == []
        assert why in told["kept_because"]
        status = life.caseworker(day, "status")["old_keys"]
        assert status["destroyed_at_next_import"] == []
        assert why in status["asked_because"]
    assert life.weeks() == before
    assert life.begins(PAST) == ["On the last day.", "The first."]


# Where an import that destroys is killed: before it, and at each step of writing the secrets anew.
KILL_AT = {
    "before": ("caseworker.work.import_bundles", "destroy_old_keys", 1),
    "the new file is written": ("ground.disk.replaced_files", "sync_file", 1),
    "its name is durable": ("ground.disk.replaced_files", "sync_folder", 1),
    "the old file is set aside": ("ground.disk.replaced_files", "sync_folder", 2),
    "the old file is to be overwritten": ("ground.disk.replaced_files", "wipe_file", 1),
    "the old file is overwritten": ("ground.disk.replaced_files", "sync_file", 2),
    "after": ("caseworker.work.import_bundles", "replace_lost_keys", 1),
}
KILLED = """
import importlib, os, signal, sys
from caseworker import cli
module, name, times = importlib.import_module(sys.argv[1]), sys.argv[2], int(sys.argv[3])
real = getattr(module, name)
def killing(*arguments):
    global times
    times -= 1
    if not times:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
setattr(module, name, killing)
sys.exit(cli.main(sys.argv[4:]))
"""


def kill_import(life: Life, bundle: Path, place: tuple[str, str, int]) -> int:
    """Import a bundle in a process that is killed at a place; returns how it ended."""
    reading, writing = os.pipe()
    os.write(writing, passphrase_of(RECIPIENT).encode() + b"\n")
    os.close(writing)
    line = ["import", life.vault, bundle, "--passphrase-fd", reading]
    child = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, place), *map(str, line)],
        cwd=REPOSITORY,
        env={**os.environ, **clock_at(PAST)},
        pass_fds=(reading,),
        capture_output=True,
    )
    os.close(reading)
    return child.returncode


@pytest.mark.long
async def test_an_import_killed_around_the_destruction_goes_on_with_the_same_command(
    tmp_path: Path,
) -> None:
    life = Life.begin(tmp_path, FIRST)
    recorded = await life.report(FIRST, "The first.")
    for day in (FIRST, FIRST + 7, FIRST + 14):
        life.fetch(day)
    (bundle,) = life.leave_server(PAST)
    before = life.weeks()
    shutil.copytree(life.vault, tmp_path / "copy")
    for moment, place in KILL_AT.items():
        shutil.rmtree(life.vault)
        shutil.copytree(tmp_path / "copy", life.vault)
        assert kill_import(life, bundle, place) == -signal.SIGKILL, moment
        life.caseworker(PAST, "import", bundle)
        assert life.weeks() == before - {WEEK}, moment
        assert not opens(recorded, life, life.secrets())
        assert life.begins(PAST) == ["The first."]
        assert [path.name for path in life.vault.glob("intake-secrets*")] == ["intake-secrets"]


# ---- what a disk shows ---------------------------------------------------------------------------


def traces(image: Path, things: dict[str, bytes]) -> set[str]:
    """Return which things a file system's image holds, somewhere."""
    subprocess.run(["sync", "-f", image.with_name("mounted")], check=True)
    data = image.read_bytes()
    return {name for name, thing in things.items() if thing in data}


async def test_after_destruction_no_block_of_the_disk_gives_the_key_back(tmp_path: Path) -> None:
    """Neither the secret itself, nor an old copy of the sealed file that held it."""
    life = Life.begin(tmp_path, FIRST)
    recorded = await life.report(FIRST, "The first.")
    image = tmp_path / "image"
    make_image(image, 64 * MIB)
    with mounted(image, tmp_path / "mounted") as point:
        shutil.copytree(life.vault, point / "vault")
        shutil.rmtree(life.vault)
        life.vault.symlink_to(point / "vault")
        for day in (FIRST, FIRST + 7, FIRST + 14):
            life.fetch(day)
        held = life.secrets()
        (old,) = [one.key.seed for one in held if one.week == WEEK]
        sealed = (life.vault / "intake-secrets").read_bytes()
        blocks = {f"sealed {at}": sealed[at : at + 64] for at in range(0, len(sealed) - 64, 512)}
        things = {
            "raw": old,
            "hex": old.hex().encode(),
            "HEX": old.hex().upper().encode(),
            **blocks,
        }
        assert opens(recorded, life, held)
        assert traces(image, things) == set(blocks)
        told = life.fetch(PAST)
        assert len(told["old_keys"]["destroyed"]) == 1
        assert not opens(recorded, life, life.secrets())
        assert traces(image, things) == set()
        (point / "planted").write_bytes(b"before" + old + b"between" + old.hex().encode())
        assert traces(image, things) == {"raw", "hex"}
