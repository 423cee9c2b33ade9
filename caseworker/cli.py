"""The command `caseworker`. Which commands there are stands in `commands/table.py`."""

import sys

from ground.shell.starting import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run the command with these arguments, else those of the process; return its exit code."""
    return start("caseworker.commands.table", arguments)


if __name__ == "__main__":
    sys.exit(main())
