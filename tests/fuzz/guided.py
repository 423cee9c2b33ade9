"""One reader under a fuzzer that is led by coverage; started by `tests.fuzz` as a process."""

import sys

import atheris

with atheris.instrument_imports(include=["crypto", "intake", "caseworker"]):
    from tests.fuzz.kept import without_stretching
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run the reader that the first argument names; the others are the fuzzer's."""
    target = {target.name: target for target in TARGETS}[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        try:
            target.read(data)
        except target.refusals:
            return

    atheris.Setup(sys.argv, once)
    with without_stretching():
        atheris.Fuzz()


if __name__ == "__main__":
    main()
