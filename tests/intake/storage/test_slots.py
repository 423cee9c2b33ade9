"""Slots on a bad disk: a damaged place is named, and costs the item in it at most."""

import asyncio
import contextlib
import math
import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.names import Week
from crypto.sizes import ENVELOPE_SIZE
from ground.disk.locks import locked
from intake.storage.damage import Damage, DamagedError
from intake.storage.disk_room import FIRST_SLOTS, DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import Kind
from intake.storage.slots.container import SlotFile
from intake.storage.slots.dealing import Deal
from intake.storage.slots.free_slots import FreeSlots
from intake.storage.slots.lots import Lots
from intake.storage.slots.marks import recipient_tag
from intake.storage.slots.records import RECORD_SIZE, Item, State, decode, encode_unused
from intake.storage.slots.store import Store
from intake.storage.slots.survey import survey, unconfirmed
from intake.storage.uploads import Outcome, Upload
from tests.means.stored_items import no_damage, store_items, stored_items

KIND = Kind.ENVELOPE
COUNT = 20


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A folder with some envelopes."""
    made = create_folder(tmp_path / "data")
    store_items(made.path, KIND, (os.urandom(ENVELOPE_SIZE) for _ in range(COUNT)), 2970)
    return made


def spoil(path: Path, slot: int, how: str, size: int = RECORD_SIZE) -> None:
    """Do to a record what a torn write or an old disk does."""
    content = bytearray(path.read_bytes())
    if how == "torn":
        content[slot * size + size // 2 : (slot + 1) * size] = os.urandom(size // 2)
    elif how == "zeroed":
        content[slot * size : (slot + 1) * size] = bytes(size)
    else:
        content[slot * size + secrets.randbelow(size)] ^= 1 << secrets.randbelow(8)
    path.write_bytes(content)


@contextlib.contextmanager
def opened(folder: DataFolder) -> Iterator[tuple[Store, list[Damage]]]:
    """A store as a server opens it, and the damage that it tells of."""
    told: list[Damage] = []
    with contextlib.closing(Store(folder, told.append)) as store, store.changing():
        yield store, told


HOW = ["torn", "flipped", "zeroed"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("copy", [0, 1])
def test_one_bad_copy_of_a_record_is_repaired_from_the_other_and_said(
    folder: DataFolder, how: str, copy: int
) -> None:
    before = stored_items(folder.path, KIND)
    slot = next(iter(before.values())).slot
    spoil(folder.index(KIND)[copy], slot, how)
    damage = Damage(folder.index(KIND)[copy].name, slot, repaired=True)
    assert survey(folder, KIND).damage == (damage,)
    with opened(folder) as (store, told):
        assert told == [damage]
        assert store.shelves[KIND].items == before
    first, second = (path.read_bytes() for path in folder.index(KIND))
    assert first == second
    assert survey(folder, KIND).damage == ()


@pytest.mark.parametrize("how", HOW)
def test_two_bad_copies_are_named_and_cost_one_item(folder: DataFolder, how: str) -> None:
    before = stored_items(folder.path, KIND)
    lost = next(iter(before.values()))
    for path in folder.index(KIND):
        spoil(path, lost.slot, how)
    with opened(folder) as (store, told):
        assert told == [Damage("envelopes.index", lost.slot)]
        assert store.shelves[KIND].items == {k: i for k, i in before.items() if i != lost}
    assert str(DamagedError(told[0]).strerror) == f"envelopes.index, slot {lost.slot}: lost"


@pytest.mark.parametrize("of", ["item", "free"])
def test_a_damaged_slot_never_becomes_free(folder: DataFolder, of: str) -> None:
    """What lies there may be an item; its bytes can still be looked at by hand."""
    taken = {item.slot for item in stored_items(folder.path, KIND).values()}
    slots = FIRST_SLOTS[KIND]
    slot = min(taken) if of == "item" else min(set(range(slots)) - taken)
    body = folder.bodies(KIND).read_bytes()[slot * ENVELOPE_SIZE :][:ENVELOPE_SIZE]
    for path in folder.index(KIND):
        spoil(path, slot, "torn")
    room = DiskRoom(folder, 1 << 60, 0)
    uploads = [
        Upload(KIND, key, key, bytes(ENVELOPE_SIZE), Week(2970))
        for key in (os.urandom(32) for _ in range(slots))
    ]
    with contextlib.closing(Store(folder, lambda _: None)) as store:
        for _ in range(2):
            with store.changing():
                store.store(uploads, room)
                store.drop(store.shelves[KIND].items.values())
            assert store.wipe_all()
        with store.changing():
            assert store.shelves[KIND].damaged == [slot]
            assert store.shelves[KIND].free_slots() == slots - 1
    after = folder.bodies(KIND).read_bytes()[slot * ENVELOPE_SIZE :][:ENVELOPE_SIZE]
    assert after == body


def test_of_two_whole_copies_the_first_counts(folder: DataFolder) -> None:
    """As after a power cut between them: what is in the first was on its way to an answer."""
    items = stored_items(folder.path, KIND)
    gone = next(iter(items.values()))
    first = folder.index(KIND)[0]
    content = bytearray(first.read_bytes())
    content[gone.slot * RECORD_SIZE : (gone.slot + 1) * RECORD_SIZE] = encode_unused(
        KIND, gone.slot, State.WIPING
    )
    first.write_bytes(content)
    with opened(folder) as (store, told):
        assert told == []
        assert gone.key not in store.shelves[KIND].items
        assert store.shelves[KIND].wiping == [gone.slot]


def test_a_lost_file_of_the_index_is_made_again_from_its_copy(folder: DataFolder) -> None:
    before = stored_items(folder.path, KIND)
    folder.index(KIND)[0].unlink()
    with opened(folder) as (store, _):
        assert store.shelves[KIND].items == before
    first, second = (path.read_bytes() for path in folder.index(KIND))
    assert first == second


def test_a_record_counts_in_its_own_slot_and_kind_alone() -> None:
    """One that a disk wrote to the wrong place is damage there."""
    record = encode_unused(Kind.CHUNK, 7)
    assert decode(Kind.CHUNK, 7, record) is State.FREE
    assert decode(Kind.CHUNK, 8, record) is None
    assert decode(Kind.ENVELOPE, 7, record) is None


# ---- Marks ---------------------------------------------------------------------------------------


def mark(folder: DataFolder, recipient: str) -> None:
    with opened(folder) as (store, _):
        marks = store.read_marks()
        for item in store.shelves[KIND].items.values():
            marks[KIND][item.tie] = marks[KIND].get(item.tie, frozenset()) | {
                recipient_tag(recipient)
            }
        store.write_marks(marks)


def waiting(folder: DataFolder, recipient: str) -> list[Item]:
    found = survey(folder, KIND)
    return unconfirmed(found.items, found.marks, recipient)


@pytest.mark.parametrize("how", HOW)
def test_a_bad_mark_is_named_and_costs_no_item(folder: DataFolder, how: str) -> None:
    """Its item is exported once more."""
    mark(folder, "main")
    mark(folder, "board")
    assert waiting(folder, "main") == waiting(folder, "board") == []
    item = next(iter(stored_items(folder.path, KIND).values()))
    spoil(folder.marks(KIND), item.slot, how)
    assert waiting(folder, "main") == waiting(folder, "board") == [item]
    assert survey(folder, KIND).damage == (Damage("envelopes.marks", item.slot),)


def test_wiping_is_left_to_a_server_that_runs(folder: DataFolder) -> None:
    """Both would read both indexes anew at each change of hands."""
    with contextlib.closing(Store(folder, no_damage)) as store:
        with store.changing():
            store.drop(store.shelves[KIND].items.values())
        before = folder.bodies(KIND).read_bytes()
        with locked(folder.serve_lock):
            assert not store.wipe_all()
        assert folder.bodies(KIND).read_bytes() == before
        assert store.wipe_all()
        assert folder.bodies(KIND).read_bytes() != before


def test_a_mark_says_nothing_of_what_came_into_its_slot_later(folder: DataFolder) -> None:
    mark(folder, "main")
    with contextlib.closing(Store(folder, no_damage)) as store:
        with store.changing():
            store.drop(store.shelves[KIND].items.values())
        assert store.wipe_all()
    store_items(
        folder.path, KIND, (os.urandom(ENVELOPE_SIZE) for _ in range(FIRST_SLOTS[KIND])), 2970
    )
    assert len(waiting(folder, "main")) == FIRST_SLOTS[KIND]


def test_a_mark_goes_where_its_item_goes(folder: DataFolder) -> None:
    """Also when items were dealt anew over twice as many slots."""
    mark(folder, "main")
    before = {item.key: item.slot for item in stored_items(folder.path, KIND).values()}
    with contextlib.closing(Store(folder, no_damage)) as store, store.changing():
        shelf = store.shelves[KIND]
        shelf.begin_growth(shelf.slots)
        while shelf.growth is not None:
            shelf.grow_step()
    after = {item.key: item.slot for item in stored_items(folder.path, KIND).values()}
    assert after.keys() == before.keys()
    assert after != before
    assert waiting(folder, "main") == []


# ---- Dealing -------------------------------------------------------------------------------------


class Table:
    """Items in slots that are doubled while more come, without a disk."""

    def __init__(self, slots: int, items: int, arrivals: int) -> None:
        free = FreeSlots(range(slots))
        self.items: dict[bytes, Item] = {}
        self.arrivals = arrivals
        for _ in range(items):
            self._arrive(free.draw())
        new = range(slots, 2 * slots)
        self.deal = Deal(list(self.items.values()), [*free.numbers(), *new], slots)

    def _arrive(self, slot: int | None) -> None:
        assert slot is not None
        key = len(self.items).to_bytes(32, "big")
        self.items[key] = Item(KIND, key, key, Week(1), slot, b"")

    def step(self) -> None:
        """Let some come and some move."""
        for _ in range(min(3, self.arrivals)):
            self.arrivals -= 1
            key = len(self.items).to_bytes(32, "big")
            self._arrive(self.deal.draw(key, self.items))
        for key, slot in self.deal.steps(self.items, 8):
            left = self.items[key].slot
            self.items[key] = self.items[key].moved(slot)
            self.deal.vacated(left)
        assert len({item.slot for item in self.items.values()}) == len(self.items)

    def places(self) -> list[int]:
        """Return the slots in the order of arrival."""
        return [item.slot for item in self.items.values()]


def kendall(places: list[int]) -> float:
    """How many standard deviations Kendall's tau with 0, 1, 2, … is from chance."""
    count = len(places)
    score = sum(
        (1 if places[j] > places[i] else -1) for i in range(count) for j in range(i + 1, count)
    )
    return score / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)


