"""Recipient cards: a recipient's public intake keys, signed by itself: SPEC 12."""

import hashlib
from dataclasses import dataclass

from crypto.byte_reader import ByteReader
from crypto.directory_content import ListedKey, parse_listed_key
from crypto.errors import Contradictory, Foreign, Malformed, Outdated, Unauthentic
from crypto.labels import Label
from crypto.names import GenesisId
from crypto.public_keys import recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import GENESIS_ID_SIZE, SIGNATURE_SIZE
from crypto.strict_json import Fields, parse_json

__all__ = ["Card", "SeenCard", "check_card", "read_card", "seen_card"]

CARD_JSON_MAX_SIZE = 16_384
CARD_KEYS_MAX = 32
# SPEC 12: with both signatures.
CARD_MAX_SIZE = 4 + CARD_JSON_MAX_SIZE + 1 + 2 * SIGNATURE_SIZE

_KEY_SIZE = 32
_ID_MAX_SIZE = 32
_KNOWN = ("genesis_id", "recipient", "signing_key", "number", "keys", "old_signing_key")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card whose signatures hold. `sha256` is that of its bytes.

    `old_signing_key` (32 bytes) is there where it announces `signing_key` as the new one.
    """

    genesis_id: GenesisId
    recipient: str
    signing_key: bytes
    number: int
    keys: tuple[ListedKey, ...]
    old_signing_key: bytes | None
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class SeenCard:
    """What a reader remembers of the highest card that it took in under a signing key."""

    signing_key: bytes
    number: int
    sha256: bytes


def read_card(data: bytes, genesis_id: GenesisId) -> Card:
    """Return the card in `data`, whoever's it is; `check_card` tells whether to take it in.

    Raises Malformed, Foreign (of another office) and Unauthentic.
    """
    reader = ByteReader(data)
    signed = reader.sized(CARD_JSON_MAX_SIZE)
    signatures = [reader.read(SIGNATURE_SIZE) for _ in range(reader.u8())]
    reader.end()
    # The keys that it is checked with stand in it, so it is read before that.
    card = _parse_card(signed, hashlib.sha256(data).digest())
    if card.genesis_id != genesis_id:
        raise Foreign("a card of another office")
    signers = [card.signing_key]
    if card.old_signing_key is not None:
        signers.append(card.old_signing_key)
    if len(signatures) != len(signers):
        raise Malformed("a card with another number of signatures than it needs")
    # SPEC 12: sign(signing key, CARD, card), and likewise by the old one
    for signer, signature in zip(signers, signatures, strict=True):
        check_signature(
            signer, signature=signature, label=Label.CARD, genesis_id=genesis_id, message=signed
        )
    return card


def check_card(card: Card, recipient_id: str, signing_key: bytes, seen: SeenCard | None) -> None:
    """Return if a card may be taken in as that of a recipient whose signing key is known.

    `seen` is the highest card taken in under the card's signing key, or under the known one.
    Raises Foreign (another recipient's), Unauthentic (neither signed by the known key nor
    announced by it), Outdated (numbered lower than one seen) and Contradictory (two cards of one
    number).
    """
    # SPEC 12
    if card.recipient != recipient_id:
        raise Foreign("a card of another recipient")
    if signing_key not in (card.signing_key, card.old_signing_key):
        raise Unauthentic("a card by a key that is not the recipient's")
    # Card numbers count per signing key.
    if seen is None or seen.signing_key != card.signing_key:
        return
    if card.number < seen.number:
        raise Outdated("a card older than one seen")
    if card.number == seen.number and card.sha256 != seen.sha256:
        raise Contradictory("two cards of one number")


def seen_card(card: Card) -> SeenCard:
    """Return what to remember of a card that was taken in."""
    return SeenCard(signing_key=card.signing_key, number=card.number, sha256=card.sha256)


def _parse_card(signed: bytes, sha256: bytes) -> Card:
    fields = Fields(parse_json(signed), known=_KNOWN)
    keys = tuple(map(parse_listed_key, fields.objects("keys", 1, CARD_KEYS_MAX)))
    weeks = [key.week for key in keys]
    if any(week != weeks[0] + place for place, week in enumerate(weeks)):
        raise Malformed("intake keys that are not by week without a gap")
    old = fields.hex("old_signing_key", _KEY_SIZE) if fields.has("old_signing_key") else None
    card = Card(
        genesis_id=GenesisId(fields.hex("genesis_id", GENESIS_ID_SIZE)),
        recipient=fields.text("recipient", _ID_MAX_SIZE),
        signing_key=fields.hex("signing_key", _KEY_SIZE),
        number=fields.integer("number", 1),
        keys=keys,
        old_signing_key=old,
        sha256=sha256,
    )
    recipient_bytes(card.recipient)
    return card
