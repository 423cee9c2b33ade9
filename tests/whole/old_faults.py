"""What version 1 has mended, broken again by hand: so that a scorer shows that it can win.

Both recipients share one chain of a source, as they shared its thread secret; ids of chunks come
from one counter; slots are filled in order, and not dealt anew when there are more.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crypto import envelope, source_keys
from crypto.chain_keys import ChainKey
from crypto.names import ChunkId, Week
from crypto.source_keys import SourceKeys
from tests.means.repository import REPOSITORY
from tests.offices import vaults

__all__ = ["faulty_server", "old_faults"]

_SERVER = """
from intake.storage.slots import shelf
from intake.storage.slots.free_slots import FreeSlots


def draw(self):
    first = min(self._numbers)
    self._numbers.remove(first)
    return first


def deal_nothing(self, growth):
    shelf.end_growth(self._growth_path)
    self.growth = None


FreeSlots.draw = draw
shelf.Shelf._deal_step = deal_nothing
"""


def faulty_server(folder: Path) -> dict[str, str]:
    """The environment of a server whose slots are filled in order."""
    made = folder / "faults"
    made.mkdir(exist_ok=True)
    (made / "sitecustomize.py").write_text(_SERVER)
    return {"PYTHONPATH": f"{made}:{REPOSITORY}"}


@contextmanager
def old_faults() -> Iterator[None]:
    """Have sources of this process share chains and count chunks, for a time."""
    counter = itertools.count(1)

    def shared(source: SourceKeys, _recipient: str, _signing_key: bytes, week: Week) -> ChainKey:
        return source_keys.pair_chain(source, "everybody", bytes(32), week)

    def counted(_key: bytes, _index: int) -> ChunkId:
        return ChunkId(next(counter).to_bytes(32, "big"))

    usual = vars(envelope)["pair_chain"], vars(vaults)["chunk_id"]
    vars(envelope)["pair_chain"], vars(vaults)["chunk_id"] = shared, counted
    try:
        yield
    finally:
        vars(envelope)["pair_chain"], vars(vaults)["chunk_id"] = usual
