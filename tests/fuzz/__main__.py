"""`make fuzz`: feed every reader with nonsense that grew out of the vectors.

Inputs that reach new code are kept in `fuzz-corpus/TARGET/` (git-ignored) and start the next run.
After that the twin reads the same inputs and has to agree on what is refused and why.

    make fuzz                             a minute or so over everything
    make fuzz ARGS="--runs 1000000"       a night's work
    make fuzz ARGS="--target json"        one reader
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.fuzz.mutation import run_by_mutation
from tests.fuzz.targets import TARGETS, Target, seeds
from tests.fuzz.twin import compare_with_twin

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "fuzz-corpus"


def main() -> int:
    """Run what the arguments ask for; 1 where a reader failed."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20_000, help="inputs a reader (20000)")
    parser.add_argument("--target", choices=[target.name for target in TARGETS])
    arguments = parser.parse_args()
    chosen = [target for target in TARGETS if arguments.target in (None, target.name)]
    failed = [target.name for target in chosen if not _run(target, arguments.runs)]
    disagreements = compare_with_twin([target for target in chosen if target.twin], CORPUS)
    for name in failed:
        print(f"error: {name}: see what it printed above", file=sys.stderr)
    for line in disagreements:
        print(f"error: {line}", file=sys.stderr)
    verdict = "failed" if failed or disagreements else "passed"
    print(f"{len(chosen)} readers, {arguments.runs} inputs each: {verdict}")
    return 1 if failed or disagreements else 0


def _run(target: Target, runs: int) -> bool:
    corpus = CORPUS / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target.largest):
        path = corpus / hashlib.sha256(seed).hexdigest()[:16]
        if not path.exists():
            path.write_bytes(seed)
    if _has_atheris():
        command = [sys.executable, "-m", "tests.fuzz.guided", target.name, str(corpus)]
        limits = [f"-runs={runs}", f"-max_len={target.largest}", "-timeout=10", "-rss_limit_mb=512"]
        quiet = ["-verbosity=0", "-print_final_stats=0", f"-artifact_prefix={CORPUS}/failed-"]
        done = subprocess.run(
            [*command, *limits, *quiet], cwd=ROOT, check=False, capture_output=True, text=True
        )
        passed = done.returncode == 0
        if not passed:
            print(done.stdout + done.stderr, file=sys.stderr)
    else:
        passed = run_by_mutation(target, corpus, runs)
    how = "led by coverage" if _has_atheris() else "by mutation"
    kept = len(list(corpus.iterdir()))
    print(f"{target.name}: {'ok' if passed else 'FAILED'}, {runs} inputs {how}, {kept} kept")
    return passed


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
