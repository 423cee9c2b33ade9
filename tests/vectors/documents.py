"""The office's directory and cards as vectors need them: also broken, so nothing here checks."""

import hashlib
from collections.abc import Sequence

from crypto.days import later
from crypto.directory_content import ListedKey
from crypto.labels import Label
from crypto.names import KeyHash, Week
from crypto.office.directory import listed_weeks
from crypto.signing import SigningKey
from crypto.strict_json import encode_json
from tests.vectors.forms import FORM
from tests.vectors.people import (
    DAY,
    GENESIS_ID,
    INTAKE,
    RECIPIENTS,
    RETIRED,
    ROOT,
    SERVER,
    SIGNING,
    WEEK,
)
from tests.vectors.vector import randomness

Members = dict[str, object]

NEXT_ROOT = SigningKey(randomness("second root of the office", 32))
OTHER_ROOT = SigningKey(randomness("another second root of the office", 32))
DIRECTORY_KEY = SigningKey(randomness("directory key of the office", 32))
STRANGER = SigningKey(randomness("a key that nobody named", 32))

ISSUED = later(DAY, -1)
EXPIRES = later(ISSUED, 14)
FIRST = later(ISSUED, -20)
END = later(FIRST, 90)
ADDRESSES = ["https://tips.example.org", "http://fidelio.example:8080", "http://[::1]:8765"]


def listed_key(recipient_id: str, week: int) -> ListedKey:
    """Return the intake key that a recipient lists for a week."""
    if week == WEEK:
        public_key = INTAKE[recipient_id].key.public_key
        return ListedKey(Week(week), KeyHash(hashlib.sha256(public_key).digest()))
    return ListedKey(Week(week), KeyHash(randomness(f"hash of {recipient_id} {week}", 32)))


def keys_of(recipient_id: str, weeks: Sequence[int]) -> list[Members]:
    """Return the intake keys of a recipient as JSON has them."""
    keys = [listed_key(recipient_id, week) for week in weeks]
    return [{"week": key.week, "hash": key.hash.hex()} for key in keys]


def recipient(recipient_id: str, **changed: object) -> Members:
    """Return a recipient as the directory's JSON has it, with some members changed."""
    members: Members = {
        "id": recipient_id,
        "titles": {"en": recipient_id.capitalize(), "ru": "Получатель"},
        "signing_key": SIGNING[recipient_id].public_key.hex(),
        "keys": keys_of(recipient_id, listed_weeks(ISSUED, EXPIRES)),
    }
    return members | changed


def recipients(weeks: Sequence[int] = listed_weeks(ISSUED, EXPIRES)) -> list[Members]:
    """Return all recipients, who list intake keys for these weeks."""
    return [recipient(one, keys=keys_of(one, weeks)) for one in RECIPIENTS]


def directory_members(**changed: object) -> Members:
    """Return the members of the directory's JSON, with some changed."""
    members: Members = {
        "genesis_id": GENESIS_ID.hex(),
        "sequence": 7,
        "issued": ISSUED,
        "expires": EXPIRES,
        "names": {"en": "Anti-corruption office", "ru": "Бюро по борьбе с коррупцией"},
        "addresses": ADDRESSES,
        "recipients": recipients(),
        "retired": [
            {"id": "board", "signing_key": RETIRED.public_key.hex(), "until": EXPIRES + 300}
        ],
        "directory_recipient": "board",
        "servers": [SERVER.public_key.hex()],
        "form": hashlib.sha256(FORM).hexdigest(),
        "batch_size": 64,
        "release": 1,
        "mirrors": ["https://mirror.example.org", "http://mirror.example:8080"],
        "policy": {
            "reply_days": 400,
            "codename_days": 365,
            "max_chunks": 8192,
            "puzzle_envelope": 12,
            "puzzle_chunk": 0,
        },
        "contacts": ["By post: 1 Main Square"],
    }
    return members | changed


def successor(root: SigningKey, number: int, new_root: SigningKey) -> bytes:
    """Return a successor, signed by a root."""
    signed = number.to_bytes(4, "big") + new_root.public_key
    return new_root.public_key + root.sign(Label.SUCCESSOR, GENESIS_ID, signed)


def delegation(
    root: SigningKey = ROOT,
    *,
    successors: int = 0,
    number: int = 3,
    first: int = FIRST,
    end: int = END,
    key: SigningKey = DIRECTORY_KEY,
) -> bytes:
    """Return a delegation, signed by a root."""
    numbers = b"".join(one.to_bytes(4, "big") for one in (number, first, end))
    signed = numbers + key.public_key
    message = bytes([successors]) + signed
    return signed + root.sign(Label.DELEGATION, GENESIS_ID, message)


# The office after its root was replaced once.
SUCCESSOR = successor(ROOT, 1, NEXT_ROOT)
RENEWED = delegation(NEXT_ROOT, successors=1, number=4)


def document(
    directory: Members | bytes | None = None,
    *,
    version: int = 1,
    first_root: SigningKey = ROOT,
    successors: Sequence[bytes] = (),
    delegated: bytes | None = None,
    signer: SigningKey = DIRECTORY_KEY,
) -> bytes:
    """Return a directory's document made of parts that need not fit each other."""
    members = directory_members() if directory is None else directory
    signed = members if isinstance(members, bytes) else encode_json(members)
    chain = first_root.public_key + bytes([len(successors)]) + b"".join(successors)
    head = bytes([version]) + chain + (delegation() if delegated is None else delegated)
    signature = signer.sign(Label.DIRECTORY, GENESIS_ID, signed)
    return head + len(signed).to_bytes(4, "big") + signed + signature


def read_members(data: bytes) -> Members:
    """Return the members of a vector that reads a document."""
    return {"document": data.hex(), "genesis_id": GENESIS_ID.hex()}


def card_members(recipient_id: str = "board", **changed: object) -> Members:
    """Return the members of a card's JSON, with some changed."""
    members: Members = {
        "genesis_id": GENESIS_ID.hex(),
        "recipient": recipient_id,
        "signing_key": SIGNING[recipient_id].public_key.hex(),
        "number": 5,
        "keys": keys_of(recipient_id, range(WEEK, WEEK + 6)),
    }
    return members | changed


def card(members: Members | bytes, *signers: SigningKey) -> bytes:
    """Return a card with a signature by each of these keys, whatever stands in it."""
    signed = members if isinstance(members, bytes) else encode_json(members)
    signatures = [signer.sign(Label.CARD, GENESIS_ID, signed) for signer in signers]
    return len(signed).to_bytes(4, "big") + signed + bytes([len(signers)]) + b"".join(signatures)
