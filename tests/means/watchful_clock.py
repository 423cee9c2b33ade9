"""A clock that remembers whether it was asked by who holds the lock of the slots."""

from crypto.names import Day
from ground.disk.locks import locked
from intake.storage.folder import DataFolder


class WatchfulClock:
    """Says a day. `alone`: for each time it was asked, whether nobody else could change a thing."""

    def __init__(self, folder: DataFolder, day: Day) -> None:
        self._folder = folder
        self._day = day
        self.alone: list[bool] = []

    def __call__(self) -> Day:
        """Return the day."""
        with locked(self._folder.slots_lock, wait=False) as free:
            self.alone.append(not free)
        return self._day
