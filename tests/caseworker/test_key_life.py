"""The life of intake keys between the real commands, their clocks moved from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from caseworker.passphrases import Passphrase
from caseworker.vault.folder import open_vault, unlock
from caseworker.vault.secrets_file import HeldSecret
from crypto.directory import read_directory, read_fingerprint
from crypto.errors import Unauthentic
from crypto.office.envelope import IntakeSecret, open_slot
from tests.caseworker.practice import Sealed, Source
from tests.clock import clock_at
from tests.desk import ROOT_PASSPHRASE, passphrase_of, run_caseworker
from tests.server_process import REPOSITORY, client, serving, succeed

# A day in 2026 on which a week of keys begins.
FIRST = 7 * 2_960
WEEK = FIRST // 7
LAST_VALID = FIRST + 13
PAST = FIRST + 21
RECIPIENT = "investigations"


@dataclass
class Life:
    """An office of one recipient, its server, and a courier; each command has its own day."""

    folder: Path
    genesis_id: bytes
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def begin(cls, folder: Path, day: int) -> "Life":
        """Make the office, and let the server know it."""
        arguments = ["office", "create", folder / "office", "--name", "Office", "--address"]
        arguments += ["http://127.0.0.1:8080", "--recipient", f"{RECIPIENT}=Investigations"]
        words = [ROOT_PASSPHRASE, passphrase_of(RECIPIENT)]
        made = run_caseworker([*arguments, "--json"], words, env=clock_at(day))
        assert made.code == 0, made.err
        fingerprint = json.loads(made.out)["fingerprint"]
        life = cls(folder, read_fingerprint(fingerprint))
        life.intake(day, "import", folder / "office/first.bundle", "--fingerprint", fingerprint)
        return life

    @property
    def vault(self) -> Path:
        """The folder of the one vault."""
        return self.folder / "office/vaults" / RECIPIENT

    def intake(self, day: int, command: str, *arguments: object) -> str:
        """Run a command where the server is."""
        return succeed(command, "--data", self.folder / "data", *arguments, env=clock_at(day))

    def caseworker(self, day: int, command: str, *arguments: object) -> Any:
        """Run a command on the vault, which must succeed; returns its --json, parsed."""
        ran = run_caseworker(
            [command, self.vault, *arguments, "--json"],
            [passphrase_of(RECIPIENT)],
            env=clock_at(day),
        )
        assert ran.code == 0, ran.err
        return json.loads(ran.out)

    async def report(
        self, day: int, text: str, *, key_day: int | None = None, files: Sequence[bytes] = ()
    ) -> Sealed:
        """Let somebody new report on a day, under the key of that day or of one before."""
        with serving(self.folder / "data", env=clock_at(day)) as server:
            async with client(server) as session:
                async with session.get("/v1/directory") as answer:
                    directory = read_directory(await answer.read(), self.genesis_id)
                keys = {}
                for one in directory.recipients[0].keys:
                    async with session.get(f"/v1/keys/{one.hash.hex()}") as answer:
                        keys[one.hash] = await answer.read()
                sealed = Source(self.genesis_id).message(
                    directory,
                    keys,
                    text,
                    files=[(f"file-{n}", data) for n, data in enumerate(files)],
                    recipients=(RECIPIENT,),
                    day=day,
                    key_day=key_day,
                )
                puts = {f"/v1/chunks/{name.hex()}": data for name, data in sealed.chunks.items()}
                puts[f"/v1/envelopes/{sealed.address.hex()}"] = sealed.envelope
                for path, body in puts.items():
                    async with session.put(path, data=body) as answer:
                        assert answer.status == 204, await answer.text()
        return sealed

    def leave_server(self, day: int, part_size: int | None = None) -> list[Path]:
        """Have the server write an export, or its parts."""
        out = self.folder / f"to-{next(self._numbers)}"
        parts = ["--part-size", part_size] if part_size else []
        self.intake(day, "export", "--recipient", RECIPIENT, "--out", out, *parts)
        return sorted(self.folder.glob(f"{out.name}*"))

    def fetch(self, day: int, *more: object) -> Any:
        """Carry an export into the vault."""
        return self.caseworker(day, "import", *self.leave_server(day), *more)

    def deliver(self, day: int) -> None:
        """Carry a bundle of the vault's to the server."""
        out = self.folder / f"from-{next(self._numbers)}"
        self.caseworker(day, "export", "--out", out)
        self.intake(day, "import", out)

    def secrets(self) -> tuple[HeldSecret, ...]:
        """The secrets that the vault holds."""
        key = unlock(self.vault, Passphrase(passphrase_of(RECIPIENT).encode()))
        with open_vault(self.vault, key) as vault:
            return vault.secrets

    def weeks(self) -> set[int]:
        """The weeks of the secrets that the vault holds."""
        return {one.week for one in self.secrets()}

    def begins(self, day: int) -> list[str]:
        """The beginnings of all cases."""
        return sorted(case["begins"] for case in self.caseworker(day, "list")["cases"])


