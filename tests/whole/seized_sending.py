"""How the sources of `seized_story` send: by the client's own requests."""

import asyncio
import random
from collections.abc import Callable, Sequence

from crypto.directory import Directory, current_key, read_directory
from crypto.names import Address, ChunkId, Day, GenesisId, KeyHash
from crypto.sizes import CHUNK_SIZE
from intake.source.reach.api import Api, connected
from intake.source.reach.route import Route
from tests.offices.vaults import Sealed

__all__ = ["find_office", "send_crowd", "send_in_turn", "store_all"]

SECONDS = 120.0

Stored = Callable[[bytes, bytes], None]
"""Told of each key and body that the server has acknowledged."""


async def find_office(
    address: str, genesis_id: GenesisId, day: int
) -> tuple[Directory, dict[KeyHash, bytes]]:
    """Ask for the directory, and for the keys of a day."""
    async with connected(Route(address, None)) as api:
        directory = read_directory(await api.directory(), genesis_id)
        hashes = [current_key(one, Day(day)).hash for one in directory.recipients]
        return directory, {one: await api.key(one) for one in hashes}


async def send_in_turn(address: str, messages: Sequence[Sealed], stored: Stored) -> None:
    """One after another, each with its files first."""
    for one in messages:
        await store_all(address, list(one.chunks.items()), stored, 4)
        await store_all(address, [(one.address, one.envelope)], stored, 1)


async def send_crowd(address: str, messages: Sequence[Sealed], stored: Stored) -> None:
    """All of their files in random order, then all of their envelopes."""
    chunks = [item for one in messages for item in one.chunks.items()]
    await store_all(address, random.sample(chunks, len(chunks)), stored, 3)
    envelopes = [(one.address, one.envelope) for one in messages]
    await store_all(address, random.sample(envelopes, len(envelopes)), stored, 3)


async def store_all(
    address: str, items: Sequence[tuple[bytes, bytes]], stored: Stored, at_once: int
) -> None:
    """Store items, some at a time."""
    left = iter(items)

    async def upload(api: Api) -> None:
        for key, body in left:
            if len(body) == CHUNK_SIZE:
                await api.put_chunk(ChunkId(key), body, "", SECONDS)
            else:
                await api.put_envelope(Address(key), body, "")
            stored(key, body)

    async with connected(Route(address, None)) as api:
        await asyncio.gather(*(upload(api) for _ in range(at_once)))
