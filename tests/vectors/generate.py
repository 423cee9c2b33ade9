"""Write every vector, the same bytes each time: `python -m tests.vectors.generate`.

Each module in `areas` has a function `vectors` that yields (name, members). What nobody generates
any more is removed. The worked example of the specification is written as well.
"""

import importlib
import json
import sys
from pathlib import Path

from tests.vectors.example import with_example
from tests.vectors.vector import Vector, file_name

FOLDER = Path(__file__).parent
SPECIFICATION = FOLDER.parents[1] / "crypto" / "SPEC.md"


def generated() -> dict[str, bytes]:
    """Return the bytes of each vector file by its name, `<area>/<fault>.json`."""
    files: dict[str, bytes] = {}
    for module in sorted((FOLDER / "areas").glob("[a-z]*.py")):
        area = importlib.import_module(f"tests.vectors.areas.{module.stem}")
        for vector in area.vectors():
            name, text = _file(vector)
            if name in files:
                raise ValueError(f"two vectors are named {name}")
            files[name] = text
    return files


def committed() -> dict[str, bytes]:
    """Return the bytes of each vector file that lies here, by its name."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.glob("*/*.json"))
    }


def main() -> None:
    """Write the files, and take away those that nothing generates."""
    # Some are made of others that lie here, and change once more after those.
    while (files := generated()) != committed():
        _write(files)
    SPECIFICATION.write_text(with_example(SPECIFICATION.read_text()))
    total = sum(map(len, files.values()))
    print(f"{len(files)} vectors, {total} bytes", file=sys.stderr)


def _write(files: dict[str, bytes]) -> None:
    for name, text in files.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(text)
    for stale in committed().keys() - files.keys():
        (FOLDER / stale).unlink()


def _file(vector: Vector) -> tuple[str, bytes]:
    name, members = vector
    return file_name(name), json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"


if __name__ == "__main__":
    main()
