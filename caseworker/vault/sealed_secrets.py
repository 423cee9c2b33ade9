"""Small secrets at rest under a passphrase: the office's root key, the keys of vaults.

The passphrase becomes a key by Argon2id; what that costs is written beside each sealed secret,
so that it can be raised without losing what exists. AES-256-GCM seals.
"""

import secrets
from dataclasses import dataclass

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw

from crypto.aes import aes_open, aes_seal
from crypto.errors import Malformed
from crypto.strict_json import Fields
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

_VERSION = 0x13
_KEY_SIZE = 32
_NONCE_SIZE = 12
_SALT_SIZE = 16
# A header is not believed beyond this: it could ask for all memory there is.
_MEMORY_KIB_MAX = 4 * 1024 * 1024
_PASSES_MAX = 64
_LANES_MAX = 64
_SEALED_MAX_SIZE = 4096


@dataclass(frozen=True)
class Cost:
    """What one try of a passphrase costs with Argon2id."""

    memory_kib: int
    passes: int
    lanes: int


# Measured: 0.9 s a try. RFC 9106's second choice has as many passes over a quarter of the memory.
# One lane: attackers have more cores than offices.
COST = Cost(memory_kib=256 * 1024, passes=3, lanes=1)


def seal_secret(secret: bytes, passphrase: Passphrase, context: bytes) -> dict[str, object]:
    """Return a secret sealed under a passphrase, as members of a JSON object.

    It opens only with the same `context`, which says what the secret is for.
    """
    salt, nonce = secrets.token_bytes(_SALT_SIZE), secrets.token_bytes(_NONCE_SIZE)
    sealed = aes_seal(_stretch(passphrase, salt, COST), nonce=nonce, aad=context, plaintext=secret)
    return {
        "argon2id": {**vars(COST), "salt": salt.hex()},
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
    }


def open_secret(fields: Fields, passphrase: Passphrase, context: bytes) -> bytes:
    """Return the secret; Unauthentic for a wrong passphrase, Malformed for a damaged file."""
    stretching = fields.object("argon2id")
    cost = Cost(
        memory_kib=stretching.integer("memory_kib", 8, _MEMORY_KIB_MAX),
        passes=stretching.integer("passes", 1, _PASSES_MAX),
        lanes=stretching.integer("lanes", 1, _LANES_MAX),
    )
    key = _stretch(passphrase, stretching.hex("salt", _SALT_SIZE), cost)
    nonce = fields.hex("nonce", _NONCE_SIZE)
    return aes_open(
        key, nonce=nonce, aad=context, sealed=_hex(fields.text("sealed", _SEALED_MAX_SIZE))
    )


def _stretch(passphrase: Passphrase, salt: bytes, cost: Cost) -> bytes:
    try:
        return hash_secret_raw(
            secret=passphrase.secret,
            salt=salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=_KEY_SIZE,
            type=Type.ID,
            version=_VERSION,
        )
    except (HashingError, MemoryError):
        raise _no_memory(cost) from None


def _no_memory(cost: Cost) -> Refusal:
    return Refusal(
        f"a passphrase takes {cost.memory_kib // 1024} MiB of free memory, and there is less",
        "close other programs, and type the command again",
    )


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Malformed("something other than hexadecimal") from None
