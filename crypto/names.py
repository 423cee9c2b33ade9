"""Types for what would otherwise all be `bytes`: a checker parts them, and they cost nothing.

A name is given where a value comes from: where it is hashed, read from a format or a database, or
typed by a person. Nothing is checked here: readers check.
"""

from typing import NewType

__all__ = ["Address", "ChunkId", "GenesisId", "KeyHash", "ThreadId"]

GenesisId = NewType("GenesisId", bytes)
"""SPEC 3: 32 bytes, which office."""

ThreadId = NewType("ThreadId", bytes)
"""SPEC 6.2: 32 bytes, which thread of a source with an office."""

ChunkId = NewType("ChunkId", bytes)
"""SPEC 8: 32 bytes, under which a chunk is stored."""

Address = NewType("Address", bytes)
"""SPEC 7: 32 bytes, under which an envelope is stored: its SHA-256."""

KeyHash = NewType("KeyHash", bytes)
"""SPEC 10.2: 32 bytes, the SHA-256 by which an intake public key is named."""