def test_the_measure_of_order_sees_order() -> None:
    assert kendall(list(range(100))) > 14
    assert kendall(list(range(100, 0, -1))) < -14
    assert abs(kendall(random.sample(range(1000), 100))) < 5


def test_while_items_are_dealt_and_after_it_nothing_tells_what_came_first() -> None:
    """Over many rounds, at every stage, with a third coming meanwhile: no mean order at all."""
    rounds, stages = 40, 6
    seen: list[list[float]] = [[] for _ in range(stages)]
    for _ in range(rounds):
        table = Table(100, 75, 36)
        moments = []
        while not table.deal.is_over() or table.arrivals:
            table.step()
            moments.append(table.places())
        for stage in range(stages):
            seen[stage].append(kendall(moments[stage * (len(moments) - 1) // (stages - 1)]))
    means = [sum(one) / math.sqrt(rounds) for one in seen]
    assert all(abs(mean) < 5 for mean in means), means


def test_after_dealing_each_slot_is_as_likely_as_another() -> None:
    halves = [0, 0]
    for _ in range(60):
        table = Table(50, 37, 0)
        while not table.deal.is_over():
            table.step()
        new = sum(place >= 50 for place in table.places())
        halves[0] += 37 - new
        halves[1] += new
    assert abs(halves[0] - halves[1]) < 5 * math.sqrt(sum(halves))


# ---- Small things --------------------------------------------------------------------------------


def test_a_slot_takes_exactly_one_item(tmp_path: Path) -> None:
    """Neither less nor more, so that no old bytes show through."""
    file = SlotFile(tmp_path / "c", 100)
    for size in (0, 99, 101):
        with pytest.raises(ValueError, match="does not fill"):
            file.write(0, bytes(size))
    with pytest.raises(ValueError, match="does not fit"):
        file.write_part(0, 50, bytes(51))
    file.close()


def test_free_slots_are_drawn_at_random_and_each_once() -> None:
    """Every one is equally likely to be first."""
    firsts = set()
    for _ in range(200):
        free = FreeSlots(set(range(20)) - {3, 4})
        drawn = [free.draw() for _ in range(18)]
        assert sorted(drawn) == [n for n in range(20) if n not in (3, 4)]
        firsts.add(drawn[0])
    assert len(firsts) > 10


def test_lots_are_drawn_at_random_and_each_once_but_what_was_removed() -> None:
    """Every one is equally likely to be first, wherever another was taken out."""
    firsts = set()
    for _ in range(200):
        lots = Lots(range(20))
        lots.remove(3)
        lots.remove(19)
        lots.add(4)
        assert 3 not in lots
        assert 4 in lots
        drawn = [lots.draw() for _ in range(len(lots))]
        assert sorted(drawn) == [n for n in range(20) if n not in (3, 19)]
        firsts.add(drawn[0])
    assert len(firsts) > 10


def test_a_circle_of_items_is_broken_where_a_slot_is_free() -> None:
    """All that is dealt arrives, also where nearly every slot is taken."""
    for _ in range(20):
        table = Table(12, 12, 0)
        table.deal = Deal(list(table.items.values()), [12], 12)
        while not table.deal.is_over():
            assert not table.deal.is_stuck(table.items)
            table.step()


async def test_two_processes_that_store_and_delete_see_each_other_s_items(
    folder: DataFolder,
) -> None:
    """Whoever gets the lock after another reads what that has done."""
    room = DiskRoom(folder, 0, 0)
    with (
        contextlib.closing(Store(folder, no_damage)) as one,
        contextlib.closing(Store(folder, no_damage)) as other,
    ):
        for number in range(10):
            writer, reader = (one, other) if number % 2 else (other, one)
            key = os.urandom(32)
            upload = Upload(KIND, key, key, os.urandom(ENVELOPE_SIZE), Week(2970))
            with writer.changing():
                writer.store([upload], room)
            await asyncio.sleep(0)
            assert upload.outcome is Outcome.DURABLE
            with reader.changing():
                reader.drop([reader.shelves[KIND].items[key]])
            with writer.changing():
                assert key not in writer.shelves[KIND].items
