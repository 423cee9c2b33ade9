"""AES-256-GCM as this protocol uses it: SPEC 2, `AES`. Secret: it takes keys."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import Unauthentic

__all__ = ["aes_open", "aes_seal"]

_KEY_SIZE = 32
_NONCE_SIZE = 12

Readable = bytes | bytearray | memoryview


def aes_seal(key: bytes, *, nonce: bytes, aad: bytes, plaintext: Readable) -> bytes:
    """Return the ciphertext followed by its 16-byte tag; key of 32 bytes, nonce of 12."""
    return _cipher(key, nonce).encrypt(nonce, plaintext, aad)


def aes_open(key: bytes, *, nonce: bytes, aad: bytes, sealed: Readable) -> bytes:
    """Return the plaintext of what `aes_seal` made; Unauthentic where anything differs."""
    try:
        return _cipher(key, nonce).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Unauthentic("the ciphertext does not fit this key") from None


def _cipher(key: bytes, nonce: bytes) -> AESGCM:
    # The library would take shorter keys and other nonces; this protocol has none.
    if len(key) != _KEY_SIZE or len(nonce) != _NONCE_SIZE:
        raise ValueError("AES-256-GCM takes a key of 32 bytes and a nonce of 12")
    return AESGCM(key)
