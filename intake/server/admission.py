"""What the server accepts right now, and why not.

Two kinds of reasons. Those that anyone may know at once: there is no directory, it has expired.
And those that depend on what came in: quotas, the day's budget, the disk, envelopes that nobody
fetches. These are worked out at every full hour, after an import, and when something really did not
fit, with a distance between closing and opening, so that whoever asks for the status all day learns
next to nothing about how much arrives. Only a disk that was full is opened again in between, since
it is the operator who makes room.

Envelopes and chunks have limits of their own, so that a flood of files shuts out no text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crypto.errors import ProtocolError
from crypto.lifetimes import UNCONFIRMED_REFUSE_DAYS
from crypto.names import Address, ChunkId, Day
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE, check_puzzle
from intake.clock import today
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.server.served_office import InForce
from intake.storage.disk_room import DiskRoom
from intake.storage.kinds import SIZES, Kind
from intake.storage.reading import Load


class Reason(StrEnum):
    """Why something is not accepted: the codes of SPEC 11."""

    NO_DIRECTORY = "no-directory"
    DIRECTORY_EXPIRED = "directory-expired"
    FULL = "full"
    DAY_BUDGET = "day-budget"
    DISK = "disk"
    NOT_FETCHED = "not-fetched"


CLOSE_SHARE: Final = 0.95
"""The share of a limit at which a kind is closed at the next full hour."""

OPEN_SHARE: Final = 0.85
"""The share of a limit below which it is opened again."""

SPARE_ITEMS: Final = {Kind.ENVELOPE: 256, Kind.CHUNK: 64}
"""Room for fewer items than this counts as a full disk; for twice as many as room again."""

ENVELOPE_SURPLUS: Final = 1.1
"""Envelopes are taken until the day's budget is exceeded by a tenth."""


@dataclass(slots=True)
class Entry:
    """An upload that was let in; whoever stores it says whether it was new."""

    is_new: bool = False


