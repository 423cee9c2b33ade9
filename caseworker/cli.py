"""The command `caseworker`, from its first moment on: all else is loaded under its eyes.

Ctrl-C while it loads would end with lines of Python. Nothing is begun by then, so nothing is said
either. This module itself needs next to nothing, not even `typing`.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

# As the frame has it, which is not loaded yet.
_STOPPED = 130


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run the command and return its exit code: 0 done, 1 refused, 2 not as the help says."""
    try:
        from caseworker.commands.table import PROGRAM
        from ground.shell.frame import run_program
    except KeyboardInterrupt:
        return _STOPPED
    return run_program(PROGRAM, arguments)


if __name__ == "__main__":
    sys.exit(main())
