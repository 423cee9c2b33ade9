"""What is public about a recipient: its id in bytes, and keys that can be sealed to."""

import hashlib
import re

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from crypto.errors import Malformed
from crypto.names import KeyHash
from crypto.sizes import KEM_PUBLIC_KEY_SIZE

__all__ = ["check_kem_public_key", "key_hash", "recipient_bytes"]

_RECIPIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
RECIPIENT_BYTES = 32
# SPEC 4: ML-KEM-768's coefficients, two in three bytes, and its modulus.
_COEFFICIENTS_SIZE = 1152
_MODULUS = 3329
_MLKEM_PUBLIC_KEY_SIZE = 1184
# Any scalar finds a low-order point, since X25519 makes all of them multiples of eight.
_PROBE = X25519PrivateKey.from_private_bytes(bytes(32))


def check_kem_public_key(key: bytes) -> None:
    """Return if a KEM public key, 1216 bytes, can be sealed to; Malformed otherwise."""
    if len(key) != KEM_PUBLIC_KEY_SIZE:
        raise Malformed("a KEM public key of another size")
    # SPEC 4: every 12-bit little-endian field below the modulus
    for at in range(0, _COEFFICIENTS_SIZE, 3):
        pair = int.from_bytes(key[at : at + 3], "little")
        if pair & 0xFFF >= _MODULUS or pair >> 12 >= _MODULUS:
            raise Malformed("a KEM public key with a coefficient out of range")
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(key[_MLKEM_PUBLIC_KEY_SIZE:]))
    except ValueError:
        raise Malformed("a KEM public key with a low-order half") from None


def key_hash(key: bytes) -> KeyHash:
    """Return the SHA-256 by which an intake public key is named."""
    return KeyHash(hashlib.sha256(key).digest())


def recipient_bytes(recipient_id: str) -> bytes:
    """Return a recipient id as 32 bytes, zeros behind; Malformed outside the grammar of SPEC 2."""
    if not _RECIPIENT_ID.fullmatch(recipient_id):
        raise Malformed("not a recipient id")
    return recipient_id.encode("ascii").ljust(RECIPIENT_BYTES, b"\0")
