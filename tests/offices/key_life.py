"""An office whose commands, on both sides of the air gap, each have a day of their own.

As `desk`, with one recipient, where a test goes through weeks of keys.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from caseworker.vault.folder import open_vault, unlock
from caseworker.vault.secrets_file import HeldSecret
from crypto.days import week_of
from crypto.directory import read_directory, read_fingerprint
from crypto.errors import Unauthentic
from crypto.names import Day, GenesisId
from crypto.office.envelope import IntakeSecret, open_slot
from ground.shell.passphrases import Passphrase
from tests.means.clock import clock_at
from tests.offices.desk import ROOT_PASSPHRASE, passphrase_of, run_caseworker
from tests.offices.server_process import client, serving, succeed
from tests.offices.vaults import Sealed, Source

# A day in 2026 on which a week of keys begins.
FIRST = Day(7 * 2_960)
WEEK = week_of(FIRST)
LAST_VALID = FIRST + 13
PAST = FIRST + 21
RECIPIENT = "investigations"


@dataclass
class Life:
    """An office of one recipient, its server, and a courier; each command has its own day."""

    folder: Path
    genesis_id: GenesisId
    _has_met: bool = False
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
        return self.bring(day, self.leave_server(day), *more)

    def bring(self, day: int, bundles: Sequence[Path], *more: object) -> Any:
        """Import parts of exports into the vault, which compares the server's key once."""
        met = ["--server", self.server_digits(day)] if not self._has_met else []
        self._has_met = True
        return self.caseworker(day, "import", *bundles, *met, *more)

    def server_digits(self, day: int) -> str:
        """The digits of the server's key, as `intake status` shows them to who compares."""
        digits: str = json.loads(self.intake(day, "status", "--json"))["server"]["fingerprint"]
        return digits

    def deliver(self, day: int) -> None:
        """Carry a bundle of the vault's to the server."""
        out = self.folder / f"from-{next(self._numbers)}"
        self.caseworker(day, "export", "--out", out)
        self.intake(day, "import", out)

    def renew(self, day: int) -> None:
        """Renew the office with its root key, and carry what that made to the server."""
        line = ["office", "renew", self.folder / "office", "--json"]
        ran = run_caseworker(line, [passphrase_of(RECIPIENT), ROOT_PASSPHRASE], env=clock_at(day))
        assert ran.code == 0, ran.err
        for bundle in json.loads(ran.out)["bundles"].values():
            self.intake(day, "import", bundle)

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
            sealed.envelope,
            life.genesis_id,
            RECIPIENT,
            [IntakeSecret(one.week, one.key) for one in secrets],
        )
    except Unauthentic:
        return False
    return True
