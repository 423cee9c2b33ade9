"""What was written to a source."""

from dataclasses import dataclass

from caseworker.moments import Moment

# SPEC 9: the kinds, as a record names them.
ACKNOWLEDGEMENT = "acknowledgement"
REPLY = "reply"


@dataclass(frozen=True)
class WrittenReply:
    """A reply or acknowledgement: what it answers, and how far it has come.

    `number` is that of the event that tells of it. `text_id` names its text. `due_from` is the day
    from which its order counts: an acknowledgement's is that on which its report came. `batch` and
    `first_index` are set once it was sealed, `carried_out` once the bundle with it was written.
    """

    number: int
    reply_id: bytes
    kind: str
    case_number: int
    message: int
    parts: int
    text_id: bytes
    author: str
    written: Moment
    due_from: int
    batch: int | None = None
    first_index: int | None = None
    carried_out: Moment | None = None
