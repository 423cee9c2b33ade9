"""Issuing directories, in the vault that holds the directory key."""

from collections.abc import Iterable, Mapping

from caseworker.keys.profile import NO_CHANGE, OfficeProfile, ProfileChanges, profile_of
from caseworker.log.chain import append_event
from caseworker.log.vault_events import DirectoryIssued
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.forms import add_form
from caseworker.vault.keys import (
    HeldDirectoryKey,
    add_directory,
    card_signers,
    directory_key,
    newest_card,
    newest_directory,
    own_directory,
    own_signing_keys,
    record_issued,
)
from caseworker.vault.numbers import give_out_number, highest_number, raise_number
from caseworker.vault.of_before import refuse_of_before
from caseworker.vault.servers import pinned_servers
from crypto.card import Card, read_card
from crypto.days import later
from crypto.directory import Directory, Recipient, RetiredKey, read_directory
from crypto.lifetimes import DIRECTORY_MAX_DAYS, DIRECTORY_RENEW_DAYS, RETIRED_MARGIN_DAYS
from crypto.names import Day
from crypto.office.directory import DirectoryContent, listed_weeks, sign_directory
from crypto.public_keys import recipient_bytes
from crypto.running_out import age_of, card_end, ending_with
from crypto.strict_json import INTEGER_MAX
from ground.shell.figures import date_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

_NUMBER = "directory"
_RENEW = "run: caseworker office renew DIR, with the root key at hand"


def known_directory(vault: Vault) -> Directory:
    """Return the newest directory that a vault knows."""
    document = newest_directory(vault.db)
    if document is None:
        refuse_of_before(vault.db)
        raise Refusal("this vault knows no directory", "import a bundle from the server first")
    return read_directory(document, vault.genesis_id)


def issue_directory(
    vault: Vault,
    moment: Moment,
    profile: OfficeProfile | None = None,
    changes: ProfileChanges = NO_CHANGE,
) -> Directory:
    """Sign the next directory, from the recipients' newest cards, and keep it.

    `profile` is given for an office's first directory; later the one before says it, but for what
    changes.
    """
    held = _held_key(vault, moment.day)
    before = None if profile else own_or_known_directory(vault)
    profile = changes.applied_to(profile or profile_of(own_or_known_directory(vault)))
    cards = _cards(vault, profile)
    expires = min(
        later(moment.day, DIRECTORY_MAX_DAYS),
        held.end,
        *(card_end(card) for card in cards.values()),
    )
    _refuse_missing_keys(cards.values(), moment.day, expires)
    _refuse_beyond_numbers(vault)
    with vault.db.transaction():
        if changes.form is not None:
            add_form(vault.db, changes.form)
        if before and before.delegation.number == held.number:
            raise_number(vault.db, _NUMBER, before.sequence)
        content = DirectoryContent(
            genesis_id=vault.genesis_id,
            sequence=give_out_number(vault.db, _NUMBER),
            issued=moment.day,
            expires=expires,
            names=profile.names,
            addresses=profile.addresses,
            recipients=_recipients(profile, cards, moment.day, expires),
            retired=_retired(before, cards, moment.day),
            directory_recipient=profile.directory_recipient,
            servers=pinned_servers(vault.db),
            form=profile.form,
            batch_size=profile.batch_size,
            release=profile.release,
            mirrors=profile.mirrors,
            policy=profile.policy,
            contacts=profile.contacts,
        )
        document = sign_directory(held.head, held.key, content)
        version = (held.number, content.sequence)
        add_directory(vault.db, version, document, moment.day, issued=True)
        event = DirectoryIssued(held.number, content.sequence, expires)
        append_event(vault, moment, event)
    return read_directory(document, vault.genesis_id)


def own_or_known_directory(vault: Vault) -> Directory:
    """Return the newest directory that this vault issued, else the newest that it knows.

    What the next one says is taken from here, so that nothing that somebody else signed with a
    stolen directory key is ever signed again.
    """
    document = own_directory(vault.db)
    return read_directory(document, vault.genesis_id) if document else known_directory(vault)


def is_due(vault: Vault, day: Day) -> bool:
    """Tell whether a directory is to be issued: the newest one is old, or names what was replaced.

    One that was cut short is old before its seventh day, as soon as another would last longer.
    """
    directory = known_directory(vault)
    if day >= directory.issued + DIRECTORY_RENEW_DAYS:
        return True
    is_old = age_of(directory, day) >= DIRECTORY_RENEW_DAYS
    if (
        is_old
        and not ends_with_delegation(vault, directory)
        and not ends_before_next(vault, directory)
    ):
        return True
    if set(directory.servers) != set(pinned_servers(vault.db)):
        return True
    return any(_is_outdated(vault, one) for one in directory.recipients)


def ends_with_delegation(vault: Vault, directory: Directory) -> bool:
    """Tell whether the delegation that this vault holds ends no later than a directory."""
    held = directory_key(vault.db)
    return held is not None and held.end <= directory.expires


def ends_before_next(vault: Vault, directory: Directory) -> list[str]:
    """Return the recipients whose newest card here, if any, ends no later than a directory."""
    documents = {one.id: newest_card(vault.db, one.id) for one in directory.recipients}
    ends = {
        name: card_end(read_card(document, vault.genesis_id))
        for name, document in documents.items()
        if document
    }
    return ending_with(directory, ends, unknown=True)


