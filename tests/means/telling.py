"""Tables of which `make test` tries a telling part, and `make test-long` the rest.

The frame that all commands share meets its whole table each time, in tests/ground/shell.
"""

from collections.abc import Iterable
from typing import Any

import pytest


def telling(every: Iterable[str], *chosen: str) -> list[Any]:
    """Return parameters by name: those not chosen are marked as long. Raises for unknown names."""
    names = list(every)
    assert set(chosen) <= set(names)
    return [pytest.param(one, marks=() if one in chosen else pytest.mark.long) for one in names]
