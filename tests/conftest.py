"""Commands under test meet a terminal's signals, and no width, however the tests were started."""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that are marked as long the time they take."""
    for item in items:
        for mark, seconds in _PATIENCE.items():
            if item.get_closest_marker(mark) and not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(seconds))
