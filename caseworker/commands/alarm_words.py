"""What runs out in a vault or went wrong, in words, each with the command that mends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatchmethod
from pathlib import Path

from caseworker.office.root_file import newest_root_file
from caseworker.vault.folder import Vault
from caseworker.work.vault_alarms import (
    Alarm,
    BoardHeavy,
    DirectoryEnds,
    EndAlarm,
    KeysLost,
    Lengthens,
    SigningKeyNotNamed,
    StrayDirectory,
    Trouble,
    TroubleAlarm,
    alarms,
    safekeeping_alarms,
)
from crypto.names import Day
from crypto.running_out import Ends
from ground.shell.figures import counted, distance_text, size_text
from ground.shell.foreign import foreign_path

__all__ = ["WordedAlarm", "alarms_in_words", "mended_in_words", "safekeeping_in_words"]


@dataclass(frozen=True)
class WordedAlarm:
    """Something that runs out or went wrong, and what to type."""

    text: str
    command: str
    loud: bool = False


def alarms_in_words(vault: Vault, today: Day) -> list[WordedAlarm]:
    """Return what a person should do something about, the most urgent first."""
    return _worded(alarms(vault, today), vault.folder, today)


def safekeeping_in_words(vault: Vault) -> list[WordedAlarm]:
    """Return what should be done lest a vault be lost, or after it was."""
    return _worded(safekeeping_alarms(vault), vault.folder, Day(0))


def mended_in_words(cases: tuple[int, ...], vault: Path) -> list[WordedAlarm]:
    """Return that the lists were wrong about these cases."""
    if not cases:
        return []
    text = (
        f"the lists of this vault were wrong about {counted(len(cases), 'case')}, case {cases[0]} "
        "first: they were made anew from its log"
    )
    return [WordedAlarm(text, f"caseworker list {foreign_path(vault)}", loud=True)]


def _worded(found: Iterable[Alarm], folder: Path, today: Day) -> list[WordedAlarm]:
    words = _Words(folder, today)
    return [WordedAlarm(*words.of(alarm), alarm.loud) for alarm in found]


class _Words:
    """The words of alarms: what is so, and what to type."""

    def __init__(self, folder: Path, today: Day) -> None:
        self._today = today
        self._folder = foreign_path(folder)
        self._export = f"caseworker export {self._folder} --out FILE"
        # An office's folder is above its vaults', its root key on a stick.
        office = folder.absolute().parent.parent
        root = "" if newest_root_file(office).exists() else " --root FILE"
        self._renew = f"caseworker office renew {foreign_path(office)}{root}, with the root key"
        self._new_signing_key = f"caseworker office new-signing-key {self._folder} --out FILE"

    @singledispatchmethod
    def of(self, alarm: Alarm) -> tuple[str, str]:
        """Return what is so, and what to type."""
        raise NotImplementedError(type(alarm).__name__)

    @of.register
    def _(self, alarm: TroubleAlarm) -> tuple[str, str]:
        when = distance_text(alarm.day, self._today)
        return {
            Trouble.AWAITS_BUNDLE: (
                "this vault came from a backup, and exports nothing before a newer bundle came",
                f"caseworker import {self._folder} FILE, with a new bundle from the server",
            ),
            Trouble.BACKUP_DUE: (
                "no backup holds the newest keys of this vault",
                f"caseworker backup {self._folder} --out FILE",
            ),
            Trouble.SIGNING_KEY_NOT_HELD: (
                "the directory names a signing key of this recipient that this vault does not hold",
                f"{self._new_signing_key} --old-key-lost",
            ),
            Trouble.DIRECTORY_AHEAD: (
                f"the directory begins {when}: this machine's clock is behind, or was ahead when "
                "it was issued",
                f"set the clock; if it is right: {self._renew}",
            ),
            Trouble.NO_SERVER: (
                "no bundle by a server that the directory lists has come: reports are taken in, "
                "and nothing else that a bundle says is believed",
                f"caseworker import {self._folder} FILE, with a bundle that the server wrote after "
                "the directory's vault imported one and exported",
            ),
            Trouble.SERVER_NOT_NAMED: (
                "the directory does not list the server yet whose digits were compared here: until "
                "it does, the other vaults believe no bundle",
                f"{self._export}, then carry it to the server",
            ),
            Trouble.UNCONFIRMED: (
                f"envelopes that came {when} are not confirmed on the server, which takes no "
                "report once they wait too long",
                f"{self._export}, then carry it to the server",
            ),
        }[alarm.trouble]

    @of.register
    def _(self, alarm: BoardHeavy) -> tuple[str, str]:
        text = f"the board has {size_text(alarm.size)}, and everybody loads all of it"
        if alarm.loud:
            return f"{text}, which is too much for one office", (
                "split the office in two, each with its own address: caseworker office create DIR"
            )
        return text, f"{self._renew} and a smaller --batch-size, or --release monday"

    @of.register
    def _(self, alarm: StrayDirectory) -> tuple[str, str]:
        text = (
            f"the server has a directory, number {alarm.sequence}, that this vault did not issue: "
            "it came from a backup, or somebody else has the directory key"
        )
        return text, f"caseworker restored {self._folder}, or if it is no backup: {self._renew}"

    @of.register
    def _(self, alarm: KeysLost) -> tuple[str, str]:
        return f"this vault lost {alarm.number} of its keys that the directory names", self._export

    @of.register
    def _(self, alarm: SigningKeyNotNamed) -> tuple[str, str]:
        text = "the directory does not name this vault's new signing key yet: carry its card"
        lost = "" if alarm.vouched else " --old-key-lost"
        return text, f"{self._new_signing_key}{lost}"

    @of.register
    def _(self, alarm: DirectoryEnds) -> tuple[str, str]:
        when = distance_text(alarm.ending.day, self._today)
        text = f"the directory expire{'d:' if alarm.ending.is_over else 's'} {when}"
        deed = {
            Lengthens.IMPORT: f"caseworker import {self._folder} FILE, with a newer bundle from "
            "the server",
            Lengthens.EXPORT: self._export,
            Lengthens.RENEWAL: self._renew,
        }[alarm.lengthens]
        if alarm.exports_first:
            deed = f"{self._export}, carry it to the server; then: {deed}"
        return text, f"{self._fetch(*alarm.after)}; then: {deed}" if alarm.after else deed

    @of.register
    def _(self, alarm: EndAlarm) -> tuple[str, str]:
        when, whose = distance_text(alarm.ending.day, self._today), alarm.ending.whose
        if alarm.ending.what is Ends.DELEGATION:
            ends = "ended" if alarm.ending.is_over else "ends"
            return f"the root's delegation {ends}: {when}", self._renew
        if alarm.is_own:
            return f"the intake keys on this vault's card run out: {when}", self._export
        text = f"the intake keys of {whose}, as far as they are known here, run out: {when}"
        return text, self._fetch(whose)

    def _fetch(self, *recipients: str) -> str:
        return (
            f"caseworker import {self._folder} FILE, with a bundle that the server wrote after it "
            f"took one from {' and from '.join(recipients)}"
        )
