"""A root that takes the place of another: SPEC 10.1, "successor".

    1. the new root has a file of its own, under its passphrase, on the disk
    2. the old root's file says which root takes its place
    3. the old root signs that, the new one delegates, and the vault keeps both, in one step

Stopped anywhere, the same command goes on with the same new root: the old one never names two.
What the directory's vault issues then is under the new root alone.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseworker.moments import Moment
from caseworker.office.delegations import current_chain, delegate, next_number
from caseworker.office.root_file import Root, name_successor, read_root, root_file_name, write_root
from caseworker.vault.folder import Vault
from crypto.errors import TooLarge
from crypto.office.directory import roots_of, sign_successor
from crypto.signing import SigningKey
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

_SEED_SIZE = 32


@dataclass(frozen=True)
class NewRootFile:
    """Where the file of a new root is or will be, and what asks for its passphrase.

    `choose` is called where the file is to be made, `ask` where an interrupted command left it.
    """

    path: Path
    choose: Callable[[], Passphrase]
    ask: Callable[[], Passphrase]


def place_in_chain(vault: Vault, root: Root) -> int:
    """Return how many roots the office had before this one; Refusal where it is not one of them."""
    roots = roots_of(current_chain(vault))
    if root.genesis_id != vault.genesis_id or root.key.public_key not in roots:
        raise Refusal(
            "this root key is of another office", "nothing was changed: is it the right file?"
        )
    return roots.index(root.key.public_key)


def new_root_name(place: int) -> str:
    """Return the usual name of the file of the root that comes after one at this place."""
    return root_file_name(place + 1)


@dataclass(frozen=True, repr=False)
class OldRoot:
    """A root that is replaced, its file, and the passphrase under which that is sealed anew."""

    path: Path
    root: Root
    passphrase: Passphrase

    def __repr__(self) -> str:
        return "OldRoot(hidden)"


def replace_root(vault: Vault, moment: Moment, old: OldRoot, new: NewRootFile) -> bool:
    """Put a new root in the place of an old one, and let it delegate.

    False, and nothing changes, where a command before did all of that.
    """
    root, chain = old.root, current_chain(vault)
    later = len(roots_of(chain)) - 1 - place_in_chain(vault, root)
    if later > 1:
        raise Refusal("this root key was replaced before", "use the file of the newest root key")
    if later == 1:
        return False
    successor = _new_root(old, new)
    try:
        longer = sign_successor(chain, root.key, new_root_public_key=successor.key.public_key)
    except TooLarge as error:
        raise Refusal(str(error), "nothing was changed: make a new office") from None
    delegate(vault, moment, successor, longer, next_number(vault))
    return True


def _new_root(old: OldRoot, new: NewRootFile) -> Root:
    """Return the new root, once its file is there and the old root's file names it."""
    root = old.root
    if new.path.exists():
        successor = read_root(new.path, new.ask())
    elif root.successor is not None:
        raise Refusal(
            "this root key has named the one in its place already, and "
            f"{foreign_path(new.path)} is not there",
            "put that file back, or name it: --new FILE",
        )
    else:
        passphrase = new.choose()
        key = SigningKey(secrets.token_bytes(_SEED_SIZE))
        write_root(new.path, Root(key, root.genesis_id), passphrase)
        successor = read_root(new.path, passphrase)
    public_key = successor.key.public_key
    if successor.genesis_id != root.genesis_id or public_key == root.key.public_key:
        raise Refusal(
            f"{foreign_path(new.path)} is not a new root key of this office",
            "choose another --new",
        )
    if root.successor not in (None, public_key):
        raise Refusal(
            "this root key has named another one in its place than that in "
            f"{foreign_path(new.path)}",
            "a root names one other, once: name the file of that one with --new",
        )
    if root.successor is None:
        name_successor(old.path, root, public_key, old.passphrase)
    return successor
