"""What a reader is that can be fed nonsense, and what it may answer."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from crypto.errors import ProtocolError
from crypto.names import GenesisId
from tests.offices.documents import office

VECTORS = Path(__file__).parent.parent / "vectors"
OFFICE = office()
GENESIS_ID = GenesisId(OFFICE.genesis_id)


@dataclass(frozen=True)
class Target:
    """A reader; it may raise `refusals` and nothing else. `twin` if it exists twice.

    `examples` are inputs that it takes, to start from; where `vectors`, those of the vectors too.
    """

    name: str
    read: Callable[[bytes], object]
    largest: int
    twin: bool = False
    refusals: tuple[type[Exception], ...] = (ProtocolError,)
    examples: Callable[[], Iterable[bytes]] = tuple
    vectors: bool = False

    def seeds(self) -> Iterator[bytes]:
        """Yield what to start from."""
        found = chain(self.examples(), vector_inputs() if self.vectors else ())
        return (data for data in found if len(data) <= self.largest)


def text_of(data: bytes) -> str:
    """Return bytes as somebody's text."""
    return data.decode("utf-8", errors="replace")


@cache
def vector_inputs() -> tuple[bytes, ...]:
    """Return every input of the vectors, as bytes, each once."""
    found = {
        data: None
        for path in sorted(VECTORS.glob("*/*.json"))
        for value in json.loads(path.read_bytes()).values()
        if isinstance(value, str)
        for data in _readings(value)
        if data
    }
    return tuple(found)


def _readings(value: str) -> Iterator[bytes]:
    yield value.encode()
    try:
        yield bytes.fromhex(value)
    except ValueError:
        try:
            yield base64.b64decode(value, validate=True)
        except ValueError:
            return
