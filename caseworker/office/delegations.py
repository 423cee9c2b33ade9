"""The root's delegation to a directory key: made at the beginning, renewed before it runs out."""

import secrets

from caseworker.keys.directories import known_directory
from caseworker.moments import Moment
from caseworker.office.root_file import Root
from caseworker.vault.folder import Vault
from caseworker.vault.keys import (
    HeldDirectoryKey,
    directory_key,
    newest_directory,
    replace_directory_key,
)
from caseworker.vault.numbers import highest_number, restart_numbers
from crypto.days import later
from crypto.errors import Malformed
from crypto.lifetimes import DELEGATION_MAX_DAYS, DIRECTORY_MAX_DAYS
from crypto.names import Day
from crypto.office.directory import Delegation, chain_of, root_chain, roots_of, sign_delegation
from crypto.signing import SigningKey
from ground.shell.refusals import Refusal

_SEED_SIZE = 32
# No office comes so far by itself: somebody who had the directory key gave out the highest numbers.
# Directories of another delegation compare by its number first, so that theirs may begin anew.
_NUMBERS_SPENT = 2**40


def first_delegation(vault: Vault, moment: Moment, root: Root) -> None:
    """Let the root delegate to a new directory key of an office that begins."""
    delegate(vault, moment, root, root_chain(root.key.public_key), 1)


def next_delegation(vault: Vault, moment: Moment, root: Root) -> None:
    """Let the root delegate to a new directory key, which takes the place of the one before."""
    before = directory_key(vault.db)
    if before is None or root.genesis_id != vault.genesis_id:
        raise Refusal(
            "this root key is of another office", "nothing was changed: is it the right file?"
        )
    delegate(vault, moment, root, current_chain(vault), next_number(vault))


def next_number(vault: Vault) -> int:
    """Return the number of the next delegation, above all that this vault knows of."""
    before = directory_key(vault.db)
    return max(before.number if before else 0, known_directory(vault).delegation.number) + 1


def current_chain(vault: Vault) -> bytes:
    """Return the longest chain of roots that this vault knows: a replaced root stays replaced."""
    before, newest = directory_key(vault.db), newest_directory(vault.db)
    heads = [document for document in (before and before.head, newest) if document]
    return max(map(chain_of, heads), key=len)


def delegation_is_short(held: HeldDirectoryKey, day: Day) -> bool:
    """Tell whether a directory issued now could not last its full time under the delegation."""
    return not held.first <= day <= held.end - DIRECTORY_MAX_DAYS


def delegate(vault: Vault, moment: Moment, root: Root, chain: bytes, number: int) -> None:
    """Let the last root of a chain delegate to a new directory key, under this number."""
    key = SigningKey(secrets.token_bytes(_SEED_SIZE))
    end = later(moment.day, DELEGATION_MAX_DAYS)
    delegation = Delegation(number, moment.day, end, key.public_key)
    try:
        head = sign_delegation(chain, root.key, delegation)
    except Malformed:
        raise _not_last(chain, root) from None
    with vault.db.transaction():
        if highest_number(vault.db, "directory") > _NUMBERS_SPENT:
            restart_numbers(vault.db, "directory")
        replace_directory_key(vault.db, HeldDirectoryKey(key, head, number, moment.day, end))


def _not_last(chain: bytes, root: Root) -> Refusal:
    """Return what a person can do who gives a root that is not the last of a chain."""
    if root.key.public_key in roots_of(chain):
        return Refusal(
            "this root key was replaced by another", "use the file of the newest root key"
        )
    return Refusal(
        "this root key has not taken the place of the old one yet, as far as this vault knows",
        "a command that was broken off is typed again: caseworker office new-root DIR --root FILE, "
        "with the file of the old root key; a vault from a backup imports a new bundle first",
    )
