"""Calling back what the server can never take, since it has other bytes under the same number.

That is what a vault makes that came from a backup and exported before it imported: it gave out a
number again. Sent again the bytes would be refused for ever. So they go, and the next export makes
what they carried anew, under new numbers, and with indexes that no record had.
"""

from caseworker.cases.lists import append_to_case, check_with_log, replies_in_batches
from caseworker.log.case_events import CalledBack
from caseworker.moments import Moment
from caseworker.vault.arrivals import taken_lines
from caseworker.vault.folder import Vault
from caseworker.vault.outgoing import (
    OutgoingRow,
    drop_content,
    forget_confirmation,
)
from caseworker.vault.taken import outgoing_state
from crypto.statements import StatementKind


def call_back_refused(vault: Vault, moment: Moment) -> None:
    """Drop, within a transaction, what the last inbound bundle names with another content."""
    named = {
        (line.kind, line.number)
        for line in taken_lines(vault.db)
        if line.recipient == vault.recipient
    }
    for one in outgoing_state(vault):
        row = one.row
        never_taken = one.taken is None and row.week_taken is None
        if row.kept and never_taken and (row.kind, row.number) in named:
            _call_back(vault, moment, row)


def _call_back(vault: Vault, moment: Moment, row: OutgoingRow) -> None:
    if row.kind == StatementKind.BATCH:
        _let_replies_wait(vault, moment, row.number)
    else:
        forget_confirmation(vault.db, row.number)
    drop_content(vault.db, row)


def _let_replies_wait(vault: Vault, moment: Moment, batch: int) -> None:
    for reply in replies_in_batches(vault.db, [batch]):
        check_with_log(vault.db, reply)
        append_to_case(vault, moment, CalledBack(reply.case_number, reply.reply_id, batch))
