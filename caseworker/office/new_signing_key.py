"""A recipient's signing key replaced: SPEC 12.

The new key signs the recipient's cards at once. All else is signed by the old one until a directory
names the new one (office/signing.py); then the old one is listed as retired, so that replies which
it signed are still read.

Where the old key is at hand and nobody else's, it signs the cards of the new one too, and they
travel as all cards do. Where it was lost or stolen, nothing vouches for the new one but a person: a
bundle with the card is carried to the directory's vault, and there its fingerprint is compared.
"""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.keys.cards import make_card, own_card, renew_card
from caseworker.keys.directories import known_directory
from caseworker.keys.signing import active_signing_key, is_named
from caseworker.log.chain import append_event
from caseworker.log.vault_events import CardCompared, SigningKeyMade
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.keys import (
    add_card,
    add_intake_key,
    add_signing_key,
    directory_key,
    held_signing_key,
    highest_card,
    newest_signing_key,
)
from crypto.bundle import ItemType, OutboundHeader, read_bundle, verify_bundle
from crypto.card import Card, check_card, read_card, seen_card
from crypto.directory import fingerprint
from crypto.errors import Outdated, ProtocolError
from crypto.public_keys import check_kem_public_key, key_hash
from crypto.signing import SigningKey
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

_SEED_SIZE = 32


@dataclass(frozen=True)
class CarriedCard:
    """A card that a person carried here, with the keys that it lists."""

    card: Card
    document: bytes
    public_keys: tuple[bytes, ...]

    @property
    def fingerprint(self) -> str:
        """The digits to compare: sixteen groups of five."""
        return card_fingerprint(self.document)


def card_fingerprint(document: bytes) -> str:
    """Return the SHA-256 of a card as sixteen groups of five digits."""
    return fingerprint(hashlib.sha256(document).digest())


def replace_signing_key(vault: Vault, moment: Moment, *, old_key_lost: bool) -> Card:
    """Make a new signing key and its card; return the card.

    Where an interrupted command, or the one before, made one that no directory names yet, that one
    is the new key.
    """
    if not _is_pending(vault, old_key_lost=old_key_lost):
        if not old_key_lost:
            _refuse_unvouched(vault)
        elif not _holds_named_key(vault):
            # Only a vault that was restored lacks it, and no line by a key of before may say so.
            move_numbers_on(vault, moment, await_bundle=False)
        key = SigningKey(secrets.token_bytes(_SEED_SIZE))
        with vault.db.transaction():
            add_signing_key(vault.db, key, moment.day, vouched=not old_key_lost)
            append_event(vault, moment, SigningKeyMade(key.public_key, old_key_lost))
        make_card(vault, moment)
    else:
        renew_card(vault, moment)
    card = own_card(vault)
    if card is None or card.signing_key != newest_signing_key(vault.db).key.public_key:
        raise LookupError("a signing key without a card")
    return card


def _is_pending(vault: Vault, *, old_key_lost: bool) -> bool:
    """Tell whether the newest key was made for what is asked, and is still on its way."""
    newest = newest_signing_key(vault.db)
    if newest.is_first or is_named(vault):
        return False
    if old_key_lost:
        return not newest.vouched
    # Vouched by a key that the directory no longer names, it would never be taken.
    return newest.vouched and _holds_named_key(vault)


def _holds_named_key(vault: Vault) -> bool:
    named = active_signing_key(known_directory(vault), vault.recipient)
    return named is not None and held_signing_key(vault.db, named) is not None


def _refuse_unvouched(vault: Vault) -> None:
    if not _holds_named_key(vault):
        raise Refusal(
            "this vault does not hold the signing key that the directory names, which would have "
            "to sign for the new one",
            "if that key is lost: add --old-key-lost",
        )
    if not is_named(vault):
        raise Refusal(
            "this vault's last new signing key is not in the directory yet",
            "wait until a bundle from the server brings a directory that names it",
        )


def read_carried_card(vault: Vault, path: Path) -> CarriedCard:
    """Return the card in an outbound bundle of another recipient; Refusal where none is there."""
    if directory_key(vault.db) is None:
        raise Refusal(
            "this vault does not sign the directory, so cards are nothing to it",
            "the vault of the recipient that the directory names first does",
        )
    try:
        with path.open("rb") as file:
            verify_bundle(file.read, OutboundHeader, vault.genesis_id, None)
            file.seek(0)
            return _card_in(vault, file)
    except OSError as error:
        raise Refusal(
            f"{foreign_path(path)} cannot be read: {error.strerror}", "nothing was changed"
        ) from None
    except ProtocolError as error:
        raise Refusal(
            f"{foreign_path(Path(path.name))} was not taken in: it is {error}",
            "it has to be a bundle that the recipient's vault exported: nothing was changed",
        ) from None


def _card_in(vault: Vault, file: BinaryIO) -> CarriedCard:
    header, items = read_bundle(file.read, OutboundHeader, vault.genesis_id, None)
    by_hash, documents = {}, []
    for item_type, item in items:
        if item_type == ItemType.INTAKE_KEY:
            by_hash[key_hash(item)] = item
        elif item_type == ItemType.CARD:
            documents.append(item)
    for document in documents:
        card = read_card(document, vault.genesis_id)
        if card.recipient == header.recipient and all(key.hash in by_hash for key in card.keys):
            keys = tuple(by_hash[key.hash] for key in card.keys)
            for key in keys:
                check_kem_public_key(key)
            return CarriedCard(card, document, keys)
    raise Refusal(
        "this bundle holds no card with all of its keys", "let the recipient export it again"
    )


def refuse_untakable(vault: Vault, carried: CarriedCard) -> None:
    """Raise Refusal where no person's word can make this card a recipient's."""
    card = carried.card
    named = active_signing_key(known_directory(vault), card.recipient)
    if named is None:
        raise Refusal("the directory names no such recipient as this card's", "nothing was changed")
    if card.recipient == vault.recipient:
        raise Refusal("this is a card of this vault itself", "nothing has to be carried")
    document = highest_card(vault.db, card.recipient, card.signing_key)
    seen = seen_card(read_card(document, vault.genesis_id)) if document else None
    try:
        check_card(card, card.recipient, card.signing_key, seen)
    except Outdated:
        raise Refusal(
            "a newer card of this recipient is here already", "nothing was changed"
        ) from None
    except ProtocolError as error:
        raise Refusal(f"this card cannot be taken in: it is {error}", "ask who made it") from None


def take_carried_card(vault: Vault, carried: CarriedCard, moment: Moment) -> None:
    """Take a card in as its recipient's newest, on the word of a person who compared it."""
    card = carried.card
    with vault.db.transaction():
        for public_key in carried.public_keys:
            add_intake_key(vault.db, key_hash(public_key), public_key)
        name = (card.recipient, card.signing_key, card.number)
        add_card(vault.db, name, carried.document, moment.day)
        event = CardCompared(card.recipient, card.number, card.sha256)
        append_event(vault, moment, event)
