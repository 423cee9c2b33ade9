"""Calling back what the server can never take, since it has other bytes under the same number.

That is what a vault makes that came from a backup and exported before it imported: it gave out a
number again. Sent again the bytes would be refused for ever. So they go, and the next export makes
what they carried anew, under new numbers, and with indexes that no record had.
"""

from caseworker.cases.lists import append_to_case, check_with_log, replies_in_batches
from caseworker.log.case_events import CalledBack
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.outgoing import (
    OutgoingRow,
    drop_content,
    forget_confirmation,
)
from caseworker.vault.taken import outgoing_state, own_lines
from crypto.statements import StatementKind


def call_back_refused(vault: Vault, moment: Moment) -> None:
    """Drop, within a transaction, what servers name with another content, and none with its own."""
    lines = own_lines(vault)
    named = {(line.kind, line.number) for line in lines}
    taken = {(line.kind, line.number, line.content_hash) for line in lines}
    for one in outgoing_state(vault):
        row = one.row
        by_any = (row.kind, row.number, row.content_hash) in taken or row.week_taken is not None
        if row.kept and not by_any and (row.kind, row.number) in named:
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
