"""Types for what would otherwise all be `bytes` or `int`: a checker parts them, at no cost.

A name is given where a value comes from: where it is hashed, read from a format or a database, or
typed by a person. Nothing is checked here: readers check.
"""

from typing import NewType

__all__ = ["Address", "ChunkId", "Day", "FormHash", "GenesisId", "KeyHash", "ThreadId", "Week"]

GenesisId = NewType("GenesisId", bytes)
"""SPEC 3: 32 bytes, which office."""

ThreadId = NewType("ThreadId", bytes)
"""SPEC 6.2: 32 bytes, which thread: the source's public signing key."""

ChunkId = NewType("ChunkId", bytes)
"""SPEC 8: 32 bytes, under which a chunk is stored."""

Address = NewType("Address", bytes)
"""SPEC 7: 32 bytes, under which an envelope is stored: its SHA-256."""

KeyHash = NewType("KeyHash", bytes)
"""SPEC 10.2: 32 bytes, the SHA-256 by which an intake public key is named."""

FormHash = NewType("FormHash", bytes)
"""SPEC 10.5: 32 bytes, the SHA-256 by which a directory names the form."""

Day = NewType("Day", int)
"""SPEC 2: days since 1970-01-01, UTC. A count of days is an `int`; so is the time between two."""

Week = NewType("Week", int)
"""SPEC 2: floor(day / 7): weeks since 1970-01-01, a Thursday."""
