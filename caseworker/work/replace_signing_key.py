"""The key by which a recipient signs replaced, and the new one's card carried or taken in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseworker.exchange.outbound.exporting import (
    export_bundle,
    refuse_if_behind,
    refuse_unwritable,
)
from caseworker.keys.cards import card_document
from caseworker.keys.directories import issue_directory, refuse_if_stray
from caseworker.keys.signing import is_named
from caseworker.office.new_signing_key import (
    CarriedCard,
    card_fingerprint,
    read_carried_card,
    refuse_untakable,
    replace_signing_key,
    take_carried_card,
)
from caseworker.office.steps import Step, signing_key_steps, taken_card_steps
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key
from ground.days import Moment

__all__ = ["NewSigningKey", "TakenCard", "refuse_hopeless_bundle", "renew_signing_key", "take_card"]


@dataclass(frozen=True)
class NewSigningKey:
    """A recipient's new signing key: the digits of its card, and who carries what.

    `is_named`: a directory names it already.
    """

    recipient: str
    fingerprint: str
    is_named: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class TakenCard:
    """A card that was taken in on a person's word, and who carries what."""

    recipient: str
    number: int
    steps: tuple[Step, ...]


def refuse_hopeless_bundle(out: Path) -> None:
    """Raise Refusal where no bundle could be written; before a passphrase is typed."""
    # One that is there may be what the same command wrote before it was stopped: export looks.
    if not out.is_file():
        refuse_unwritable(out)


def renew_signing_key(
    vault: Vault, moment: Moment, out: Path, *, old_key_lost: bool
) -> NewSigningKey:
    """Make a new signing key, and write a bundle that announces it."""
    refuse_if_behind(vault)
    refuse_if_stray(vault)
    replace_signing_key(vault, moment, old_key_lost=old_key_lost)
    if directory_key(vault.db) and not is_named(vault):
        issue_directory(vault, moment)
    export_bundle(vault, out, moment)
    return NewSigningKey(
        recipient=vault.recipient,
        fingerprint=card_fingerprint(card_document(vault)),
        is_named=is_named(vault),
        steps=tuple(signing_key_steps(vault, out, carried=old_key_lost)),
    )


def take_card(
    vault: Vault, moment: Moment, bundle: Path, compare: Callable[[CarriedCard], None]
) -> TakenCard:
    """Take in the card of a bundle once `compare` returns: a person compared it, or it raises."""
    carried = read_carried_card(vault, bundle)
    refuse_untakable(vault, carried)
    compare(carried)
    take_carried_card(vault, carried, moment)
    recipient = carried.card.recipient
    return TakenCard(recipient, carried.card.number, tuple(taken_card_steps(vault, recipient)))