class Admission:
    """Knows what is accepted.

    `in_force` tells which directory is, `free_slots` how many slots of a kind are free.
    """

    def __init__(
        self,
        settings: Settings,
        room: DiskRoom,
        in_force: Callable[[], InForce | None],
        free_slots: Callable[[Kind], int],
    ) -> None:
        self._settings = settings
        self._room = room
        self._in_force = in_force
        self._free_slots = free_slots
        self._quotas = {Kind.ENVELOPE: settings.envelope_quota, Kind.CHUNK: settings.chunk_quota}
        self._counts = dict.fromkeys(Kind, 0)
        self._under_way = dict.fromkeys(Kind, 0)
        self._closed: dict[Kind, Reason | None] = dict.fromkeys(Kind)
        self._budget_day = today()
        self._budget_used = 0

    def reason(self, kind: Kind) -> Reason | None:
        """Why nothing of a kind is accepted now; None if it is. For the status and every PUT."""
        in_force = self._in_force()
        if in_force is None:
            return Reason.NO_DIRECTORY
        if not in_force.is_current(today()):
            return Reason.DIRECTORY_EXPIRED
        if kind is Kind.CHUNK and in_force.directory.policy.max_chunks == 0:
            # Files that the office does not take have no room, whoever asks.
            return Reason.FULL
        return self._closed[kind]

    @contextmanager
    def entered(self, kind: Kind, puzzle: str, name: Address | ChunkId) -> Iterator[Entry]:
        """Let an upload in, or refuse it before its body is read.

        `name` is the address or id of its path (32 bytes), which the puzzle binds; `puzzle` is the
        header that shows a solution, empty where the upload has none. It is counted for good if the
        context ends well and found that it is new: what is sent again takes no room, and one puzzle
        solved must not fill a quota. What comes to nothing takes room only meanwhile.
        """
        reason = self.reason(kind) or self._limit_reached(kind)
        if reason is not None:
            raise Denied(503, reason)
        if not self._fits(kind):
            raise Denied(503, self.did_not_fit(kind))
        self._check_puzzle(kind, puzzle, name)
        self._under_way[kind] += 1
        try:
            entry = Entry()
            yield entry
            if entry.is_new:
                self._counts[kind] += 1
                self._budget_used += SIZES[kind]
        finally:
            self._under_way[kind] -= 1

    def _check_puzzle(self, kind: Kind, header: str, name: Address | ChunkId) -> None:
        in_force = self._in_force()
        if in_force is None:
            raise Denied(503, Reason.NO_DIRECTORY)
        policy = in_force.directory.policy
        code, difficulty = {
            Kind.ENVELOPE: (PUZZLE_ENVELOPE, policy.puzzle_envelope),
            Kind.CHUNK: (PUZZLE_CHUNK, policy.puzzle_chunk),
        }[kind]
        if difficulty == 0:
            return
        genesis_id = in_force.directory.genesis_id
        try:
            check_puzzle(header, genesis_id, code, name, difficulty, today())
        except ProtocolError:
            raise Denied(403, "puzzle") from None

    def did_not_fit(self, kind: Kind) -> Reason:
        """Close a kind for which the disk had no room; returns the reason."""
        self._closed[kind] = Reason.DISK
        return Reason.DISK

    def work_out(self, load: Load) -> None:
        """Judge everything anew by how much lies here: at full hours and after imports."""
        self._counts = dict(load.counts)
        day = today()
        self._new_day(day)
        age = load.oldest_age(day)
        stale = age is not None and age >= UNCONFIRMED_REFUSE_DAYS
        for kind in Kind:
            self._closed[kind] = Reason.NOT_FETCHED if stale else self._judge(kind)

    def reopen_where_disk_has_room(self) -> None:
        """Open again what the disk had no room for, where there is room."""
        for kind in Kind:
            if self._closed[kind] is Reason.DISK and not self._disk_is_full(kind):
                self._closed[kind] = None

    def _judge(self, kind: Kind) -> Reason | None:
        was = self._closed[kind]
        if self._disk_is_full(kind):
            return Reason.DISK
        if self._counts[kind] >= self._quotas[kind] * _share(was is Reason.FULL):
            return Reason.FULL
        if self._budget_used >= self._budget(kind) * _share(was is Reason.DAY_BUDGET):
            return Reason.DAY_BUDGET
        return None

    def _limit_reached(self, kind: Kind) -> Reason | None:
        """Return why another upload cannot be let in; close the kind where that is for good."""
        self._new_day(today())
        count, used = self._counts[kind], self._budget_used + SIZES[kind]
        self._closed[kind] = self._beyond(kind, count, used)
        under_way = sum(SIZES[other] * number for other, number in self._under_way.items())
        return self._beyond(kind, count + self._under_way[kind], used + under_way)

    def _beyond(self, kind: Kind, count: int, used: int) -> Reason | None:
        if count >= self._quotas[kind]:
            return Reason.FULL
        return Reason.DAY_BUDGET if used > self._budget(kind) else None

    def _budget(self, kind: Kind) -> float:
        surplus = ENVELOPE_SURPLUS if kind is Kind.ENVELOPE else 1.0
        return self._settings.day_budget * surplus

    def _new_day(self, day: Day) -> None:
        if day != self._budget_day:
            self._budget_day, self._budget_used = day, 0

    def _disk_is_full(self, kind: Kind) -> bool:
        again = 2 if self._closed[kind] is Reason.DISK else 1
        return self._left(kind) < SPARE_ITEMS[kind] * again

    def _fits(self, kind: Kind) -> bool:
        """Tell whether the disk takes one more, besides those that are on their way."""
        return self._left(kind) > self._under_way[kind]

    def _left(self, kind: Kind) -> int:
        """Return for how many more the disk has room."""
        return self._free_slots(kind) + self._room.slots(kind)


def _share(closed: bool) -> float:
    return OPEN_SHARE if closed else CLOSE_SHARE
