"""A program from its first moment on: all else is loaded under its eyes.

Loading takes a tenth of a second, in which Ctrl-C would end with lines of Python. Nothing is begun
by then, so nothing is said either. This module itself needs next to nothing, not even `typing`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["start"]

# As the frame has it, which is not loaded yet.
_STOPPED = 130


def start(table: str, arguments: "Sequence[str] | None") -> int:
    """Run the `PROGRAM` of a module with arguments, else those of the process.

    Returns its exit code: 0 done, 1 refused, 2 not as the help says.
    """
    try:
        from importlib import import_module

        from ground.shell.frame import run_program

        program = import_module(table).PROGRAM
    except KeyboardInterrupt:
        return _STOPPED
    return run_program(program, arguments)
