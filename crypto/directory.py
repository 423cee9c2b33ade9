"""The office's directory as its readers check it: SPEC 3 and 10.

A directory is good for use when it passes all of these:

    directory = read_directory(document, genesis_id)     what no day and no place changes
    check_current(directory, day)
    check_address(directory, address)                    where it came from an address
    check_not_older(directory, seen)                     by readers that remember
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from crypto.byte_reader import ByteReader
from crypto.days import week_of, weeks
from crypto.directory_content import (
    SERVERS_MAX,
    DirectoryContent,
    ListedKey,
    Policy,
    Recipient,
    RetiredKey,
    parse_directory,
)
from crypto.errors import Contradictory, Foreign, Malformed, Outdated
from crypto.labels import Label
from crypto.lifetimes import (
    CLOCK_GRACE_DAYS,
    DAYS_A_WEEK,
    DELEGATION_MAX_DAYS,
    DIRECTORY_MAX_DAYS,
    KEY_DAYS,
)
from crypto.names import Day, GenesisId, Week
from crypto.signatures import check_signature
from crypto.sizes import GENESIS_ID_SIZE, SIGNATURE_SIZE

__all__ = [
    "SERVERS_MAX",
    "Delegation",
    "Directory",
    "ListedKey",
    "Policy",
    "Recipient",
    "RetiredKey",
    "Seen",
    "check_address",
    "check_current",
    "check_not_older",
    "current_key",
    "digit_lines",
    "fingerprint",
    "name_in",
    "read_directory",
    "read_fingerprint",
    "seen",
    "server_fingerprint",
    "signing_keys_of",
]

DOCUMENT_VERSION = 1
SUCCESSORS_MAX = 16
DIRECTORY_JSON_MAX_SIZE = 65_536
# SPEC 10.1: the parts of a document, each with its signature.
ROOT_SIZE = 32
SUCCESSOR_SIZE = 96
DELEGATION_SIZE = 108
DOCUMENT_MAX_SIZE = (1 + ROOT_SIZE + 1 + SUCCESSORS_MAX * SUCCESSOR_SIZE + DELEGATION_SIZE) + (
    4 + DIRECTORY_JSON_MAX_SIZE + SIGNATURE_SIZE
)

_GROUPS = 16
_GROUP_DIGITS = 5
_GROUPS_A_LINE = 4
_U16_MAX = 65_535

Text = TypeVar("Text")


@dataclass(frozen=True)
class Delegation:
    """What the root allows a directory key (32 bytes) to sign, for the days [first, end)."""

    number: int
    first: Day
    end: Day
    directory_key: bytes


@dataclass(frozen=True)
class Directory(DirectoryContent):
    """A directory whose signatures hold, the roots (32 bytes each) and delegation it came with.

    `sha256` is that of the whole document.
    """

    delegation: Delegation
    roots: tuple[bytes, ...]
    sha256: bytes


@dataclass(frozen=True)
class Seen:
    """What a reader remembers of the newest directory that it accepted."""

    delegation: int
    sequence: int
    sha256: bytes
    roots: tuple[bytes, ...]


def read_directory(document: bytes, genesis_id: GenesisId) -> Directory:
    """Return the directory of a document, as far as neither day nor place matters.

    Raises Malformed, Foreign (of another office), Unauthentic and Contradictory.
    """
    if len(document) > DOCUMENT_MAX_SIZE:
        raise Malformed("a directory too long")
    layout = _Layout.read(document)
    roots = _checked_roots(layout, genesis_id)
    delegation = _checked_delegation(layout, genesis_id)
    # SPEC 10.1: sign(directory key, DIRECTORY, directory)
    signer, signed = delegation.directory_key, layout.directory
    check_signature(
        signer,
        signature=layout.signature,
        label=Label.DIRECTORY,
        genesis_id=genesis_id,
        message=signed,
    )
    content = parse_directory(signed)
    if content.genesis_id != genesis_id:
        raise Foreign("a directory that names another office inside")
    sha256 = hashlib.sha256(document).digest()
    directory = Directory(**vars(content), delegation=delegation, roots=roots, sha256=sha256)
    _check_dates(directory)
    _check_differing(directory)
    return directory


def check_current(directory: Directory, day: Day) -> None:
    """Return if the directory may be used on a day; Outdated otherwise.

    One that was issued more than two days ahead most likely shows a wrong clock.
    """
    # SPEC 10.3
    if day < directory.issued - CLOCK_GRACE_DAYS:
        raise Outdated("the directory begins later: is the clock right?")
    if day >= min(directory.expires, directory.delegation.end):
        raise Outdated("the directory has expired")


def check_address(directory: Directory, address: str) -> None:
    """Return if the directory is valid at an origin, `https://example.org`; Foreign otherwise."""
    if address not in directory.addresses:
        raise Foreign("the directory is for other addresses")


def check_not_older(directory: Directory, seen: Seen) -> None:
    """Return if a reader that saw `seen` may accept the directory.

    Raises Outdated where it, or its chain of roots, is older, and Contradictory where the office
    signed two things that exclude each other.
    """
    # SPEC 10.3
    shared = min(len(directory.roots), len(seen.roots))
    if directory.roots[:shared] != seen.roots[:shared]:
        raise Contradictory("two successors of one root")
    if len(directory.roots) < len(seen.roots):
        raise Outdated("a directory under a root that was replaced")
    version = (directory.delegation.number, directory.sequence)
    if version < (seen.delegation, seen.sequence):
        raise Outdated("a directory older than one seen")
    if version == (seen.delegation, seen.sequence) and directory.sha256 != seen.sha256:
        raise Contradictory("two directories of one number")


def seen(directory: Directory) -> Seen:
    """Return what to remember of a directory that was accepted."""
    return Seen(
        delegation=directory.delegation.number,
        sequence=directory.sequence,
        sha256=directory.sha256,
        roots=directory.roots,
    )


def current_key(recipient: Recipient, day: Day) -> ListedKey:
    """Return the intake key to seal to on a day; Outdated where the directory lists none for it."""
    # SPEC 10.2: the key of the week of the client's own day
    for key in recipient.keys:
        if key.week == week_of(day):
            return key
    raise Outdated("no intake key is listed for this day")


def signing_keys_of(directory: Directory, recipient_id: str) -> tuple[bytes, ...]:
    """Return the signing keys (32 bytes each) of a recipient id, active one first, then retired."""
    signers: list[Recipient | RetiredKey] = [*directory.recipients, *directory.retired]
    return tuple(signer.signing_key for signer in signers if signer.id == recipient_id)


def fingerprint(digest: bytes) -> str:
    """Return a genesis id, or another SHA-256 that people compare, as sixteen groups of digits."""
    # SPEC 3
    pairs = (digest[at : at + 2] for at in range(0, GENESIS_ID_SIZE, 2))
    return " ".join(f"{int.from_bytes(pair, 'big'):05}" for pair in pairs)


def server_fingerprint(public_key: bytes) -> str:
    """Return a server's public key (32 bytes) as a person compares it: sixteen groups of digits."""
    # SPEC 14.1
    return fingerprint(hashlib.sha256(public_key).digest())


