"""An office as people run it: the real commands, one machine that never connects and one server.

    desk = Desk.create(folder, addresses=["http://127.0.0.1:8080"])
    with desk.serving() as server: ...                  the server, with the office's first bundle
    desk.fetch("investigations")                        intake export, caseworker import
    desk.caseworker("list", "investigations")           a command on a vault; its --json, parsed
    desk.deliver("investigations")                      caseworker export, intake import

Every command is a process of its own; passphrases go in through a descriptor, and cost little to
try (see tests/means/quick_passphrases.py). `fetch` and `deliver`
are the courier; who wants to lose a bundle on the way calls their halves.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.means.repository import REPOSITORY
from tests.offices.server_process import ServerProcess, serving, succeed

ROOT_PASSPHRASE = "the root of a practice office"
RECIPIENTS = {"investigations": "Investigations", "oversight": "Oversight board"}
RECIPIENTS_RU = {"investigations": "Следственный отдел", "oversight": "Наблюдательный совет"}
CONTACT = "By post: 1 Practice Street"
_SECONDS = 300


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def run_caseworker(
    arguments: Sequence[object],
    passphrases: Sequence[str],
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Run a `caseworker` command to its end, its passphrases on a descriptor."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.writelines(passphrase + "\n" for passphrase in passphrases)
    line = [*map(str, arguments), "--passphrase-fd", str(reading)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.means.quick_passphrases", *line],
            cwd=REPOSITORY,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            pass_fds=(reading,),
        )
    finally:
        os.close(reading)
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass
class Desk:
    """An office's folder, a server's data folder, and a stick between them."""

    office: Path
    data: Path
    stick: Path
    fingerprint: str
    # The environment of every command: a moved clock, see tests/means/clock.py.
    clock: Mapping[str, str] = field(default_factory=dict)
    # Whether the directory's vault, the first recipient's, has met the server.
    _has_met: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def create(
        cls,
        folder: Path,
        addresses: Sequence[str],
        clock: Mapping[str, str] | None = None,
        contact: str = CONTACT,
    ) -> "Desk":
        """Make an office of two recipients at these origins, and let a server serve it."""
        office, stick = folder / "office", folder / "stick"
        stick.mkdir()
        titles = [f"{name}={title}" for name, title in RECIPIENTS.items()]
        titles += [f"{name}:ru={title}" for name, title in RECIPIENTS_RU.items()]
        names = ["--name", "Office of Practice", "ru=Учебное ведомство"]
        arguments = ["office", "create", office, *names, "--address", *addresses]
        arguments += ["--recipient", *titles, "--contact", contact, "--json"]
        passphrases = [ROOT_PASSPHRASE, *map(passphrase_of, RECIPIENTS)]
        ran = run_caseworker(arguments, passphrases, clock)
        assert ran.code == 0, ran.err
        digits = json.loads(ran.out)["fingerprint"]
        desk = cls(office, folder / "data", stick, digits, clock or {})
        desk.take_to_server(office / "first.bundle", first=True)
        return desk

    @contextmanager
    def serving(
        self, *listen: str, env: Mapping[str, str] | None = None
    ) -> Iterator[ServerProcess]:
        """Run the office's server."""
        with serving(self.data, *listen, env={**self.clock, **(env or {})}) as server:
            yield server

    def vault(self, recipient: str) -> Path:
        """The folder of a recipient's vault."""
        return self.office / "vaults" / recipient

    def run(self, command: str, recipient: str, *arguments: object) -> Ran:
        """Run a command on a vault, whatever comes of it."""
        line = [command, self.vault(recipient), *arguments]
        return run_caseworker(line, [passphrase_of(recipient)], self.clock)

    def caseworker(self, command: str, recipient: str, *arguments: object) -> Any:
        """Run a command on a vault that must succeed; returns its --json, parsed."""
        ran = self.run(command, recipient, *arguments, "--json")
        assert ran.code == 0, f"caseworker {command}: {ran.err}"
        return json.loads(ran.out)

    def renew_office(self, command: str, *arguments: object, more: Sequence[str] = ()) -> Any:
        """Run `caseworker office` on the whole office; returns its --json, parsed.

        `more` are the passphrases after those of the vaults.
        """
        line = ["office", command, self.office, *arguments, "--json"]
        ran = run_caseworker(line, [*map(passphrase_of, sorted(RECIPIENTS)), *more], self.clock)
        assert ran.code == 0, f"caseworker office {command}: {ran.err}"
        return json.loads(ran.out)

    # ---- the courier ---------------------------------------------------------------------------

    def fetch(self, recipient: str) -> Any:
        """Carry a bundle from the server to a vault; returns what `caseworker import` says."""
        return self.take_to_vault(recipient, self.leave_server(recipient))

    def deliver(self, recipient: str) -> None:
        """Carry a bundle from a vault to the server."""
        self.take_to_server(self.leave_vault(recipient))

    def leave_server(self, recipient: str, part_size: int | None = None) -> list[Path]:
        """Have the server write a bundle, or its parts."""
        out = self.stick / f"{next(self._numbers)}-to-{recipient}"
        parts = ["--part-size", part_size] if part_size else []
        line = ["export", "--data", self.data, "--recipient", recipient, "--out", out, *parts]
        succeed(*line, env=self.clock)
        return sorted(self.stick.glob(f"{out.name}*"))

    def take_to_vault(self, recipient: str, files: Sequence[Path]) -> Any:
        """Import a bundle, or parts of it, into a vault."""
        return self.caseworker("import", recipient, *files, *self.introduction(recipient))

    def introduction(self, recipient: str) -> list[str]:
        """What `caseworker import` is given at the first import of the directory's vault."""
        if self._has_met or recipient != next(iter(RECIPIENTS)):
            return []
        self._has_met = True
        return ["--server", self.server_digits()]

    def server_digits(self) -> str:
        """The digits of the server's key, as `intake status` shows them to who compares."""
        told = json.loads(succeed("status", "--data", self.data, "--json", env=self.clock))
        digits: str = told["server"]["fingerprint"]
        return digits

    def settle(self) -> None:
        """Let all vaults believe the server: the second trip, which lists it in the directory."""
        first, *others = RECIPIENTS
        self.fetch(first)
        self.deliver(first)
        for recipient in others:
            self.fetch(recipient)

    def leave_vault(self, recipient: str) -> Path:
        """Have a vault write a bundle."""
        out = self.stick / f"{next(self._numbers)}-from-{recipient}"
        self.caseworker("export", recipient, "--out", out)
        return out

    def take_to_server(self, bundle: Path, *, first: bool = False) -> str:
        """Import a bundle into the server; returns what `intake import` says."""
        pinned = ["--fingerprint", self.fingerprint] if first else []
        return succeed("import", "--data", self.data, bundle, *pinned, env=self.clock)

    # ---- what the caseworkers see --------------------------------------------------------------

    def cases(self, recipient: str) -> list[dict[str, Any]]:
        """What `caseworker list` shows."""
        cases: list[dict[str, Any]] = self.caseworker("list", recipient)["cases"]
        return cases

    def messages(self, recipient: str, case: int) -> list[dict[str, Any]]:
        """The source's messages in a case, as `caseworker show` has them."""
        entries = self.caseworker("show", recipient, case)["entries"]
        return [entry for entry in entries if entry["entry"] == "message"]

    def replies(self, recipient: str, case: int) -> list[dict[str, Any]]:
        """The office's replies in a case, as `caseworker show` has them."""
        entries = self.caseworker("show", recipient, case)["entries"]
        return [entry for entry in entries if entry["entry"] == "reply"]

    def reply(self, recipient: str, case: int, text: str) -> None:
        """Write a reply, as a person does who has read the case."""
        path = self.stick.parent / f"reply-{next(self._numbers)}.txt"
        path.write_text(text, encoding="utf-8")
        self.caseworker("reply", recipient, case, "--text-file", path)


def passphrase_of(recipient: str) -> str:
    """The passphrase of a recipient's vault."""
    return f"practice vault of {recipient}"
