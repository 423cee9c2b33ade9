"""The root's delegation to a directory key: made at the beginning, renewed before it runs out."""

import secrets

from caseworker.days import Moment
from caseworker.errors import Refusal
from caseworker.office.directories import known_directory
from caseworker.office.root_file import Root
from caseworker.vault.folder import Vault
from caseworker.vault.keys import HeldDirectoryKey, directory_key, keep_directory_key
from crypto.errors import Malformed
from crypto.office.directory import Delegation, chain_of, root_chain, sign_delegation
from crypto.signing import SigningKey
from crypto.sizes import DELEGATION_MAX_DAYS, DIRECTORY_MAX_DAYS

_SEED_SIZE = 32


def first_delegation(vault: Vault, moment: Moment, root: Root) -> None:
    """Let the root delegate to a new directory key of an office that begins."""
    _delegate(vault, moment, root, root_chain(root.key.public_key), 1)


def next_delegation(vault: Vault, moment: Moment, root: Root) -> None:
    """Let the root delegate to a new directory key, which takes the place of the one before."""
    before = directory_key(vault.db)
    if before is None or root.genesis_id != vault.genesis_id:
        raise Refusal(
            "this root key is of another office", "nothing was changed: is it the right file?"
        )
    highest = max(before.number, known_directory(vault).delegation.number)
    _delegate(vault, moment, root, chain_of(before.head), highest + 1)


def delegation_is_short(held: HeldDirectoryKey, day: int) -> bool:
    """Tell whether a directory issued now could not last its full time under the delegation."""
    return not held.first <= day <= held.end - DIRECTORY_MAX_DAYS


def _delegate(vault: Vault, moment: Moment, root: Root, chain: bytes, number: int) -> None:
    key = SigningKey(secrets.token_bytes(_SEED_SIZE))
    end = moment.day + DELEGATION_MAX_DAYS
    delegation = Delegation(number, moment.day, end, key.public_key)
    try:
        head = sign_delegation(chain, root.key, delegation)
    except Malformed:
        raise Refusal(
            "this root key was replaced by another", "use the file of the newest root key"
        ) from None
    with vault.db.transaction():
        keep_directory_key(vault.db, HeldDirectoryKey(key, head, number, moment.day, end))
