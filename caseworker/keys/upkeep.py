"""What a vault keeps current by itself at every import and export: its card, the directory."""

from caseworker.keys.cards import make_card, renew_card
from caseworker.keys.directories import is_due, issue_directory, known_directory
from caseworker.keys.key_dates import last_accepted_day
from caseworker.vault.condition import is_behind
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, newest_card_day
from crypto.directory import Directory
from crypto.errors import ProtocolError
from crypto.public_keys import key_hash
from ground.days import Moment
from ground.shell.figures import counted
from ground.shell.refusals import Refusal


def keep_current(vault: Vault, moment: Moment) -> list[str]:
    """Renew card and directory where it is time; return what a person should know."""
    notes = replace_lost_keys(vault, moment)
    if renew_card(vault, moment):
        notes.append("a new card with newer keys was made")
    if directory_key(vault.db) is None:
        return notes
    if not is_due(vault, moment.day):
        return notes
    try:
        directory = issue_directory(vault, moment)
        notes.append(f"a new directory was issued, number {directory.sequence}")
    except Refusal as refusal:
        notes.append(f"no new directory was issued: {refusal.message}; {refusal.hint}")
    except ProtocolError as error:
        # Replies and confirmations must leave all the same.
        notes.append(f"no new directory was issued, since the cards do not go together: {error}")
    return notes


def replace_lost_keys(vault: Vault, moment: Moment) -> list[str]:
    """Make a new card where the directory names keys of this vault that it does not hold.

    Once a day at most, since it takes time until a directory names the new ones.
    """
    lost = lost_keys(vault, known_directory(vault), moment.day)
    if not lost:
        return []
    if not is_behind(vault.db) and newest_card_day(vault.db, vault.recipient) != moment.day:
        make_card(vault, moment)
    return [
        f"this vault does not hold {counted(len(lost), 'key')} of its own that the directory "
        "names: it came from a backup. Reports sealed to such a key stay closed here. Export at "
        "once, and have a new directory issued"
    ]


def lost_keys(vault: Vault, directory: Directory, day: int) -> list[int]:
    """Return the weeks of the vault's keys in a directory whose secret halves it does not hold."""
    held = {key_hash(one.key.public_key) for one in vault.secrets}
    return [
        key.week
        for recipient in directory.recipients
        if recipient.id == vault.recipient
        for key in recipient.keys
        if key.hash not in held and day <= last_accepted_day(key.week)
    ]
