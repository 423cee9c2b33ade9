"""A card taken in that nothing but a person vouches for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseworker.moments import Moment
from caseworker.office.new_signing_key import (
    CarriedCard,
    read_carried_card,
    refuse_untakable,
    take_carried_card,
)
from caseworker.office.steps import Step, taken_card_steps
from caseworker.vault.folder import Vault

__all__ = ["TakenCard", "take_card"]


@dataclass(frozen=True)
class TakenCard:
    """A card that was taken in on a person's word, and who carries what."""

    recipient: str
    number: int
    steps: tuple[Step, ...]


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
