"""`make fuzz`: feed every reader with nonsense that grew out of good inputs.

Inputs that reach new code are kept in `fuzz-corpus/TARGET/` (git-ignored) and start the next run.
After that the twin reads the same inputs and has to agree on what is refused and why.

    make fuzz                             some minutes over everything
    make fuzz ARGS="--runs 1000000"       a night's work
    make fuzz ARGS="--target json"        one reader
    make fuzz ARGS="--by-mutation"        without the fuzzer that is led by coverage
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.mutation import SECONDS_AN_INPUT
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from tests.fuzz.twin import compare_with_twin
from tests.means.repository import REPOSITORY

_MEMORY_MIB = 1024


def main() -> int:
    """Run what the arguments ask for; 1 where a reader failed."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20_000, help="inputs a reader (20000)")
    names = [target.name for target in TARGETS]
    parser.add_argument(
        "--target",
        choices=names,
        nargs="+",
        metavar="READER",
        help=f"only these: {', '.join(names)}",
    )
    parser.add_argument(
        "--corpus", type=Path, default=REPOSITORY / "fuzz-corpus", help="where good inputs are kept"
    )
    parser.add_argument("--by-mutation", action="store_true", help="not led by coverage")
    arguments = parser.parse_args()
    chosen = [target for target in TARGETS if target.name in (arguments.target or [target.name])]
    led = _has_atheris() and not arguments.by_mutation
    failed = [one.name for one in chosen if not _run(one, arguments.corpus, arguments.runs, led)]
    disagreements = compare_with_twin([one for one in chosen if one.twin], arguments.corpus)
    for name in failed:
        print(f"error: {name}: see what it printed above", file=sys.stderr)
    for line in disagreements:
        print(f"error: {line}", file=sys.stderr)
    verdict = "failed" if failed or disagreements else "passed"
    print(f"{len(chosen)} readers, {arguments.runs} inputs each: {verdict}")
    return 1 if failed or disagreements else 0


def _run(target: Target, corpus: Path, runs: int, led: bool) -> bool:
    folder = corpus / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        path = folder / hashlib.sha256(seed).hexdigest()[:16]
        if not path.exists():
            path.write_bytes(seed)
    started = time.monotonic()
    # What readers of files are given lies in memory, and is gone afterwards.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        done = subprocess.run(
            _led(target, folder, runs) if led else _mutating(target, folder, runs),
            cwd=REPOSITORY,
            env={**os.environ, "TMPDIR": scratch},
            capture_output=True,
            text=True,
        )
    passed = done.returncode == 0
    if not passed:
        print(done.stdout + done.stderr, file=sys.stderr)
    print(
        f"{target.name}: {'ok' if passed else 'FAILED'}, {runs} inputs"
        f" {'led by coverage' if led else 'by mutation'} in {time.monotonic() - started:.0f} s,"
        f" {len(list(folder.iterdir()))} kept",
        flush=True,
    )
    return passed


def _led(target: Target, folder: Path, runs: int) -> list[str]:
    limits = [f"-runs={runs}", f"-max_len={target.largest}", f"-timeout={SECONDS_AN_INPUT}"]
    limits += [f"-rss_limit_mb={_MEMORY_MIB}", f"-artifact_prefix={folder.parent}/failed-"]
    quiet = ["-verbosity=0", "-print_final_stats=0"]
    command = [sys.executable, "-m", "tests.fuzz.guided", target.name, str(folder)]
    return [*command, *limits, *quiet]


def _mutating(target: Target, folder: Path, runs: int) -> list[str]:
    return [sys.executable, "-m", "tests.fuzz.mutation", target.name, str(folder), str(runs)]


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
