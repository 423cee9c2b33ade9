"""HPKE in base mode with X-Wing, HKDF-SHA256 and AES-256-GCM: SPEC 4. Secret: it holds keys."""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto.errors import Malformed, Unauthentic
from crypto.public_keys import check_kem_public_key

__all__ = ["KemSecretKey", "hpke_open", "hpke_seal", "new_kem_secret_key"]

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SEED_SIZE = 32
_MLKEM_SEED_SIZE = 64
_MLKEM_PUBLIC_KEY_SIZE = 1184


@dataclass(frozen=True, repr=False)
class KemSecretKey:
    """A KEM key pair, kept as its seed of 32 bytes."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != _SEED_SIZE:
            raise ValueError("a KEM seed has 32 bytes")

    def __repr__(self) -> str:
        return "KemSecretKey(hidden)"

    @cached_property
    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        # SPEC 4: SHAKE256(seed, 96) = ML-KEM d and z (64), X25519 secret (32)
        expanded = hashlib.shake_256(self.seed).digest(96)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
        )

    @cached_property
    def public_key(self) -> bytes:
        """The public half, 1216 bytes."""
        mlkem, x25519 = self._halves
        return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def new_kem_secret_key() -> KemSecretKey:
    """Return a fresh key pair."""
    return KemSecretKey(secrets.token_bytes(_SEED_SIZE))


def hpke_seal(public_key: bytes, *, info: bytes, plaintext: bytes) -> bytes:
    """Return enc (1120 bytes) and ciphertext (plaintext + 16 bytes).

    Raises Malformed where the public key cannot be sealed to.
    """
    check_kem_public_key(public_key)
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public_key[:_MLKEM_PUBLIC_KEY_SIZE]),
            X25519PublicKey.from_public_bytes(public_key[_MLKEM_PUBLIC_KEY_SIZE:]),
        )
        return _SUITE.encrypt(plaintext, key, info=info)
    except ValueError:
        raise Malformed("this KEM public key cannot be sealed to") from None


def hpke_open(secret_key: KemSecretKey, *, info: bytes, sealed: bytes) -> bytes:
    """Return the plaintext of what `hpke_seal` made.

    Raises Unauthentic where it was sealed to another key or altered, and where the X25519 share
    is all zero: which of these it was, nobody can tell.
    """
    try:
        key = MLKEM768X25519PrivateKey(*secret_key._halves)
        return _SUITE.decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError):
        raise Unauthentic("not sealed to this key, or altered") from None
