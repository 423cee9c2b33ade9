"""Cards and directories passed between vaults that stand side by side on one machine."""

from collections.abc import Mapping

from caseworker.keys.cards import card_document, own_card
from caseworker.keys.directories import known_directory
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.forms import add_form, form_of
from caseworker.vault.keys import (
    add_card,
    add_directory,
    add_intake_key,
    intake_key,
    newest_directory,
)
from crypto.card import Card
from crypto.names import KeyHash


def hand_over_cards(vaults: Mapping[str, Vault], leading: Vault, moment: Moment) -> None:
    """Give the newest card of each vault to the directory's vault.

    Both were opened with their passphrases by one person, so nothing is asked of a signature.
    """
    for vault in vaults.values():
        card = own_card(vault)
        if vault is leading or card is None:
            continue
        with leading.db.transaction():
            name = (card.recipient, card.signing_key, card.number)
            add_card(leading.db, name, card_document(vault), moment.day)
            for key_hash, public_key in _keys(vault, card):
                add_intake_key(leading.db, key_hash, public_key)


def hand_over_directory(leading: Vault, vaults: Mapping[str, Vault], moment: Moment) -> None:
    """Give the newest directory, and its form, to each vault."""
    directory = known_directory(leading)
    document = newest_directory(leading.db)
    form = form_of(leading.db, directory.form)
    for vault in vaults.values():
        if vault is leading or document is None:
            continue
        with vault.db.transaction():
            version = (directory.delegation.number, directory.sequence)
            add_directory(vault.db, version, document, moment.day)
            if form is not None:
                add_form(vault.db, form)


def _keys(vault: Vault, card: Card) -> list[tuple[KeyHash, bytes]]:
    found = ((key.hash, intake_key(vault.db, key.hash)) for key in card.keys)
    return [(key_hash, key) for key_hash, key in found if key is not None]
