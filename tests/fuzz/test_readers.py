"""Every reader of foreign bytes under nonsense: a little of it here, all of it in `make fuzz`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.kept import without_stretching
from tests.fuzz.mutation import run_by_mutation
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from tests.means.repository import REPOSITORY


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_answers_nonsense_with_its_own_refusals_alone(target: Target) -> None:
    with without_stretching():
        assert run_by_mutation(target, list(target.seeds()), 300, seed=2)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_takes_something_that_it_is_fed(target: Target) -> None:
    """Else its fuzzing would never come past the first check."""
    with without_stretching():
        assert any(_is_taken(target, data) for data in target.seeds())


@pytest.mark.long
def test_readers_under_more_nonsense_keep_within_their_memory_and_the_twin_agrees(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz",
            *["--by-mutation", "--runs", "1000", "--corpus"],
            tmp_path,
        ],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def _is_taken(target: Target, data: bytes) -> bool:
    try:
        target.read(data)
    except target.refusals:
        return False
    return True
