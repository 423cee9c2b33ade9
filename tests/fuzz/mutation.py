"""Nonsense by plain mutation, where no fuzzer led by coverage can be had.

As a program, under limits of memory and of time for each input: TARGET CORPUS RUNS
"""

import random
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.fuzz.kept import without_stretching
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

INTERESTING = (0, 1, 0x0A, 0x22, 0x2E, 0x2F, 0x5C, 0x7F, 0x80, 0xFF)
# These find what hangs or eats all there is, nothing smaller.
SECONDS_AN_INPUT = 10
_MEMORY_MAX = 1024 * 1024 * 1024


def run_by_mutation(target: Target, inputs: Sequence[bytes], runs: int, seed: int = 1) -> bool:
    """Feed `runs` mutated inputs; tell whether nothing but the reader's refusals came out."""
    dice = random.Random(seed)
    for _ in range(runs):
        data = mutated(dice.choice(inputs), dice)[: target.largest]
        try:
            target.read(data)
        except target.refusals:
            continue
        except Exception:  # noqa: BLE001 - any other error is what this looks for
            traceback.print_exc()
            print(f"input: {data.hex()}", file=sys.stderr)
            return False
    return True


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return the bytes with one to four changes."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(changed))
        match dice.randrange(5):
            case 0 if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
            case 1 if at < len(changed):
                changed[at] = dice.choice(INTERESTING)
            case 2:
                del changed[at : at + dice.randint(1, 16)]
            case 3:
                changed[at:at] = bytes(changed[at : at + dice.randint(1, 64)])
            case _:
                changed[at:at] = dice.randbytes(dice.randint(1, 8))
    return bytes(changed)


def main() -> int:
    """Run the reader that the arguments name; 1 where it failed."""
    name, corpus, runs = sys.argv[1:]
    target = {target.name: target for target in TARGETS}[name]
    inputs = [path.read_bytes() for path in sorted(Path(corpus).iterdir())]
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_MAX, _MEMORY_MAX))
    with without_stretching():
        return 0 if run_by_mutation(_timed(target), inputs or [b""], int(runs)) else 1


def _timed(target: Target) -> Target:
    """Return the reader with a limit on the time that one input may take."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"an input that takes more than {SECONDS_AN_INPUT} s")

    signal.signal(signal.SIGALRM, give_up)

    def read(data: bytes) -> None:
        signal.setitimer(signal.ITIMER_REAL, SECONDS_AN_INPUT)
        target.read(data)

    return Target(target.name, read, target.largest, refusals=target.refusals)


if __name__ == "__main__":
    sys.exit(main())
