"""A recipient's cards: its public intake keys by week, made new in time."""

from caseworker.keys.signing import vouching_key
from caseworker.log.chain import append_event
from caseworker.log.vault_events import CardMade
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.keys import add_card, add_intake_key, newest_card, newest_signing_key
from caseworker.vault.numbers import give_out_number, highest_number
from caseworker.vault.secrets_file import HeldSecret
from crypto.card import Card, read_card
from crypto.days import later, week_of, weeks
from crypto.directory import ListedKey
from crypto.hpke import new_kem_secret_key
from crypto.lifetimes import CARD_AHEAD_DAYS
from crypto.names import Day, Week
from crypto.office.card import sign_card
from crypto.public_keys import key_hash
from ground.shell.refusals import Refusal


def weeks_to_list(day: Day) -> list[Week]:
    """Return the weeks of a card made on a day: from the week before to 90 days ahead."""
    last = week_of(later(day, CARD_AHEAD_DAYS))
    return weeks(Week(week_of(day) - 1), Week(last + 1))


def own_card(vault: Vault) -> Card | None:
    """Return the newest card of the vault's own recipient."""
    document = newest_card(vault.db, vault.recipient)
    return read_card(document, vault.genesis_id) if document else None


def card_document(vault: Vault) -> bytes:
    """Return the bytes of the newest card of the vault's own recipient."""
    document = newest_card(vault.db, vault.recipient)
    if document is None:
        raise Refusal("this vault never made a card", "run: caseworker office renew DIR")
    return document


def renew_card(vault: Vault, moment: Moment) -> bool:
    """Make a new card where the newest one is short of keys, or not by the newest signing key.

    Also where its number is not beyond those that were moved past after a restore.
    """
    card = own_card(vault)
    held = {key_hash(one.key.public_key) for one in vault.secrets}
    if card is not None and card.signing_key == newest_signing_key(vault.db).key.public_key:
        listed = {key.week for key in card.keys if key.hash in held}
        beyond = card.number >= highest_number(vault.db, "card")
        if beyond and listed.issuperset(weeks_to_list(moment.day)):
            return False
    make_card(vault, moment)
    return True


def make_card(vault: Vault, moment: Moment) -> None:
    """Make a card: keys of weeks whose secret is held are listed again, missing ones made new."""
    listed_weeks = weeks_to_list(moment.day)
    # The last one made counts, where a week has several.
    by_week = {one.week: one for one in vault.secrets}
    new = [
        HeldSecret(week, moment.day, new_kem_secret_key())
        for week in listed_weeks
        if week not in by_week
    ]
    if new:
        # A public key leaves only once its secret half is on the disk.
        vault.replace_secrets([*vault.secrets, *new])
    by_week.update((one.week, one) for one in new)
    public_keys = {week: by_week[week].key.public_key for week in listed_weeks}
    with vault.db.transaction():
        listed = [ListedKey(week, key_hash(key)) for week, key in public_keys.items()]
        signer, number = newest_signing_key(vault.db).key, give_out_number(vault.db, "card")
        old = vouching_key(vault)
        document = sign_card(signer, vault.genesis_id, vault.recipient, number, listed, old)
        for key in public_keys.values():
            add_intake_key(vault.db, key_hash(key), key)
        add_card(vault.db, (vault.recipient, signer.public_key, number), document, moment.day)
        append_event(vault, moment, CardMade(number, len(new)))
