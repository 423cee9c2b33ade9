"""Nonsense by plain mutation, where no coverage-led fuzzer can be had."""

import random
import sys
import traceback
from pathlib import Path

from crypto.errors import ProtocolError
from tests.fuzz.targets import Target

INTERESTING = (0, 1, 0x0A, 0x22, 0x2E, 0x2F, 0x5C, 0x7F, 0x80, 0xFF)


def run_by_mutation(target: Target, corpus: Path, runs: int, seed: int = 1) -> bool:
    """Feed `runs` mutated inputs; tell whether nothing but the protocol's errors came out."""
    dice = random.Random(seed)
    inputs = [path.read_bytes() for path in sorted(corpus.iterdir())] or [b""]
    for _ in range(runs):
        data = mutated(dice.choice(inputs), dice)[: target.largest]
        try:
            target.read(data)
        except ProtocolError:
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
