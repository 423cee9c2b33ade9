"""HPKE with X-Wing whose randomness is an argument, for vectors that come out the same each time.

For the generator and its tests alone. It is written from RFC 9180 and SPEC 4, on kyber-py, which
is slow and not constant-time; `tests/crypto/test_derandomised_hpke.py` checks it against the
library that seals and opens in earnest.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from kyber_py.ml_kem import ML_KEM_768

_SUITE_ID = b"HPKE" + bytes.fromhex("647a 0001 0002")
_XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
_MLKEM_PUBLIC_KEY_SIZE = 1184
_CIPHERTEXT_SIZE = 1088
_ENC_SIZE = 1120


def seal(public_key: bytes, info: bytes, plaintext: bytes, randomness: bytes) -> bytes:
    """Seal with the 64 bytes of randomness: ML-KEM message (32), X25519 secret (32)."""
    shared_secret, enc = encapsulate(public_key, randomness)
    cipher, nonce = _cipher(shared_secret, info)
    return enc + cipher.encrypt(nonce, plaintext, b"")


def encapsulate(public_key: bytes, randomness: bytes) -> tuple[bytes, bytes]:
    """Return the shared secret (32 bytes) and enc (1120 bytes)."""
    ephemeral = X25519PrivateKey.from_private_bytes(randomness[32:])
    peer = X25519PublicKey.from_public_bytes(public_key[_MLKEM_PUBLIC_KEY_SIZE:])
    share = ephemeral.public_key().public_bytes_raw()
    return _combine(public_key, randomness[:32], share, ephemeral.exchange(peer))


def open_sealed(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    """Open with a key pair of 32 bytes of seed, without any check of the X25519 share."""
    cipher, nonce = _cipher(decapsulate(seed, sealed[:_ENC_SIZE]), info)
    return cipher.decrypt(nonce, sealed[_ENC_SIZE:], b"")


def decapsulate(seed: bytes, enc: bytes) -> bytes:
    """Return the shared secret (32 bytes) of an enc (1120 bytes)."""
    expanded = hashlib.shake_256(seed).digest(96)
    _, mlkem_key = ML_KEM_768._keygen_internal(expanded[:32], expanded[32:64])
    x25519_key = X25519PrivateKey.from_private_bytes(expanded[64:])
    ciphertext, share = enc[:_CIPHERTEXT_SIZE], enc[_CIPHERTEXT_SIZE:]
    mlkem_secret = ML_KEM_768._decaps_internal(mlkem_key, ciphertext)
    x25519_secret = x25519_key.exchange(X25519PublicKey.from_public_bytes(share))
    own = x25519_key.public_key().public_bytes_raw()
    combined = mlkem_secret + x25519_secret + share + own + _XWING_LABEL
    return hashlib.sha3_256(combined).digest()


def seal_with_zero_share(
    public_key: bytes, info: bytes, plaintext: bytes, randomness: bytes
) -> bytes:
    """Seal with an X25519 share of zeros, as an attacker would: the result is zeros as well."""
    shared_secret, enc = _combine(public_key, randomness[:32], bytes(32), bytes(32))
    cipher, nonce = _cipher(shared_secret, info)
    return enc + cipher.encrypt(nonce, plaintext, b"")


def _combine(
    public_key: bytes, mlkem_message: bytes, share: bytes, x25519_secret: bytes
) -> tuple[bytes, bytes]:
    mlkem_key, x25519_key = (
        public_key[:_MLKEM_PUBLIC_KEY_SIZE],
        public_key[_MLKEM_PUBLIC_KEY_SIZE:],
    )
    mlkem_secret, ciphertext = ML_KEM_768._encaps_internal(mlkem_key, mlkem_message)
    combined = mlkem_secret + x25519_secret + share + x25519_key + _XWING_LABEL
    return hashlib.sha3_256(combined).digest(), ciphertext + share


def _cipher(shared_secret: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    # RFC 9180, 5.1: KeySchedule in base mode
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared_secret, b"secret", b"")
    key = _expand(secret, b"key", context, 32)
    return AESGCM(key), _expand(secret, b"base_nonce", context, 12)


def _extract(salt: bytes, label: bytes, key_material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + _SUITE_ID + label + key_material, "sha256")


def _expand(secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    # At most one block of HMAC-SHA256 is ever asked for.
    labelled = size.to_bytes(2, "big") + b"HPKE-v1" + _SUITE_ID + label + info
    return hmac.digest(secret, labelled + b"\1", "sha256")[:size]
