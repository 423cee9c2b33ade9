"""What the process does to itself so that it gives nothing away when it fails or is looked at."""

import ctypes
import os
import resource
import sys
from typing import Final

from ground.shell.refusals import Refusal

PR_SET_DUMPABLE: Final = 4
"""`prctl` option: linux/prctl.h."""


def harden() -> None:
    """No core dumps, no debugger of other users, files for the owner alone; many connections.

    `Refusal` where Python runs in a debug mode, which would write tracebacks with data.
    """
    if sys.flags.dev_mode or os.environ.get("PYTHONASYNCIODEBUG") or sys.flags.inspect:
        raise Refusal(
            "the server does not run in a debug mode",
            "start it without -X dev, -i, PYTHONDEVMODE, PYTHONINSPECT and PYTHONASYNCIODEBUG",
        )
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
