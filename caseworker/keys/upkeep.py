"""What a vault keeps current by itself at every import and export: its card, the directory."""

from dataclasses import dataclass, replace

from caseworker.keys.cards import make_card, renew_card
from caseworker.keys.directories import is_due, issue_directory, known_directory
from caseworker.keys.key_dates import last_accepted_day
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, newest_card_day
from crypto.directory import Directory
from crypto.errors import ProtocolError
from crypto.names import Day, Week
from crypto.public_keys import key_hash
from ground.shell.refusals import Refusal


@dataclass(frozen=True)
class Upkeep:
    """What a vault made new of itself, and what it could not.

    `lost_weeks` are those of `replace_lost_keys`, `directory` is the number of the one that was
    issued, and `not_issued` says why none was where it was time for one.
    """

    lost_weeks: tuple[Week, ...] = ()
    has_new_card: bool = False
    directory: int | None = None
    not_issued: Refusal | ProtocolError | None = None


def renew_what_is_due(vault: Vault, moment: Moment) -> Upkeep:
    """Renew card and directory where it is time."""
    lost = replace_lost_keys(vault, moment)
    made = Upkeep(lost, has_new_card=renew_card(vault, moment))
    if directory_key(vault.db) is None or not is_due(vault, moment.day):
        return made
    try:
        return replace(made, directory=issue_directory(vault, moment).sequence)
    except (Refusal, ProtocolError) as error:
        # Replies and confirmations must leave all the same.
        return replace(made, not_issued=error)


def replace_lost_keys(vault: Vault, moment: Moment) -> tuple[Week, ...]:
    """Make a new card where the directory names keys of this vault that it does not hold.

    Once a day at most, since it takes time until a directory names the new ones. Returns their
    weeks.
    """
    lost = lost_keys(vault, known_directory(vault), moment.day)
    if not lost:
        return ()
    if newest_card_day(vault.db, vault.recipient) != moment.day:
        make_card(vault, moment)
    return tuple(lost)


def lost_keys(vault: Vault, directory: Directory, day: Day) -> list[Week]:
    """Return the weeks of the vault's keys in a directory whose secret halves it does not hold."""
    held = {key_hash(one.key.public_key) for one in vault.secrets}
    return [
        key.week
        for recipient in directory.recipients
        if recipient.id == vault.recipient
        for key in recipient.keys
        if key.hash not in held and day <= last_accepted_day(key.week)
    ]
