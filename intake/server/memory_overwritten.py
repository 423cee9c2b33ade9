"""Memory that is given back is overwritten, so that no address or header outlives its connection.

Python keeps small blocks in an allocator of its own, and the C library keeps freed ones on lists;
neither overwrites anything. The C library does (all but the last eight bytes of a block) where it
is told so before the process starts:

- `PYTHONMALLOC=malloc`: Python leaves all blocks to the C library;
- `glibc.malloc.perturb`: a freed block is filled with this byte;
- `glibc.malloc.tcache_count=0`: without this, blocks up to 1 KiB go to a list that is not filled.

So `start_again` replaces the process by itself (same process id, same arguments, same open files)
with these set, before any connection is there. Whether they count is not believed but tried: a
block is filled, given back and looked at. Measured with a core dump after 200 connections: none of
their addresses and headers is left; without this, nearly all.

What was connected and is over must also be given back: see `forgetting`.

All that is imported here is imported twice at each start.
"""

import ctypes
import os
import sys
from typing import Final

from ground.shell.refusals import Refusal

_TUNABLES: Final = ("glibc.malloc.perturb=165", "glibc.malloc.tcache_count=0")
_TRIED_SIZES: Final = (64, 200, 700, 2_000, 30_000)
_MARK: Final = 0x33
_KEPT_FRONT: Final = 32
"""Bytes at the start of a freed block in which the C library keeps its own lists."""

_KEPT_END: Final = 24
"""Bytes at its end that may not be overwritten, rounding included."""


def start_again() -> None:
    """Replace this process by itself so that it overwrites freed memory; return if it does already.

    `Refusal` where that cannot be had.
    """
    if overwrites_freed_memory():
        return
    set_now = os.environ.get("GLIBC_TUNABLES", "")
    if os.environ.get("PYTHONMALLOC") == "malloc" and set_now.endswith(":".join(_TUNABLES)):
        raise Refusal(
            "this Python does not overwrite the memory that it gives back",
            "run it with a Python that uses the GNU C library, without the options -E and -I",
        )
    tunables = ":".join([*filter(None, [set_now]), *_TUNABLES])
    environment = {**os.environ, "PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": tunables}
    # aiohttp reads the certificates of all authorities, for connections that a server never makes.
    environment |= {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
    sys.stdout.flush()
    sys.stderr.flush()
    # The very program and arguments of this process, from no outside source.
    os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606


def overwrites_freed_memory() -> bool:
    """Fill blocks of several sizes, give them back, and look whether anything is left in them."""
    memory = ctypes.pythonapi
    allocate, free = memory.PyObject_Malloc, memory.PyObject_Free
    allocate.restype, allocate.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    seen = ctypes.create_string_buffer(max(_TRIED_SIZES))
    for size in _TRIED_SIZES:
        block = allocate(size)
        ctypes.memset(block, _MARK, size)
        free(block)
        looked_at = size - _KEPT_FRONT - _KEPT_END
        # Nothing is allocated between giving back and looking.
        ctypes.memmove(seen, block + _KEPT_FRONT, looked_at)
        if shows_what_was_there(seen.raw[:looked_at]):
            return False
    return True


def shows_what_was_there(freed: bytes) -> bool:
    """Tell whether a block that was filled with the mark, and given back, was left as it was.

    One byte like the mark says nothing: Python puts an object of its own there now and then, and in
    every hundredth process its address has such a byte. No address is made of eight.
    """
    return bytes([_MARK]) * ctypes.sizeof(ctypes.c_void_p) in freed