def refuse_unissuable(vault: Vault, day: Day) -> None:
    """Raise Refusal where, whatever the delegation, no directory can be issued for want of keys."""
    cards = _cards(vault, profile_of(own_or_known_directory(vault)))
    expires = min(later(day, DIRECTORY_MAX_DAYS), *(card_end(card) for card in cards.values()))
    _refuse_missing_keys(cards.values(), day, expires)


def stray_directory(vault: Vault) -> Directory | None:
    """Return the newest directory, where it is by this vault's key and not by this vault.

    Then the vault came from a backup, or somebody else has the directory key.
    """
    held, own = directory_key(vault.db), own_directory(vault.db)
    if held is None or own is None:
        return None
    newest = known_directory(vault)
    if newest.delegation.directory_key != held.key.public_key:
        return None
    return None if own == newest_directory(vault.db) else newest


def adopt_stray(vault: Vault) -> None:
    """Take, within a transaction, a stray directory for this vault's own, made before a restore.

    Not where it says anything of the office that this vault's own do not say: no restore does that,
    and it would be said again under this vault's name.
    """
    stray, newest = stray_directory(vault), newest_directory(vault.db)
    own = own_or_known_directory(vault)
    if stray and newest and profile_of(stray) == profile_of(own) and _vouched(vault, stray, own):
        record_issued(vault.db, newest)


def _vouched(vault: Vault, stray: Directory, own: Directory) -> bool:
    """Tell whether this vault knows each signing key of a stray directory, and how long it counts.

    A thief's keys would be signed again, and their replies read as the recipient's, or his server
    believed.
    """
    known = {(one.id, key) for one in own.recipients for key in card_signers(vault.db, one.id)}
    known |= {(one.id, one.signing_key) for one in own.recipients}
    known |= {(one.id, one.signing_key) for one in own.retired}
    known |= {(vault.recipient, key) for key in own_signing_keys(vault.db)}
    longest = _retired_until(stray.issued, own)
    if not set(pinned_servers(vault.db)).issuperset(stray.servers):
        return False
    return all((one.id, one.signing_key) in known for one in stray.recipients) and all(
        (one.id, one.signing_key) in known and one.until <= longest for one in stray.retired
    )


def refuse_if_stray(vault: Vault) -> None:
    """Raise Refusal where the server has a directory of this vault's that it did not issue."""
    stray = stray_directory(vault)
    if stray:
        raise Refusal(
            f"the server has a directory, number {stray.sequence}, that this vault did not issue",
            "if this vault came from a backup: caseworker restored "
            f"{foreign_path(vault.folder)}; if not, somebody else has the directory key: "
            "caseworker office renew DIR, with the root key",
        )


def _is_outdated(vault: Vault, recipient: Recipient) -> bool:
    """Tell whether a recipient's newest card has another signing key, or another key of a week."""
    document = newest_card(vault.db, recipient.id)
    if document is None:
        return False
    card = read_card(document, vault.genesis_id)
    if card.signing_key != recipient.signing_key:
        return True
    by_week = {key.week: key.hash for key in card.keys}
    return any(by_week.get(key.week, key.hash) != key.hash for key in recipient.keys)


def _cards(vault: Vault, profile: OfficeProfile) -> dict[str, Card]:
    return {recipient: _card_of(vault, recipient) for recipient in profile.titles}


def _refuse_beyond_numbers(vault: Vault) -> None:
    if highest_number(vault.db, _NUMBER) >= INTEGER_MAX:
        raise Refusal("the numbers of this delegation's directories are used up", _RENEW)


def _held_key(vault: Vault, day: Day) -> HeldDirectoryKey:
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
    refuse_if_stray(vault)
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


def _refuse_missing_keys(cards: Iterable[Card], day: Day, expires: Day) -> None:
    for card in cards:
        weeks = {key.week for key in card.keys}
        if card_end(card) <= day or not weeks.issuperset(listed_weeks(day, expires)):
            raise Refusal(
                f"the keys of the recipient {card.recipient} have run out",
                "that recipient exports a bundle with a new card, the server takes it, and a "
                "bundle from the server brings it here",
            )


def _recipients(
    profile: OfficeProfile, cards: Mapping[str, Card], day: Day, expires: Day
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


def _retired_until(day: Day, directory: Directory) -> Day:
    """Return until when a signing key that is replaced on a day is listed.

    For as long as the office answers to a codename, and what it answered last is on the board.
    """
    policy = directory.policy
    return later(day, policy.codename_days + policy.reply_days + RETIRED_MARGIN_DAYS)


def _retired(
    before: Directory | None, cards: Mapping[str, Card], day: Day
) -> tuple[RetiredKey, ...]:
    """Return the signing keys whose replies are still read, those replaced just now among them."""
    if before is None:
        return ()
    until = _retired_until(day, before)
    replaced = [
        RetiredKey(one.id, one.signing_key, until)
        for one in before.recipients
        if one.signing_key != cards[one.id].signing_key
    ]
    return (*(key for key in before.retired if key.until > day), *replaced)
