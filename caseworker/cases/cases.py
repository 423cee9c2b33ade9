"""Cases and their replies, folded from the log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from caseworker.log.events import (
    ACKNOWLEDGED,
    CALLED_BACK,
    CARRIED_OUT,
    LOOKED,
    NOTED,
    RECEIVED,
    REPLIED,
    SAVED,
    SEALED,
    Event,
    all_events,
    events_of_case,
)
from caseworker.vault.database import Database
from ground.days import Moment
from ground.shell.refusals import Refusal

ACKNOWLEDGEMENT = "acknowledgement"
REPLY = "reply"
_ID_SIZE = 16
_HASH_SIZE = 32
_FLAG_MAX_SIZE = 64
_FLAGS_MAX = 16


@dataclass
class WrittenReply:
    """A reply or acknowledgement: what it answers, and how far it has come.

    `text_id` names its text, `batch` and `carried_out` are set once it was sealed, and once the
    bundle with it was written.
    """

    reply_id: bytes
    kind: str
    case_number: int
    message: int
    parts: int
    text_id: bytes
    author: str
    written: Moment
    batch: int | None = None
    first_index: int | None = None
    carried_out: Moment | None = None


@dataclass
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
    def state(self) -> str:
        """What stands out: new, acknowledged, replied, or that a source wrote since."""
        answers = [reply for reply in self.replies.values() if reply.kind == REPLY]
        last = answers[-1] if answers else None
        if last and self.received[-1][0] > last.message:
            return "source wrote again"
        if last:
            return "replied"
        return "acknowledged" if self.acknowledged else "new"


def all_cases(db: Database) -> dict[int, CaseLog]:
    """Return what the log says of each case, by number."""
    return _fold(all_events(db))


def case_log(db: Database, number: int) -> CaseLog:
    """Return what the log says of one case; Refusal where there is none of that number."""
    cases = _fold(events_of_case(db, number))
    if number not in cases:
        raise Refusal(f"there is no case {number} in this vault", "run: caseworker list VAULT")
    return cases[number]


def _fold(events: Iterable[Event]) -> dict[int, CaseLog]:
    cases: dict[int, CaseLog] = {}
    for event in events:
        if event.case_number is not None:
            case = cases.setdefault(event.case_number, CaseLog(event.case_number))
            _apply(case, event)
    return cases


def _apply(case: CaseLog, event: Event) -> None:
    body = event.body
    if event.kind == RECEIVED:
        case.received.append((body.integer("message", 1), event.moment))
    elif event.kind in (REPLIED, ACKNOWLEDGED):
        reply = _reply(case.number, event)
        case.replies[reply.reply_id] = reply
    elif event.kind == SEALED:
        reply = case.replies[body.hex("reply", _ID_SIZE)]
        reply.batch, reply.first_index = body.integer("batch", 1), body.integer("first_index")
    elif event.kind == CALLED_BACK:
        reply = case.replies[body.hex("reply", _ID_SIZE)]
        reply.batch = reply.first_index = reply.carried_out = None
    elif event.kind == CARRIED_OUT:
        case.replies[body.hex("reply", _ID_SIZE)].carried_out = event.moment
    elif event.kind == LOOKED:
        case.looked_at |= set(body.texts("flags", 0, _FLAGS_MAX, _FLAG_MAX_SIZE))
    elif event.kind == NOTED:
        case.notes.append(Note(event.moment, event.author, body.hex("text", _HASH_SIZE)))
    elif event.kind == SAVED:
        case.notes.append(Note(event.moment, event.author, None))


def _reply(case_number: int, event: Event) -> WrittenReply:
    return WrittenReply(
        reply_id=event.body.hex("reply", _ID_SIZE),
        kind=ACKNOWLEDGEMENT if event.kind == ACKNOWLEDGED else REPLY,
        case_number=case_number,
        message=event.body.integer("message", 1),
        parts=event.body.integer("parts", 1),
        text_id=event.body.hex("text", _HASH_SIZE),
        author=event.author,
        written=event.moment,
    )
