"""All keys of a source, from its codename: SPEC 6.2. Secret: it holds them."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.chain_keys import ChainKey
from crypto.codename import Codename
from crypto.labels import Label, bound
from crypto.names import GenesisId, ThreadId, Week
from crypto.public_keys import recipient_bytes
from crypto.signing import SigningKey
from crypto.sizes import CHAIN_KEY_SIZE

__all__ = ["SourceKeys", "derive_source_keys", "pair_chain", "set_token"]

# SPEC 6.2: the same on every device and for ever, so set by the slowest browser.
_ARGON2_PASSES = 2
_ARGON2_MEMORY_KIB = 19_456
_ARGON2_LANES = 1
_ARGON2_VERSION = 0x13
_SALT_SIZE = 16
_KEY_SIZE = 32
_SET_TOKEN_SIZE = 16


@dataclass(frozen=True, kw_only=True, repr=False)
class SourceKeys:
    """A source's keys towards one office. `master` is kept for the pair chains."""

    master: bytes
    signing: SigningKey
    set_key: bytes
    genesis_id: GenesisId

    @property
    def thread_id(self) -> ThreadId:
        """The thread: the public signing key, 32 bytes."""
        return ThreadId(self.signing.public_key)

    def __repr__(self) -> str:
        return "SourceKeys(hidden)"


def derive_source_keys(codename: Codename, genesis_id: GenesisId) -> SourceKeys:
    """Return the source's keys for the office of `genesis_id`; slow by intent."""
    master = derive_master(codename, genesis_id)
    return SourceKeys(
        master=master,
        signing=SigningKey(_derive(master, Label.SOURCE_SIGNING, genesis_id)),
        set_key=_derive(master, Label.RECIPIENT_SET_KEY, genesis_id),
        genesis_id=genesis_id,
    )


def pair_chain(source: SourceKeys, recipient_id: str, signing_key: bytes, week: Week) -> ChainKey:
    """Return c_0 of a recipient id, one of its signing keys (32 bytes) and an intake key's week."""
    # SPEC 6.2: HKDF-Expand(master, bound(PAIR) || rid || vk || u32(w), 32)
    info = bound(Label.PAIR, source.genesis_id) + recipient_bytes(recipient_id) + signing_key
    info += week.to_bytes(4, "big")
    return ChainKey(HKDFExpand(SHA256(), CHAIN_KEY_SIZE, info).derive(source.master))


def derive_master(codename: Codename, genesis_id: GenesisId) -> bytes:
    """Return the 32 bytes from which each key is expanded."""
    # SPEC 6.2: Argon2id over the bits, salted with the office
    salt = hashlib.sha256(bound(Label.CODENAME_SALT, genesis_id)).digest()[:_SALT_SIZE]
    return hash_secret_raw(
        secret=codename.bits,
        salt=salt,
        time_cost=_ARGON2_PASSES,
        memory_cost=_ARGON2_MEMORY_KIB,
        parallelism=_ARGON2_LANES,
        hash_len=_KEY_SIZE,
        type=Type.ID,
        version=_ARGON2_VERSION,
    )


def set_token(source: SourceKeys, recipient_ids: Iterable[str]) -> bytes:
    """Return the token, 16 bytes, by which the source knows a set of recipients as its own."""
    # SPEC 6.2: HMAC(set key, bound(RECIPIENT_SET) || u8(n) || the n rid, sorted as bytes)
    rids = sorted(map(recipient_bytes, recipient_ids))
    message = bound(Label.RECIPIENT_SET, source.genesis_id) + bytes([len(rids)]) + b"".join(rids)
    return hmac.digest(source.set_key, message, "sha256")[:_SET_TOKEN_SIZE]


def _derive(master: bytes, label: Label, genesis_id: GenesisId) -> bytes:
    # SPEC 6.2: k(L) = HKDF-Expand(master, info = bound(L), 32)
    return HKDFExpand(SHA256(), _KEY_SIZE, bound(label, genesis_id)).derive(master)
