"""Issuing directories, in the vault that holds the directory key."""

from collections.abc import Iterable, Mapping

from caseworker.cases.events import DIRECTORY_ISSUED, append_event
from caseworker.days import DAYS_A_WEEK, Moment, date_text
from caseworker.errors import Refusal
from caseworker.office.profile import OfficeProfile, profile_of
from caseworker.vault.arrivals import taken_lines
from caseworker.vault.folder import Vault
from caseworker.vault.keys import (
    HeldDirectoryKey,
    add_directory,
    directory_key,
    newest_card,
    newest_directory,
)
from caseworker.vault.numbers import raise_number, take_number
from crypto.card import Card, read_card
from crypto.directory import Directory, Recipient, RetiredKey, read_directory
from crypto.office.directory import DirectoryContent, listed_weeks, sign_directory
from crypto.public_keys import recipient_bytes
from crypto.sizes import BUCKET_BITS_MAX, DIRECTORY_MAX_DAYS
from crypto.statements import StatementKind

# From its seventh day on, each export issues a new one, and status warns.
RENEW_AFTER_DAYS = 7
# A reply signed by a retired key may still have been on its way when the key was retired.
_RETIRED_MARGIN_DAYS = 90
# The board is loaded whole up to this many records, then in buckets of about half as many.
_WHOLE_BOARD_RECORDS = 256
_BUCKET_RECORDS = 128
_NUMBER = "directory"
_RENEW = "run: caseworker office renew DIR, with the root key at hand"


def known_directory(vault: Vault) -> Directory:
    """Return the newest directory that a vault knows."""
    document = newest_directory(vault.db)
    if document is None:
        raise Refusal("this vault knows no directory", "import a bundle from the server first")
    return read_directory(document, vault.genesis_id)


def issue_directory(
    vault: Vault, moment: Moment, profile: OfficeProfile | None = None
) -> Directory:
    """Sign the next directory, from the recipients' newest cards, and keep it.

    `profile` is given for an office's first directory; later the one before says it.
    """
    held = _held_key(vault, moment.day)
    before = None if profile else known_directory(vault)
    profile = profile or profile_of(known_directory(vault))
    cards = {recipient: _card_of(vault, recipient) for recipient in profile.titles}
    expires = min(
        moment.day + DIRECTORY_MAX_DAYS, held.end, *(_last_day(card) for card in cards.values())
    )
    _refuse_missing_keys(cards.values(), moment.day, expires)
    with vault.db.transaction():
        if before:
            raise_number(vault.db, _NUMBER, before.sequence)
        content = DirectoryContent(
            genesis_id=vault.genesis_id,
            sequence=take_number(vault.db, _NUMBER),
            issued=moment.day,
            expires=expires,
            names=profile.names,
            addresses=profile.addresses,
            recipients=_recipients(profile, cards, moment.day, expires),
            retired=_retired(before, cards, moment.day),
            directory_recipient=profile.directory_recipient,
            bucket_bits=_bucket_bits(vault, before),
            batch_size=profile.batch_size,
            policy=profile.policy,
            contacts=profile.contacts,
        )
        document = sign_directory(held.head, held.key, content)
        add_directory(vault.db, held.number, content.sequence, document, moment.day)
        body = {"delegation": held.number, "sequence": content.sequence, "expires": expires}
        append_event(vault, moment, DIRECTORY_ISSUED, None, body)
    return read_directory(document, vault.genesis_id)


def _held_key(vault: Vault, day: int) -> HeldDirectoryKey:
    held = directory_key(vault.db)
    if held is None:
        raise Refusal(
            "this vault does not hold the directory key", "the vault of the first recipient does"
        )
    if day < held.first:
        raise Refusal(
            f"this machine's clock says {date_text(day)}, before the delegation begins",
            "set the clock, then try again",
        )
    if day >= held.end:
        raise Refusal(
            f"the root's delegation ended on {date_text(held.end)}",
            _RENEW,
        )
    newest = newest_directory(vault.db)
    if newest and read_directory(newest, vault.genesis_id).delegation.number > held.number:
        raise Refusal("the root has delegated to another directory key since", _RENEW)
    return held


def _card_of(vault: Vault, recipient: str) -> Card:
    document = newest_card(vault.db, recipient)
    if document is None:
        raise Refusal(
            f"no card of the recipient {recipient} has arrived here",
            "import a bundle from the server after that recipient's own bundle was taken there",
        )
    return read_card(document, vault.genesis_id)


def _last_day(card: Card) -> int:
    return DAYS_A_WEEK * (card.keys[-1].week + 1)


def _refuse_missing_keys(cards: Iterable[Card], day: int, expires: int) -> None:
    for card in cards:
        weeks = {key.week for key in card.keys}
        if expires <= day or not weeks.issuperset(listed_weeks(day, expires)):
            raise Refusal(
                f"the keys of the recipient {card.recipient} have run out",
                "that recipient exports a bundle with a new card, the server takes it, and a "
                "bundle from the server brings it here",
            )


def _recipients(
    profile: OfficeProfile, cards: Mapping[str, Card], day: int, expires: int
) -> tuple[Recipient, ...]:
    weeks = listed_weeks(day, expires)
    return tuple(
        Recipient(
            id=recipient,
            titles=profile.titles[recipient],
            signing_key=cards[recipient].signing_key,
            keys=tuple(key for key in cards[recipient].keys if key.week in weeks),
        )
        for recipient in sorted(cards, key=recipient_bytes)
    )


def _retired(
    before: Directory | None, cards: Mapping[str, Card], day: int
) -> tuple[RetiredKey, ...]:
    """Return the signing keys whose replies are still read, those replaced just now among them."""
    if before is None:
        return ()
    until = day + before.policy.reply_days + _RETIRED_MARGIN_DAYS
    replaced = [
        RetiredKey(one.id, one.signing_key, until)
        for one in before.recipients
        if one.signing_key != cards[one.id].signing_key
    ]
    return (*(key for key in before.retired if key.until > day), *replaced)


def _bucket_bits(vault: Vault, before: Directory | None) -> int:
    """Return the bits by which the board is cut: at most one more than before, and never fewer."""
    if before is None:
        return 0
    live = sum(line.count for line in taken_lines(vault.db) if line.kind == StatementKind.BATCH)
    bits = before.bucket_bits
    full = _WHOLE_BOARD_RECORDS if bits == 0 else _BUCKET_RECORDS << bits
    return min(bits + 1, BUCKET_BITS_MAX) if live > full else bits
