"""Runs `intake` or `caseworker` and notes how much memory it took at its highest.

    python -m tests.means.measured FILE intake export --data …

The number in FILE, in KiB, is the kernel's own (VmHWM). The vaults of tests open with passphrases
that cost little (quick_passphrases.py beside this). A real one takes 256 MiB for a second, whatever
the size of what is carried, so that a guess costs them.
"""

import runpy
import sys
from pathlib import Path


def memory_kib(process: int | str = "self") -> int:
    """Return the memory of a process at its highest."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Run the command as it runs by itself; its exit code is that of this process."""
    note, command, *arguments = sys.argv[1:]
    sys.argv = [command, *arguments]
    try:
        runpy.run_module(f"{command}.cli", run_name="__main__", alter_sys=True)
    finally:
        Path(note).write_text(str(memory_kib()))


if __name__ == "__main__":
    main()
