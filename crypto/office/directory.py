"""Signing the directory and what stands behind it: SPEC 10.1. Secret: it takes keys.

A document grows from its front. Each step takes what the one before it made:

    chain = root_chain(first root's public key)                   the office begins
    chain = sign_successor(chain, last root, new root's key)      a root is replaced
    head = sign_delegation(chain, last root, Delegation(...))     every 90 days
    document = sign_directory(head, directory key, content)       every few days

`chain_of` and `head_of` cut them out of a document again.
"""

import hashlib

from crypto.directory import (
    DELEGATION_SIZE,
    DIRECTORY_JSON_MAX_SIZE,
    DOCUMENT_VERSION,
    ROOT_SIZE,
    SUCCESSOR_SIZE,
    SUCCESSORS_MAX,
    Delegation,
    listed_weeks,
    read_directory,
)
from crypto.directory_content import DirectoryContent, encode_directory
from crypto.errors import Malformed, TooLarge
from crypto.labels import Label
from crypto.names import GenesisId
from crypto.signing import SigningKey

__all__ = [
    "Delegation",
    "DirectoryContent",
    "chain_of",
    "head_of",
    "listed_weeks",
    "root_chain",
    "roots_of",
    "sign_delegation",
    "sign_directory",
    "sign_successor",
]


def root_chain(root_public_key: bytes) -> bytes:
    """Return the chain of an office that begins: its first root (32 bytes), no successor."""
    return root_public_key + bytes([0])


def sign_successor(chain: bytes, root: SigningKey, *, new_root_public_key: bytes) -> bytes:
    """Return the chain with one root (32 bytes) more, signed by its last one.

    Raises TooLarge where the chain has as many successors as it can have.
    """
    number = chain[ROOT_SIZE] + 1
    if number > SUCCESSORS_MAX:
        raise TooLarge("an office can replace its root sixteen times")
    _check_last_root(chain, root)
    # SPEC 10.1: sign(root before it, SUCCESSOR, u32(number) || new root)
    message = number.to_bytes(4, "big") + new_root_public_key
    signature = root.sign(Label.SUCCESSOR, _genesis_id(chain), message)
    head, successors = chain[:ROOT_SIZE], chain[ROOT_SIZE + 1 :]
    return head + bytes([number]) + successors + new_root_public_key + signature


def sign_delegation(chain: bytes, root: SigningKey, delegation: Delegation) -> bytes:
    """Return the head of a document: all of it that stands before the directory."""
    _check_last_root(chain, root)
    signed = b"".join(
        number.to_bytes(4, "big")
        for number in (delegation.number, delegation.first, delegation.end)
    )
    signed += delegation.directory_key
    # SPEC 10.1: sign(last root, DELEGATION, u8(s) || these 44 bytes)
    message = chain[ROOT_SIZE : ROOT_SIZE + 1] + signed
    signature = root.sign(Label.DELEGATION, _genesis_id(chain), message)
    return bytes([DOCUMENT_VERSION]) + chain + signed + signature


def sign_directory(head: bytes, directory_key: SigningKey, content: DirectoryContent) -> bytes:
    """Return the document of a directory.

    Raises TooLarge, or what a reader would raise: nothing leaves that a reader would refuse.
    """
    signed = encode_directory(content)
    if len(signed) > DIRECTORY_JSON_MAX_SIZE:
        raise TooLarge("a directory with too much in it")
    # SPEC 10.1: sign(directory key, DIRECTORY, directory)
    signature = directory_key.sign(Label.DIRECTORY, content.genesis_id, signed)
    document = head + len(signed).to_bytes(4, "big") + signed + signature
    read_directory(document, content.genesis_id)
    return document


def chain_of(document: bytes) -> bytes:
    """Return the chain of roots of a document that a reader accepted."""
    return document[1 : 1 + _chain_size(document[1:])]


def head_of(document: bytes) -> bytes:
    """Return the head of a document that a reader accepted: its chain and delegation."""
    return document[: 1 + _chain_size(document[1:]) + DELEGATION_SIZE]


def roots_of(chain: bytes) -> tuple[bytes, ...]:
    """Return the roots (32 bytes each) of a chain, the first one first."""
    starts = range(ROOT_SIZE + 1, len(chain), SUCCESSOR_SIZE)
    return (chain[:ROOT_SIZE], *(chain[at : at + ROOT_SIZE] for at in starts))


def _chain_size(chain: bytes) -> int:
    return ROOT_SIZE + 1 + chain[ROOT_SIZE] * SUCCESSOR_SIZE


def _check_last_root(chain: bytes, root: SigningKey) -> None:
    last = chain[-SUCCESSOR_SIZE:][:ROOT_SIZE] if chain[ROOT_SIZE] else chain[:ROOT_SIZE]
    if root.public_key != last:
        raise Malformed("this root key is not the last one of the office's chain")


def _genesis_id(chain: bytes) -> GenesisId:
    # SPEC 3: of the first root, whichever signs
    return GenesisId(hashlib.sha256(chain[:ROOT_SIZE]).digest())
