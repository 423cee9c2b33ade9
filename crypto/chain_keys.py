"""Pair chains: what a source and one recipient alone know of each other: SPEC 6.2, 9.

A chain goes one way: who holds c_(i+1) cannot come back to c_i. Secret: it holds chain keys.
"""

import hmac
from dataclasses import dataclass

from crypto.labels import Label, bound
from crypto.names import GenesisId, ThreadId
from crypto.sizes import CHAIN_KEY_SIZE, SALT_SIZE, TAG_SIZE

__all__ = ["ChainKey", "next_chain_key", "reply_tag"]


@dataclass(frozen=True, repr=False)
class ChainKey:
    """c_i of a pair chain, 32 bytes; which i, whoever holds it knows."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != CHAIN_KEY_SIZE:
            raise ValueError("a chain key has 32 bytes")

    def __repr__(self) -> str:
        return "ChainKey(hidden)"


def next_chain_key(key: ChainKey, genesis_id: GenesisId, steps: int = 1) -> ChainKey:
    """Return c_(i + steps)."""
    # SPEC 6.2: c_(i+1) = HMAC(c_i, bound(NEXT))
    secret, message = key.secret, bound(Label.NEXT, genesis_id)
    for _ in range(steps):
        secret = hmac.digest(secret, message, "sha256")
    return ChainKey(secret)


def reply_tag(key: ChainKey, genesis_id: GenesisId, thread_id: ThreadId) -> bytes:
    """Return the tag, 16 bytes, of the record at the index of this chain key."""
    # SPEC 9: HMAC(c_i, bound(TAG) || thread)
    return hmac.digest(key.secret, bound(Label.TAG, genesis_id) + thread_id, "sha256")[:TAG_SIZE]


def record_salt(key: ChainKey, genesis_id: GenesisId, *, random: bytes, padded: bytes) -> bytes:
    """Return the salt, 16 bytes, of a record, from randomness (32 bytes) and all that it holds."""
    # SPEC 9: from both, so that neither a bad source of randomness nor a restored vault repeats it
    message = bound(Label.SALT, genesis_id) + random + padded
    return hmac.digest(key.secret, message, "sha256")[:SALT_SIZE]


def record_key(
    key: ChainKey, genesis_id: GenesisId, thread_id: ThreadId, *, tag: bytes, salt: bytes
) -> bytes:
    """Return the key, 32 bytes, under which one record is sealed."""
    # SPEC 9: HMAC(c_i, bound(REPLY) || thread || tag || salt)
    message = bound(Label.REPLY, genesis_id) + thread_id + tag + salt
    return hmac.digest(key.secret, message, "sha256")
