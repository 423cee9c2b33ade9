"""A clock that is moved from outside, for real commands: Debian's faketime.

    run_caseworker(line, passphrases, env=clock_at(day))

The product has no switch for it. The clock begins at noon of the day, for each process anew, and
goes on from there; what counts seconds (timeouts) is left as it is. Where there is no faketime, the
test that asks for it is skipped.
"""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

# It takes a name in shared memory by its process's number, which one that was killed may have left;
# the next has another number.
_TRIES = 5


def clock_at(day: int) -> dict[str, str]:
    """The environment of a process whose clock says noon of a day since 1970-01-01, UTC."""
    noon = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
    return {**_moved(), "FAKETIME": f"@{noon:%Y-%m-%d %H:%M:%S}"}


def clock_ahead(days: int) -> dict[str, str]:
    """The environment of a process whose clock is days ahead, or behind where below zero."""
    return {**_moved(), "FAKETIME": f"{days:+}d"}


def clock_by(file: Path) -> dict[str, str]:
    """The environment of processes whose clock is as far ahead as a file says, at any time."""
    return {**_moved(), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}


def set_clock(file: Path, days: int, seconds: int = 0) -> None:
    """Move the clock of those processes, while they run, to so much ahead of the true one."""
    file.with_suffix(".new").write_text(f"{86_400 * days + seconds:+}")
    file.with_suffix(".new").replace(file)


def _moved() -> dict[str, str]:
    return {
        "LD_PRELOAD": _library(),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "TZ": "UTC",
    }


@cache
def _library() -> str:
    """The library that the command `faketime` loads into what it runs."""
    if shutil.which("faketime") is None:
        pytest.skip("no clock can be moved here: apt-get install faketime")
    asked = ["faketime", "-f", "+0d", "printenv", "LD_PRELOAD"]
    for _ in range(_TRIES):
        done = subprocess.run(asked, capture_output=True, text=True, env=os.environ)
        if done.returncode == 0:
            return done.stdout.strip()
    raise AssertionError("faketime does not run: faketime -f +0d true")
