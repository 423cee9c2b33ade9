"""After a vault came from a backup: its numbers move on past all that it may have given out."""

from caseworker.days import Moment
from caseworker.exchange.taken import highest_taken, move_past_taken, number_name
from caseworker.office.cards import make_card
from caseworker.office.directories import adopt_stray, known_directory
from caseworker.vault.condition import set_behind
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import highest_number, move_reply_indexes, raise_number
from crypto.statements import StatementKind

_NUMBERS = 1000
_INDEXES = 32


def move_numbers_on(vault: Vault, moment: Moment) -> None:
    """Skip 32 reply indexes of each thread and 1,000 of every other number; make a new card.

    Every restore of the same backup skips 32 indexes more: the batches that the server has taken
    tell how many there were before.
    """
    with vault.db.transaction():
        adopt_stray(vault)
        move_reply_indexes(vault.db, _INDEXES * (1 + _restores_before(vault)))
        for kind in StatementKind:
            move_past_taken(vault, kind, _NUMBERS)
        sequence = max(known_directory(vault).sequence, highest_number(vault.db, "directory"))
        raise_number(vault.db, "directory", sequence + _NUMBERS)
        raise_number(vault.db, "card", highest_number(vault.db, "card") + _NUMBERS)
        set_behind(vault.db, False)
    make_card(vault, moment)


def _restores_before(vault: Vault) -> int:
    known = highest_number(vault.db, number_name(StatementKind.BATCH))
    return (highest_taken(vault, StatementKind.BATCH) - known) // _NUMBERS
