"""What is asked of all cases, answered from rows instead of the whole log.

The rows are folded from the log, a case at a time, within the transaction of the events that
change it (`append_to_case`). They say to which event, by its hash, they were folded: where the log
goes on after that, whoever asks has the cases brought up to date that it tells of; where it is
another log, or they are of another version of this program, all are made anew. So a command that is
killed leaves nothing that must be mended, and a vault of an older version is folded once.

The log is the truth. What is done to a reply because a row says so is compared with the log of its
case (`check_with_log`), and `status` compares all (`mend_lists`).
"""

from collections.abc import Iterable
from contextlib import nullcontext

from caseworker.cases import case_rows
from caseworker.cases.case_rows import CaseRow, Folded
from caseworker.cases.folding import CaseLog, all_cases, fold
from caseworker.cases.written_replies import WrittenReply
from caseworker.log.case_events import CaseEvent
from caseworker.log.chain import append_event, entries_of_case
from caseworker.log.rows import cases_in_log_after, hash_in_log, last_of_log
from caseworker.moments import Moment
from caseworker.vault.database import Database
from caseworker.vault.folder import Vault
from crypto.names import ThreadId
from ground.shell.refusals import Refusal

# To be raised with whatever changes what a row says of the same events.
_SHAPE = 1


def append_to_case(vault: Vault, moment: Moment, *events: CaseEvent) -> None:
    """Add events of cases to the log, and bring the lists up to date, within a transaction."""
    for event in events:
        append_event(vault, moment, event)
    bring_up_to_date(vault.db)


def bring_up_to_date(db: Database) -> None:
    """Fold into the rows what the log says and they do not.

    For whoever adds many events to the log: each case is folded once, not once an event.
    """
    number, last_hash = last_of_log(db)
    before = case_rows.folded(db)
    if before == Folded(_SHAPE, number, last_hash):
        return
    is_of_this_log = (
        before is not None
        and before.shape == _SHAPE
        and hash_in_log(db, before.event) == before.hash
    )
    with nullcontext() if db.in_transaction else db.transaction():
        if before is not None and is_of_this_log:
            for case_number in cases_in_log_after(db, before.event):
                for case in fold(entries_of_case(db, case_number)).values():
                    case_rows.replace_rows(db, *_rows_of(case))
        else:
            _make_anew(db)
        case_rows.set_folded(db, Folded(_SHAPE, number, last_hash))


def list_cases(db: Database) -> list[CaseRow]:
    """Return what a list says of each case, by number."""
    bring_up_to_date(db)
    return case_rows.case_rows(db)


def count_cases(db: Database) -> int:
    """Return how many cases there are."""
    bring_up_to_date(db)
    return case_rows.case_count(db)


def new_cases(db: Database) -> list[int]:
    """Return the numbers of the cases that a list calls new."""
    bring_up_to_date(db)
    return case_rows.new_numbers(db)


def waiting_replies(db: Database) -> list[WrittenReply]:
    """Return what waits, in the order in which it leaves.

    Acknowledgements come first, those whose report came first before the others: their day is
    the nearest. Replies follow in the order in which they were written.
    """
    bring_up_to_date(db)
    return case_rows.waiting_rows(db)


def count_waiting_replies(db: Database) -> int:
    """Return how many replies wait."""
    bring_up_to_date(db)
    return case_rows.waiting_count(db)


def count_waiting_parts(db: Database, thread_id: ThreadId) -> int:
    """Return how many records wait to be made for a thread, whichever case has it."""
    bring_up_to_date(db)
    return case_rows.waiting_parts(db, thread_id)


def replies_in_batches(db: Database, batches: Iterable[int]) -> list[WrittenReply]:
    """Return the replies that were sealed into these batches, in the order of their cases."""
    bring_up_to_date(db)
    found = [reply for batch in batches for reply in case_rows.replies_in_batch(db, batch)]
    return sorted(found, key=lambda reply: (reply.case_number, reply.number))


def check_with_log(db: Database, reply: WrittenReply) -> None:
    """Return where the log tells the same of a reply as its row, else Refusal."""
    case = fold(entries_of_case(db, reply.case_number)).get(reply.case_number)
    if case is None or case.replies.get(reply.reply_id) != reply:
        raise Refusal(
            f"what waits for case {reply.case_number} is not what the log of the case says",
            "caseworker status makes the lists anew from the log; then do this again",
        )


def mend_lists(db: Database) -> list[int]:
    """Make the lists anew where they differ from the log; return the numbers of these cases.

    The log was verified before.
    """
    bring_up_to_date(db)
    told = {number: _rows_of(case) for number, case in all_cases(db).items()}
    differing = case_rows.differing_rows(db, told)
    if differing:
        with db.transaction():
            _make_anew(db)
    return sorted(differing)


def _make_anew(db: Database) -> None:
    case_rows.delete_rows(db)
    for case in all_cases(db).values():
        case_rows.replace_rows(db, *_rows_of(case))


def _rows_of(case: CaseLog) -> tuple[CaseRow, list[WrittenReply]]:
    row = CaseRow(
        number=case.number,
        received_day=case.received[0][1].day,
        messages=len(case.received),
        state=case.state,
        acknowledged=case.acknowledged,
        waiting=len(case.waiting),
    )
    return row, list(case.replies.values())
