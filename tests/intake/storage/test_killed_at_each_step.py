"""A process that ends at any of its writes and syncs, through storing, growing, dealing and wiping.

Every call that changes the disk is counted; at one of them the process is no more, in the half of
the cases with that write half done. What another process then finds is what a kill leaves, since
the kernel writes later what was given to it. What a power cut leaves is tried in `test_power_cuts`.
"""

import contextlib
import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crypto.names import Week
from intake.storage import disk_room
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import SIZES, Kind
from intake.storage.slots.store import Store
from intake.storage.slots.survey import survey
from intake.storage.uploads import Outcome, Upload
from tests.means.stored_items import no_damage

FEW = {Kind.ENVELOPE: 8, Kind.CHUNK: 4}
CALLS = ("pwrite", "fdatasync", "fsync", "unlink", "rename", "replace")


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Clockwork:
    """Counts the calls that change the disk; the last of so many is not made, or half."""

    last: int
    half: bool
    calls: int = 0

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Count in the module `os` from now on."""
        for name in CALLS:
            patch.setattr(os, name, self._counting(getattr(os, name), name))

    def _counting(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls < self.last:
                return call(*arguments, **named)
            if self.calls == self.last and self.half and name == "pwrite":
                descriptor, data, position = arguments
                call(descriptor, memoryview(data)[: len(data) // 2], position)
            raise Killed

        return counted


@dataclass
class Truth:
    """What was acknowledged, and what was deleted for good."""

    stored: dict[bytes, Kind] = field(default_factory=dict)
    bodies: dict[bytes, bytes] = field(default_factory=dict)
    deleted: set[bytes] = field(default_factory=set)


def live(folder: DataFolder, truth: Truth) -> None:
    """Store until both kinds have grown twice, deleting some on the way."""
    room = DiskRoom(folder, 0, 0)
    with contextlib.closing(Store(folder, no_damage)) as store:
        for number in range(9):
            uploads = [_upload(truth, kind) for kind in Kind for _ in range(2)]
            with store.changing():
                store.store(uploads, room)
            for upload in uploads:
                assert upload.outcome is Outcome.DURABLE
                truth.stored[upload.key] = upload.kind
            if number == 4:
                _delete(store, truth)
            while store.has_work() or store.wants_more():
                with store.changing():
                    store.work(room)


def _upload(truth: Truth, kind: Kind) -> Upload:
    body = os.urandom(SIZES[kind])
    digest = hashlib.sha256(body).digest()
    truth.bodies[digest] = body
    return Upload(kind, digest, digest, body, Week(2970))


def _delete(store: Store, truth: Truth) -> None:
    with store.changing():
        for shelf in store.shelves.values():
            items = list(shelf.items.values())[:2]
            for item in items:
                del truth.stored[item.key]
            store.drop(items)
            truth.deleted |= {item.key for item in items}


def check(folder: DataFolder, truth: Truth) -> None:
    """What was acknowledged is there, whole; a start finishes what was begun."""
    room = DiskRoom(folder, 0, 0)
    with contextlib.closing(Store(folder, lambda damage: _only_repaired(damage.repaired))) as store:
        with store.changing():
            for shelf in store.shelves.values():
                shelf.sweep_all()
        while store.has_work():
            with store.changing():
                store.work(room)
        for key, kind in truth.stored.items():
            item = store.shelves[kind].items[key]
            assert store.shelves[kind].container.read(item.slot) == truth.bodies[key]
    for kind in Kind:
        found = survey(folder, kind)
        assert found.damage == ()
        assert len({item.slot for item in found.items}) == len(found.items)
        content = folder.bodies(kind).read_bytes()
        there = {item.key for item in found.items}
        for key, body in truth.bodies.items():
            if len(body) == SIZES[kind]:
                assert content.count(body) == (key in there)
        assert not there & truth.deleted


def _only_repaired(is_repaired: bool) -> None:
    assert is_repaired


def count_calls(folder: DataFolder) -> int:
    clockwork = Clockwork(1 << 60, half=False)
    with pytest.MonkeyPatch.context() as patch:
        clockwork.patch(patch)
        live(folder, Truth())
    return clockwork.calls


@pytest.fixture(autouse=True)
def few_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with so few slots that growing them takes no time."""
    monkeypatch.setattr(disk_room, "FIRST_SLOTS", FEW)
    monkeypatch.setattr(disk_room, "LEAST_SLOTS", FEW)


def kill_at(path: Path, last: int) -> None:
    folder, truth = create_folder(path), Truth()
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
        Clockwork(last, half=bool(random.getrandbits(1))).patch(patch)
        live(folder, truth)
    check(folder, truth)


def test_no_kill_loses_what_was_acknowledged(tmp_path: Path) -> None:
    """At some of all moments, drawn anew each time."""
    calls = count_calls(create_folder(tmp_path / "counted"))
    for last in random.sample(range(1, calls), 40):
        kill_at(tmp_path / f"killed-{last}", last)


@pytest.mark.long
def test_no_kill_at_any_moment_loses_what_was_acknowledged(tmp_path: Path) -> None:
    calls = count_calls(create_folder(tmp_path / "counted"))
    for last in range(1, calls):
        kill_at(tmp_path / f"killed-{last}", last)