def digit_lines(digits: str) -> list[str]:
    """Return a fingerprint as lines of four groups, to be compared by eye."""
    groups = digits.split()
    starts = range(0, len(groups), _GROUPS_A_LINE)
    return [" ".join(groups[at : at + _GROUPS_A_LINE]) for at in starts]


def read_fingerprint(text: str) -> GenesisId:
    """Return the genesis id of a typed fingerprint; all but its 80 digits is passed over.

    Raises Malformed where these are not the digits of a fingerprint.
    """
    # SPEC 3
    digits = "".join(character for character in text if character in "0123456789")
    if len(digits) != _GROUPS * _GROUP_DIGITS:
        raise Malformed("a fingerprint has 80 digits")
    groups = [int(digits[at : at + _GROUP_DIGITS]) for at in range(0, len(digits), _GROUP_DIGITS)]
    if max(groups) > _U16_MAX:
        raise Malformed("no fingerprint has such a group of digits")
    return GenesisId(b"".join(group.to_bytes(2, "big") for group in groups))


def name_in(names: Mapping[str, Text], language: str) -> Text:
    """Return the words in a language, else in any language, else the first; one is there."""
    # SPEC 10.2
    first = next(iter(names.values()))
    return names.get(language, names.get("und", first))


def listed_weeks(issued: Day, expires: Day) -> list[Week]:
    """Return the weeks whose intake keys a directory for the days [issued, expires) lists."""
    # SPEC 10.2: 7w < expires and 7w + 14 > issued
    first = max(0, (issued - KEY_DAYS) // DAYS_A_WEEK + 1)
    return weeks(Week(first), Week(-(-expires // DAYS_A_WEEK)))


@dataclass(frozen=True)
class _Layout:
    """The parts of a document, cut and not yet checked: SPEC 10.1."""

    roots: tuple[bytes, ...]
    root_signatures: tuple[bytes, ...]
    delegation: bytes
    delegation_signature: bytes
    directory: bytes
    signature: bytes

    @classmethod
    def read(cls, document: bytes) -> Self:
        reader = ByteReader(document)
        if reader.u8() != DOCUMENT_VERSION:
            raise Malformed("a directory of another version")
        roots = [reader.read(ROOT_SIZE)]
        successors = reader.u8()
        if successors > SUCCESSORS_MAX:
            raise Malformed("more successors than a root can have")
        signatures = []
        for _ in range(successors):
            roots.append(reader.read(ROOT_SIZE))
            signatures.append(reader.read(SIGNATURE_SIZE))
        layout = cls(
            tuple(roots),
            tuple(signatures),
            reader.read(DELEGATION_SIZE - SIGNATURE_SIZE),
            reader.read(SIGNATURE_SIZE),
            reader.sized(DIRECTORY_JSON_MAX_SIZE),
            reader.read(SIGNATURE_SIZE),
        )
        reader.end()
        return layout


def _checked_roots(layout: _Layout, genesis_id: GenesisId) -> tuple[bytes, ...]:
    roots = layout.roots
    if hashlib.sha256(roots[0]).digest() != genesis_id:
        raise Foreign("a directory of another office")
    for number, signature in enumerate(layout.root_signatures, 1):
        # SPEC 10.1: sign(root before it, SUCCESSOR, u32(number) || new root)
        signed = number.to_bytes(4, "big") + roots[number]
        check_signature(
            roots[number - 1],
            signature=signature,
            label=Label.SUCCESSOR,
            genesis_id=genesis_id,
            message=signed,
        )
    return roots


def _checked_delegation(layout: _Layout, genesis_id: GenesisId) -> Delegation:
    # SPEC 10.1: sign(last root, DELEGATION, u8(s) || these 44 bytes)
    message = bytes([len(layout.root_signatures)]) + layout.delegation
    signature = layout.delegation_signature
    check_signature(
        layout.roots[-1],
        signature=signature,
        label=Label.DELEGATION,
        genesis_id=genesis_id,
        message=message,
    )
    parts = ByteReader(layout.delegation)
    return Delegation(parts.u32(), Day(parts.u32()), Day(parts.u32()), parts.rest())


def _check_dates(directory: Directory) -> None:
    # SPEC 10.3
    delegation = directory.delegation
    if not 1 <= delegation.end - delegation.first <= DELEGATION_MAX_DAYS:
        raise Contradictory("a delegation of no days, or of too many")
    if not 1 <= directory.expires - directory.issued <= DIRECTORY_MAX_DAYS:
        raise Contradictory("a directory for no days, or for too many")
    if directory.issued < delegation.first or directory.expires > delegation.end:
        raise Contradictory("a directory that is not within its delegation")
    listed = listed_weeks(directory.issued, directory.expires)
    for recipient in directory.recipients:
        if [key.week for key in recipient.keys] != listed:
            raise Contradictory("intake keys that are not exactly those of the directory's days")


def _check_differing(directory: Directory) -> None:
    # SPEC 10.3
    signers: list[Recipient | RetiredKey] = [*directory.recipients, *directory.retired]
    signing_keys = [signer.signing_key for signer in signers]
    keys = [*directory.roots, directory.delegation.directory_key, *signing_keys]
    keys += directory.servers
    hashes = [key.hash for recipient in directory.recipients for key in recipient.keys]
    if len(set(keys)) != len(keys) or len(set(hashes)) != len(hashes):
        raise Contradictory("two equal keys")
