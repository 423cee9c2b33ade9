"""How long a reply may be, and how many records a source has left."""

from crypto.office.replies import REPLY_PARTS_MAX, split_reply
from crypto.payload import Payload
from crypto.sizes import REPLY_INDEXES, REPLY_MESSAGE_MAX_SIZE
from ground.shell.figures import counted, number_text
from ground.shell.refusals import Refusal

# From here on a caseworker is told that a source's records run out.
WARN_AT_LEFT = 32


def parts_of(text: str, payload: Payload, batch_size: int) -> int:
    """Return how many records a reply to a message takes; Refusal where a batch holds fewer."""
    recipients = [one.id for one in payload.recipients]
    most = min(batch_size, REPLY_PARTS_MAX)
    parts = fitting = 0
    while fitting < len(text) and parts < most:
        # No part has more letters than its record has bytes, and each is as long as it can be.
        rest = text[fitting : fitting + REPLY_MESSAGE_MAX_SIZE]
        fitting += len(split_reply(rest, recipients)[0])
        parts += 1
    if fitting < len(text):
        raise Refusal(
            f"this reply is too long by {counted(len(text) - fitting, 'letter')}: "
            f"it has to fit one batch, which holds the first {number_text(fitting)}",
            "nothing was written: shorten it, or write two replies",
        )
    return parts


def refuse_beyond_indexes(case_number: int, left: int, parts: int) -> None:
    """Raise Refusal where a source can get fewer records than a reply takes."""
    if parts > left:
        raise Refusal(
            f"of the {REPLY_INDEXES} records that a source can get before it writes again, case "
            f"{case_number} has {max(left, 0)} left, and this reply takes {parts}",
            "nothing was written: write less, or wait for the source's next message: with one of a "
            f"later week {REPLY_INDEXES} more can go to it",
        )