def opens(sealed: Sealed, life: Life, secrets: Sequence[HeldSecret]) -> bool:
    """Tell whether secrets open a recorded envelope."""
    try:
        open_slot(
            sealed.envelope, life.genesis_id, [IntakeSecret(one.week, one.key) for one in secrets]
        )
    except Unauthentic:
        return False
    return True


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
        told = life.caseworker(late, "import", part)
        assert told["old_keys"]["destroyed"] == []
    assert life.begins(late) == ["On the last day."]
    (message,) = [
        entry
        for entry in life.caseworker(late, "show", 1)["entries"]
        if entry["entry"] == "message"
    ]
    assert {file["state"] for file in message["attachments"]} == {"whole"}


@pytest.mark.long
async def test_neither_a_moved_clock_nor_an_empty_or_future_bundle_destroys_without_asking(
    tmp_path: Path,
) -> None:
    """And what was on the server all the time still opens."""
    life = Life.begin(tmp_path, FIRST)
    await life.report(FIRST, "The first.")
    life.fetch(FIRST)
    life.deliver(FIRST)
    empty, next_year = life.leave_server(FIRST + 14), life.leave_server(FIRST + 400)
    await life.report(LAST_VALID, "On the last day.", key_day=FIRST)
    before = life.weeks()
    (dated_ahead,) = life.leave_server(FIRST + 40)
    for day, bundle, why in (
        (FIRST + 14, empty, "export-empty"),
        (PAST, [dated_ahead], "export-ahead"),
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
    "before": ("caseworker.commands.carrying", "destroy_old_keys", 1),
    "the new file is written": ("caseworker.vault.replacing", "sync_file", 1),
    "its name is durable": ("caseworker.vault.replacing", "sync_folder", 1),
    "the old file is set aside": ("caseworker.vault.replacing", "sync_folder", 2),
    "the old file is to be overwritten": ("caseworker.vault.replacing", "wipe_file", 1),
    "the old file is overwritten": ("caseworker.vault.replacing", "sync_file", 2),
    "after": ("caseworker.commands.carrying", "replace_lost_keys", 1),
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


@contextmanager
def mounted(folder: Path) -> Iterator[tuple[Path, Path]]:
    """A file system in a file: yields the file, and where it is mounted."""
    image, point = folder / "image", folder / "mounted"
    point.mkdir()
    with image.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    mkfs = shutil.which("mkfs.ext4") or "/usr/sbin/mkfs.ext4"
    subprocess.run([mkfs, "-q", "-F", image], check=True)
    done = subprocess.run(["mount", "-o", "loop", image, point], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system in a file can be mounted here: {done.stderr.strip()}")
    try:
        yield image, point
    finally:
        subprocess.run(["umount", point], check=True)


def traces(image: Path, things: dict[str, bytes]) -> set[str]:
    """Return which things a file system's image holds, somewhere."""
    subprocess.run(["sync", "-f", image.with_name("mounted")], check=True)
    data = image.read_bytes()
    return {name for name, thing in things.items() if thing in data}


async def test_after_destruction_no_block_of_the_disk_gives_the_key_back(tmp_path: Path) -> None:
    """Neither the secret itself, nor an old copy of the sealed file that held it."""
    life = Life.begin(tmp_path, FIRST)
    recorded = await life.report(FIRST, "The first.")
    with mounted(tmp_path) as (image, point):
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
