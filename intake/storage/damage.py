"""Places on the disk that do not hold what was written there: named, never passed over."""

from dataclasses import dataclass

__all__ = ["Damage", "DamagedError"]


@dataclass(frozen=True, order=True)
class Damage:
    """A damaged place: the file's name in the data folder, and the number of the slot.

    `repaired`: a second copy was whole, and nothing is lost. Else at most the item in that slot is.
    """

    file: str
    slot: int
    repaired: bool = False


class DamagedError(Exception):
    """Tells of one damaged place; `strerror` says which, and holds nothing of what lay there."""

    def __init__(self, damage: Damage) -> None:
        super().__init__()
        end = "repaired from its copy" if damage.repaired else "lost"
        self.strerror = f"{damage.file}, slot {damage.slot}: {end}"
