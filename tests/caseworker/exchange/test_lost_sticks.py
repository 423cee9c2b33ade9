"""Cards and directories between machines, whatever happens to the sticks that carry them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count, product
from pathlib import Path

import pytest

from caseworker.keys.cards import own_card
from caseworker.keys.directories import known_directory
from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.office.new_signing_key import replace_signing_key
from caseworker.vault.taken import to_repeat
from crypto.days import later
from tests.offices.courier import Exchange
from tests.offices.vaults import DAY, PROFILE, SERVER_KEY, Office, at, make_office

LEGS = ("board to server", "server to directory", "directory to server", "server to board")
ARRIVES, LOST, LATE = "arrives", "lost", "late"
LATER = later(DAY, 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Exchange]:
    """An office whose server has its first bundle; its batches are small, to be quick."""
    folder = tmp_path_factory.mktemp("lost-sticks")
    profile = replace(PROFILE, batch_size=16)
    office = Office(
        folder / "office", make_office(folder / "office", profile, SERVER_KEY.public_key)
    )
    with office.opened() as vault:
        server = Exchange(folder / "server", vault.genesis_id)
    server.take(office.folder / FIRST_BUNDLE, DAY)
    return office, server


@dataclass
class Courier:
    """Carries bundles between two vaults and a server on one day, or does not."""

    office: Office
    server: Exchange
    folder: Path
    numbers: Iterator[int]

    def write(self, leg: str) -> Path:
        """Have a bundle written where a leg begins."""
        path = self.folder / f"{next(self.numbers)} {leg}"
        if leg == "board to server":
            self.office.carry(path, LATER, "board")
        elif leg == "directory to server":
            self.office.carry(path, LATER)
        else:
            to = "investigations" if leg == "server to directory" else "board"
            self.server.export(to, path, LATER)
        return path

    def bring(self, leg: str, path: Path) -> None:
        """Take a bundle in where a leg ends; nothing in it may be refused there."""
        if leg.endswith("to server"):
            self.server.take(path, LATER)
        else:
            to = "investigations" if leg == "server to directory" else "board"
            assert self.office.bring(path, day=LATER, to=to).left_out == ()

    def round(self, fates: tuple[str, ...]) -> list[tuple[str, Path]]:
        """Go round once; return what is still on its way."""
        late = []
        for leg, fate in zip(LEGS, fates, strict=True):
            path = self.write(leg)
            if fate == ARRIVES:
                self.bring(leg, path)
            elif fate == LATE:
                late.append((leg, path))
        return late


def new_card(_office: Office) -> None:
    """The board's keys run out, so that its next export makes a new card."""


def new_signing_key(office: Office) -> None:
    """The board has a new signing key, for which the old one vouches."""
    with office.opened("board") as vault:
        replace_signing_key(vault, at(LATER), old_key_lost=False)


def try_all(
    made: tuple[Office, Exchange],
    tmp_path: Path,
    change: Callable[[Office], None],
    patterns: Iterator[tuple[tuple[str, ...], ...]],
) -> None:
    """Let sticks be lost by each pattern of rounds, then go round twice without a loss."""
    for number, rounds in enumerate(patterns):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copytree(made[0].folder, folder / "office")
        office = Office(folder / "office", made[0].keys)
        courier = Courier(office, made[1].copy(folder / "server"), folder, count())
        change(office)
        late: list[tuple[str, Path]] = []
        for fates in rounds:
            came = courier.round(fates)
            # What was late comes after what was written later, the last one first.
            for leg, path in reversed(late):
                courier.bring(leg, path)
            late = came
        for leg, path in reversed(late):
            courier.bring(leg, path)
        for _ in range(2):
            courier.round((ARRIVES,) * 4)
        check_all_arrived(courier, rounds)
        courier.server.close()
        shutil.rmtree(folder)


def check_all_arrived(courier: Courier, rounds: object) -> None:
    """The directory names the board's newest card, the board has it, and nothing waits."""
    server = courier.server
    (board,) = [one for one in server.directory.recipients if one.id == "board"]
    with courier.office.opened("board") as vault:
        card = own_card(vault)
        assert card is not None
        assert board.signing_key == card.signing_key, rounds
        assert set(board.keys) <= set(card.keys), rounds
        assert known_directory(vault).sha256 == server.directory.sha256, rounds
        # All but the last batch, which no bundle has named yet.
        assert len(to_repeat(vault)) <= 1, rounds
    numbers = sorted(line.number for line in server.lines if line.recipient_id == "board")
    assert numbers == list(range(1, len(numbers) + 1)), rounds


@pytest.mark.long
@pytest.mark.parametrize("change", [new_card, new_signing_key], ids=lambda one: one.__name__)
def test_a_card_reaches_the_directory_and_the_directory_its_vault_whatever_is_lost(
    made: tuple[Office, Exchange], tmp_path: Path, change: Callable[[Office], None]
) -> None:
    """Each of the four ways of one round arrives or is lost."""
    patterns = (((*fates,),) for fates in product((ARRIVES, LOST), repeat=4))
    try_all(made, tmp_path, change, patterns)


@pytest.mark.long
@pytest.mark.parametrize("change", [new_card, new_signing_key], ids=lambda one: one.__name__)
def test_sticks_that_come_late_and_in_another_order_change_nothing(
    made: tuple[Office, Exchange], tmp_path: Path, change: Callable[[Office], None]
) -> None:
    """Each of the four ways arrives, is lost, or comes a round later; then each arrives or not."""
    first = product((ARRIVES, LOST, LATE), repeat=4)
    second = [(ARRIVES, ARRIVES, ARRIVES, ARRIVES), (LOST, ARRIVES, LATE, ARRIVES)]
    patterns = ((fates, then) for fates in first for then in second)
    try_all(made, tmp_path, change, patterns)
