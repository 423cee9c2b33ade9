"""Making signatures: SPEC 4.1. Secret: it holds keys."""

from dataclasses import dataclass
from functools import cached_property

import nacl.signing

from crypto.labels import Label
from crypto.names import GenesisId
from crypto.signatures import signed_text

__all__ = ["SigningKey"]

_SEED_SIZE = 32


@dataclass(frozen=True, repr=False)
class SigningKey:
    """An Ed25519 key pair, kept as its seed of 32 bytes."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != _SEED_SIZE:
            raise ValueError("a signing seed has 32 bytes")

    def __repr__(self) -> str:
        return "SigningKey(hidden)"

    @cached_property
    def _key(self) -> nacl.signing.SigningKey:
        return nacl.signing.SigningKey(self.seed)

    @cached_property
    def public_key(self) -> bytes:
        """The public half, 32 bytes."""
        return bytes(self._key.verify_key)

    def sign(self, label: Label, genesis_id: GenesisId, message: bytes) -> bytes:
        """Return the signature, 64 bytes, over `bound(label) || message`."""
        return self._key.sign(signed_text(label, genesis_id, message)).signature
