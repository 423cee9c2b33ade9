"""A process that is killed at one step after another of what it does to a disk."""

import os
import signal
import sys
from collections.abc import Callable, Iterator

# What Python tells audit hooks of each change of a disk, and of each lock.
_STEPS = frozenset(
    {
        "open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "fcntl.flock",
        "os.scandir", "os.listdir",
    }
)  # fmt: skip


def killed_at_each_step(work: Callable[[], object], begin: Callable[[], object]) -> Iterator[int]:
    """Do some work in a child that is killed before its first step, then before its second, ….

    `begin` is called before each child; yields after it, until a child came to its end.
    """
    step = 0
    while True:
        begin()
        ended = _child(work, step)
        yield step
        if ended:
            return
        step += 1


def _child(work: Callable[[], object], step: int) -> bool:
    """Tell whether a child came to its end before so many steps."""
    pid = os.fork()
    if pid == 0:
        try:
            _kill_at(step)
            work()
        except BaseException:  # noqa: BLE001 - whatever it is, this child never returns
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code == 0


def _kill_at(step: int) -> None:
    left = step

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in _STEPS:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(count)
