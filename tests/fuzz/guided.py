"""One reader under a fuzzer that is led by coverage; started by `tests.fuzz` as a process."""

import sys

import atheris

with atheris.instrument_imports(include=["crypto"]):
    from tests.fuzz.targets import TARGETS

from crypto.errors import ProtocolError


def main() -> None:
    """Run the reader that the first argument names; the others are the fuzzer's."""
    read = {target.name: target.read for target in TARGETS}[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        try:
            read(data)
        except ProtocolError:
            return

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
