"""Commands under test meet a terminal's signals, and no width, however the tests were started.

And the files that take longest are begun first.
"""

import os
import signal

import pytest

# A shell starts background jobs without Ctrl-C, `nohup` without hanging up; children inherit it.
for _number, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

# pytest's workers are told how wide somebody's terminal is, which is not that of a test.
os.environ.pop("COLUMNS", None)

# Seconds until a test is taken to wait for ever.
_PATIENCE = {"long": 1800, "soak": 4 * 3600}

# Where a file can take a minute. One worker has a whole file: none should begin such a one when all
# others are done.
_LONGEST_FIRST = ("whole", "intake", "caseworker")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; give tests that are marked as long the time they take."""
    items.sort(key=_turn)
    for item in items:
        for mark, seconds in _PATIENCE.items():
            if item.get_closest_marker(mark) and not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(seconds))


def _turn(item: pytest.Item) -> int:
    """Return when the room of a test has its turn. Within rooms the order stays."""
    rooms = item.path.relative_to(item.config.rootpath / "tests").parts
    return _LONGEST_FIRST.index(rooms[0]) if rooms[0] in _LONGEST_FIRST else len(_LONGEST_FIRST)
