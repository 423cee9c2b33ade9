"""The office's root key, in a file of its own under a passphrase of its own.

It signs delegations, and the root that takes its place. Nothing in daily work needs it: it belongs
on a stick that lies in a safe.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from caseworker.vault.sealed_secrets import open_secret, seal_secret
from crypto.errors import Malformed, Unauthentic
from crypto.names import GenesisId
from crypto.signing import SigningKey
from crypto.sizes import GENESIS_ID_SIZE
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.new_files import new_file
from ground.disk.replaced_files import replace_file
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

ROOT_FILE = "office-root.key"
# Of a root that took the place of another; the first successor has number 2.
_SUCCESSOR_FILE = re.compile(r"office-root-([1-9][0-9]?)\.key")
_FORMAT = "fidelio office root 2"
_KEY_SIZE = 32


@dataclass(frozen=True)
class Root:
    """The root key, and the office that it stands behind.

    `successor` is the public half of the root (32 bytes) that it named in its place, if it did.
    """

    key: SigningKey
    genesis_id: GenesisId
    successor: bytes | None = None


def root_file_name(successors: int) -> str:
    """Return the name of the file of a root that came after so many others."""
    return f"office-root-{successors + 1}.key" if successors else ROOT_FILE


def newest_root_file(office: Path) -> Path:
    """Return the newest root file of an office's folder, or where the first one would be."""
    found = [_SUCCESSOR_FILE.fullmatch(path.name) for path in office.glob("office-root-*.key")]
    numbers = [int(name.group(1)) for name in found if name]
    return office / root_file_name(max(numbers, default=1) - 1)


def write_root(path: Path, root: Root, passphrase: Passphrase) -> None:
    """Make the file of a root key."""
    with new_file(path) as file:
        file.write(_sealed(root, passphrase))
    # What opens it is proved before anything relies on it.
    read_root(path, passphrase)


def name_successor(path: Path, root: Root, successor: bytes, passphrase: Passphrase) -> None:
    """Return when the file of a root says, for good, which root (32 bytes) takes its place.

    It is written before the root signs that, so that no root ever signs for two successors: whoever
    saw one of them would refuse the other, and with it the office. It stands inside the seal, so
    that nobody but who knows the passphrase can name another, or none.
    """
    sealed = _sealed(replace(root, successor=successor), passphrase)
    _open(sealed, passphrase)
    replace_file(path, sealed)


def read_root(path: Path, passphrase: Passphrase) -> Root:
    """Return the root key; Refusal for a wrong passphrase, or where the file is not one."""
    try:
        return _open(path.read_bytes(), passphrase)
    except FileNotFoundError:
        raise Refusal(
            f"the root key is needed, and {foreign_path(path)} is not there",
            "put the stick in and name the file: office renew DIR --root FILE",
        ) from None
    except Malformed:
        raise Refusal(
            f"{foreign_path(path)} is damaged, or not a root key", "take your second copy"
        ) from None
    except Unauthentic:
        raise Refusal(
            "this passphrase does not open the root key", "nothing was changed: try again"
        ) from None


def _sealed(root: Root, passphrase: Passphrase) -> bytes:
    secret = root.key.seed + (root.successor or b"")
    sealed = seal_secret(secret, passphrase, _context(root.genesis_id))
    return encode_json({"format": _FORMAT, "genesis_id": root.genesis_id.hex(), **sealed})


def _open(data: bytes, passphrase: Passphrase) -> Root:
    """Return the root key of a file; Malformed, or Unauthentic for a wrong passphrase."""
    fields = Fields(parse_json(data))
    if fields.text("format", len(_FORMAT)) != _FORMAT:
        raise Malformed("another format")
    genesis_id = GenesisId(fields.hex("genesis_id", GENESIS_ID_SIZE))
    secret = open_secret(fields, passphrase, _context(genesis_id))
    seed, successor = secret[:_KEY_SIZE], secret[_KEY_SIZE:]
    if len(seed) != _KEY_SIZE or len(successor) not in (0, _KEY_SIZE):
        raise Malformed("a secret of another size")
    return Root(SigningKey(seed), genesis_id, successor or None)


def _context(genesis_id: GenesisId) -> bytes:
    return _FORMAT.encode() + genesis_id
