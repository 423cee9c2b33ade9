"""The command `intake`, from its first moment on: all else is loaded under its eyes.

Loading takes a tenth of a second, in which Ctrl-C would end with lines of Python. Nothing is begun
by then, so nothing is said either. This module itself needs next to nothing, not even `typing`.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

# As the frame has it, which is not loaded yet.
_STOPPED = 130


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run `intake` with these arguments, else those of the process; return its exit code."""
    try:
        from ground.shell.frame import run_program
        from intake.commands.table import PROGRAM
    except KeyboardInterrupt:
        return _STOPPED
    return run_program(PROGRAM, arguments)


if __name__ == "__main__":
    sys.exit(main())
