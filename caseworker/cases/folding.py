"""Cases, folded from their events: what each kind of event does to a case stands in one table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from caseworker.cases.states import State
from caseworker.cases.written_replies import ACKNOWLEDGEMENT, REPLY, WrittenReply
from caseworker.log.case_events import (
    Acknowledged,
    CalledBack,
    CarriedOut,
    CaseEvent,
    Looked,
    Noted,
    Received,
    Replied,
    Saved,
    Sealed,
    WrittenEvent,
)
from caseworker.log.chain import Entry, all_entries, entries_of_case
from caseworker.moments import Moment
from caseworker.vault.database import Database
from ground.shell.refusals import Refusal


@dataclass(frozen=True)
class Note:
    """What a caseworker noted, or that a case was saved: `text_id` is None then."""

    moment: Moment
    author: str
    text_id: bytes | None


@dataclass
class CaseLog:
    """What the log says of a case."""

    number: int
    received: list[tuple[int, Moment]] = field(default_factory=list)
    replies: dict[bytes, WrittenReply] = field(default_factory=dict)
    looked_at: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        """Whether an acknowledgement was released."""
        return any(reply.kind == ACKNOWLEDGEMENT for reply in self.replies.values())

    @property
    def waiting(self) -> list[WrittenReply]:
        """What waits for the next export."""
        return [reply for reply in self.replies.values() if reply.batch is None]

    @property
    def state(self) -> State:
        """What stands out: new, acknowledged, replied, or that a source wrote since."""
        answers = [reply for reply in self.replies.values() if reply.kind == REPLY]
        last = answers[-1] if answers else None
        if last and self.received[-1][0] > last.message:
            return State.SOURCE_WROTE_AGAIN
        if last:
            return State.REPLIED
        return State.ACKNOWLEDGED if self.acknowledged else State.NEW


def all_cases(db: Database) -> dict[int, CaseLog]:
    """Return what the log says of each case, by number. It reads the whole log: see lists.py."""
    return fold(all_entries(db))


def case_log(db: Database, number: int) -> CaseLog:
    """Return what the log says of one case; Refusal where there is none of that number."""
    cases = fold(entries_of_case(db, number))
    if number not in cases:
        raise Refusal(f"there is no case {number} in this vault", "run: caseworker list VAULT")
    return cases[number]


def fold(entries: Iterable[Entry]) -> dict[int, CaseLog]:
    """Return the cases that entries of the log tell of, by number.

    What a newer version of this program wrote changes nothing in a case.
    """
    cases: dict[int, CaseLog] = {}
    for entry in entries:
        if isinstance(entry.event, CaseEvent):
            case = cases.setdefault(entry.event.case, CaseLog(entry.event.case))
            _EFFECTS[type(entry.event)](case, entry, entry.event)
    return cases


def _receive(case: CaseLog, entry: Entry, event: Received) -> None:
    case.received.append((event.message, entry.moment))


def _acknowledge(case: CaseLog, entry: Entry, event: Acknowledged) -> None:
    due_from = dict(case.received)[event.message].day
    _write(case, entry, event, ACKNOWLEDGEMENT, due_from)


def _reply(case: CaseLog, entry: Entry, event: Replied) -> None:
    _write(case, entry, event, REPLY, entry.moment.day)


def _write(case: CaseLog, entry: Entry, event: WrittenEvent, kind: str, due_from: int) -> None:
    case.replies[event.reply] = WrittenReply(
        number=entry.number,
        reply_id=event.reply,
        kind=kind,
        case_number=case.number,
        message=event.message,
        parts=event.parts,
        text_id=event.text,
        author=entry.author,
        written=entry.moment,
        due_from=due_from,
    )


def _seal(case: CaseLog, _entry: Entry, event: Sealed) -> None:
    _change(case, event.reply, batch=event.batch, first_index=event.first_index)


def _call_back(case: CaseLog, _entry: Entry, event: CalledBack) -> None:
    _change(case, event.reply, batch=None, first_index=None, carried_out=None)


def _carry_out(case: CaseLog, entry: Entry, event: CarriedOut) -> None:
    _change(case, event.reply, carried_out=entry.moment)


def _change(case: CaseLog, reply_id: bytes, **changes: Any) -> None:
    case.replies[reply_id] = replace(case.replies[reply_id], **changes)


def _look(case: CaseLog, _entry: Entry, event: Looked) -> None:
    case.looked_at |= set(event.flags)


def _note(case: CaseLog, entry: Entry, event: Noted) -> None:
    case.notes.append(Note(entry.moment, entry.author, event.text))


def _save(case: CaseLog, entry: Entry, _event: Saved) -> None:
    case.notes.append(Note(entry.moment, entry.author, None))


# What each kind of event does to its case; every kind of case event stands here.
_EFFECTS: dict[type[CaseEvent], Callable[[CaseLog, Entry, Any], None]] = {
    Received: _receive,
    Looked: _look,
    Acknowledged: _acknowledge,
    Replied: _reply,
    Sealed: _seal,
    CalledBack: _call_back,
    CarriedOut: _carry_out,
    Saved: _save,
    Noted: _note,
}
