"""The server's signing key: every part of a bundle for a vault is signed with it, and nothing else.

It is made at the first import and lies in a file of its own. Who has it can say to the vaults what
this server took and when, but read nothing: it opens nothing.
"""

import secrets
from typing import Final

from crypto.bundle import Sign
from crypto.labels import Label
from crypto.names import GenesisId
from crypto.signing import SigningKey
from ground.disk.replaced_files import replace_file
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.storage.folder import DataFolder

__all__ = ["make_server_key", "read_server_key", "signer"]

_SEED_SIZE: Final = 32


def make_server_key(folder: DataFolder) -> SigningKey:
    """Return the server's key, made durably if there is none. For who holds the import's lock."""
    if not folder.server_key.exists():
        replace_file(folder.server_key, secrets.token_bytes(_SEED_SIZE))
    return read_server_key(folder)


def read_server_key(folder: DataFolder) -> SigningKey:
    """Return the server's key; `Refusal` where it is gone or damaged."""
    path = foreign_path(folder.server_key)
    try:
        seed = folder.server_key.read_bytes()
    except FileNotFoundError:
        raise Refusal(
            f"the key with which this server signs is gone: {path}",
            "put it back from a backup; or take in any bundle of the office again, which makes a"
            " new one, and have the directory name that",
        ) from None
    if len(seed) != _SEED_SIZE:
        raise Refusal(
            f"the key with which this server signs is damaged: {path}",
            "put it back from a backup; or move it away and take in any bundle of the office again,"
            " which makes a new one, and have the directory name that",
        )
    return SigningKey(seed)


def signer(key: SigningKey, genesis_id: GenesisId) -> Sign:
    """Return what signs the parts of an office's bundles: SPEC 14."""
    return lambda part: (key.public_key, key.sign(Label.INBOUND_BUNDLE, genesis_id, part))
