"""`make bench`: takes every measurement, one line a figure, and the same as JSON beside.

    make bench                      all
    make bench ARGS="envelopes"     those whose name holds the word
    make bench ARGS="--list"        their names

A line says: name value unit ratio target ok|short. Ratios compare two things in one run, since
this machine's own speed changes from run to run. Exit code 1 where a target was not reached.
"""

import argparse
import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from tests.bench.figures import MEASUREMENTS, Figure

HERE = Path(__file__).parent
RESULTS = HERE.parent.parent / "bench-results"


def main() -> int:
    """Run the measurements that were asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="part of a measurement's name")
    parser.add_argument("--list", action="store_true", help="name the measurements")
    arguments = parser.parse_args()
    for path in sorted(HERE.glob("measure_*.py")):
        import_module(f"tests.bench.{path.stem}")
    figures: list[Figure] = []
    for name, measure in MEASUREMENTS.items():
        if arguments.word not in name:
            continue
        if arguments.list:
            print(name)
            continue
        for figure in measure():
            print(figure.line(), flush=True)
            figures.append(figure)
    if figures:
        RESULTS.mkdir(exist_ok=True)
        rows = [asdict(figure) | {"reached": figure.reached} for figure in figures]
        (RESULTS / "latest.json").write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
