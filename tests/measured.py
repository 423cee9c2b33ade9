"""Runs `intake` or `caseworker` and notes how much memory it took at its highest.

    python -m tests.measured FILE intake export --data …

The number in FILE, in KiB, is the kernel's own (VmHWM). What stretching a vault's passphrase takes
is left out: 256 MiB for a second, whatever the size of what is carried, so that a guess costs them.
"""

import runpy
import sys
from pathlib import Path

_RESET_PEAK = "5"


def memory_kib(process: int | str = "self") -> int:
    """Return the memory of a process at its highest."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Run the command as it runs by itself; its exit code is that of this process."""
    note, command, *arguments = sys.argv[1:]
    higher_before = [0]
    if command == "caseworker":
        _leave_out_stretching(higher_before)
    sys.argv = [command, *arguments]
    try:
        runpy.run_module(f"{command}.cli", run_name="__main__", alter_sys=True)
    finally:
        Path(note).write_text(str(max(*higher_before, memory_kib())))


def _leave_out_stretching(higher_before: list[int]) -> None:
    from caseworker import sealing

    stretch = vars(sealing)["hash_secret_raw"]

    def stretched(*given: object, **named: object) -> object:
        higher_before.append(memory_kib())
        try:
            return stretch(*given, **named)
        finally:
            Path("/proc/self/clear_refs").write_text(_RESET_PEAK)

    vars(sealing)["hash_secret_raw"] = stretched


if __name__ == "__main__":
    main()
