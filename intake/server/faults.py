"""What the operator gets to see when something goes wrong inside: which error, and where.

Never an error's text: it could hold an address, a path that was asked for, or bytes of a body.
"""

import asyncio
import contextlib
import logging
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Any, Final

_SHOWN: Final = ("intake", "crypto")


def report(error: BaseException) -> None:
    """One line on stderr: the error's class, and the line of this project where it came up."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        parts = frame.filename.rsplit("/", 3)
        if any(part in _SHOWN for part in parts):
            place = f" in {parts[-1]}, line {frame.lineno}"
    name = getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None)
    detail = f" ({name})" if isinstance(name, str) else ""
    # Where the log lies on the very disk that is full, that is no reason to fail as well.
    with contextlib.suppress(OSError):
        print(f"fault: {type(error).__name__}{detail}{place}", file=sys.stderr, flush=True)


def be_silent() -> None:
    """Let no library and no unhandled error write anything but its class and place."""
    logging.disable(logging.CRITICAL)
    # A warning of a connection that was not closed would name its address.
    warnings.simplefilter("ignore")
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def quiet_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Do the same for errors that nobody awaits: the loop's own report names peers."""
    loop.set_exception_handler(_in_loop)


def _uncaught(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    report(error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        report(args.exc_value)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        report(args.exc_value)


def _in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException) and not isinstance(error, ConnectionError | TimeoutError):
        report(error)
