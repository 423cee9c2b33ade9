"""Writing replies and releasing acknowledgements: they wait for the next export."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from caseworker.cases.cases import ACKNOWLEDGEMENT, REPLY, CaseLog, all_cases, case_log
from caseworker.cases.events import ACKNOWLEDGED, LOOKED, REPLIED, append_event
from caseworker.cases.flags import MEANINGS, flags_by_case
from caseworker.days import Moment
from caseworker.errors import Refusal
from caseworker.office.directories import known_directory
from caseworker.terminal.layout import counted
from caseworker.vault.folder import Vault
from caseworker.vault.log import keep_text
from caseworker.vault.messages import all_messages, messages_of_case, payload_of
from caseworker.vault.numbers import next_reply_index
from crypto.errors import Malformed
from crypto.office.replies import REPLY_PARTS_MAX, new_reply_id, split_reply
from crypto.payload import Payload
from crypto.public_keys import check_kem_public_key
from crypto.sizes import REPLY_INDEXES, REPLY_MESSAGE_MAX_SIZE

# From here on a caseworker is told that the thread's records run out.
WARN_AT_INDEX = 448
_EVENTS = {REPLY: REPLIED, ACKNOWLEDGEMENT: ACKNOWLEDGED}


@dataclass(frozen=True)
class Written:
    """A reply that waits: of how many parts, and how many the thread has room for after it."""

    case_number: int
    parts: int
    parts_left: int


def write_reply(
    vault: Vault, moment: Moment, case_number: int, text: str, *, looked: bool = False
) -> Written:
    """Keep a reply until the next export; Refusal where it cannot be sent, with nothing kept."""
    if not text.strip():
        raise Refusal("the reply is empty", "nothing was written")
    return _write(vault, moment, case_log(vault.db, case_number), REPLY, text, looked)


def acknowledge(
    vault: Vault, moment: Moment, case_number: int, text: str | None, *, looked: bool = False
) -> Written:
    """Release the acknowledgement of a case; without a text, that of the source's language."""
    case = case_log(vault.db, case_number)
    if case.acknowledged:
        raise Refusal(f"case {case_number} is acknowledged already", "nothing was written")
    text = text or _standard_text(_answered(vault, case_number)[1].language)
    return _write(vault, moment, case, ACKNOWLEDGEMENT, text, looked)


def unacknowledged_cases(vault: Vault) -> list[int]:
    """Return the numbers of the cases without an acknowledgement."""
    return [number for number, case in all_cases(vault.db).items() if not case.acknowledged]


def _write(
    vault: Vault, moment: Moment, case: CaseLog, kind: str, text: str, looked: bool
) -> Written:
    message, payload = _answered(vault, case.number)
    flags = flags_by_case(all_messages(vault.db)).get(case.number, set()) - case.looked_at
    if flags and not looked:
        raise _flagged(case.number, sorted(flags))
    _refuse_bad_key(case.number, payload)
    parts = _refuse_too_long(vault, text, payload)
    index = next_reply_index(vault.db, payload.thread_secret) + _waiting_parts(
        vault, payload.thread_secret
    )
    if index + parts > REPLY_INDEXES:
        raise Refusal(
            f"case {case.number} has had {counted(index, 'record')} of {REPLY_INDEXES}, "
            f"and this reply takes {parts}",
            "nothing was written: write less, or ask the source for a new report",
        )
    with vault.db.transaction():
        if flags:
            append_event(vault, moment, LOOKED, case.number, {"flags": sorted(flags)})
        body = {
            "reply": new_reply_id().hex(),
            "message": message,
            "parts": parts,
            "text": keep_text(vault.db, text).hex(),
        }
        append_event(vault, moment, _EVENTS[kind], case.number, body)
    return Written(case.number, parts, REPLY_INDEXES - index - parts)


def _answered(vault: Vault, case_number: int) -> tuple[int, Payload]:
    """Return number and content of the message that a reply answers: the last one taken in."""
    messages = messages_of_case(vault.db, case_number)
    number = messages[-1].number
    return number, payload_of(vault.db, number)


def _flagged(case_number: int, flags: Sequence[str]) -> Refusal:
    reasons = "; ".join(MEANINGS.get(flag, flag) for flag in flags)
    return Refusal(
        f"case {case_number} is flagged: {reasons}",
        f"read it first (show VAULT {case_number}); to answer it all the same, add --looked",
    )


def _refuse_bad_key(case_number: int, payload: Payload) -> None:
    try:
        check_kem_public_key(payload.reply_key)
    except Malformed:
        raise Refusal(
            f"nobody can answer case {case_number}: its source's key cannot be sealed to",
            "nothing was written",
        ) from None


def _refuse_too_long(vault: Vault, text: str, payload: Payload) -> int:
    """Return how many parts a reply takes."""
    recipients = [one.id for one in payload.recipients]
    most = min(known_directory(vault).batch_size, REPLY_PARTS_MAX)
    parts = fitting = 0
    while fitting < len(text) and parts < most:
        # No part has more letters than its record has bytes, and each is as long as it can be.
        rest = text[fitting : fitting + REPLY_MESSAGE_MAX_SIZE]
        fitting += len(split_reply(rest, recipients)[0])
        parts += 1
    if fitting < len(text):
        raise Refusal(
            f"this reply is too long by {counted(len(text) - fitting, 'letter')}: "
            f"it has to fit one batch, which holds the first {fitting}",
            "nothing was written: shorten it, or write two replies",
        )
    return parts


def _waiting_parts(vault: Vault, thread_secret: bytes) -> int:
    """Return how many records of a thread are written and have no index yet."""
    of_thread = {
        one.case_number for one in all_messages(vault.db) if one.thread_secret == thread_secret
    }
    cases = all_cases(vault.db)
    return sum(reply.parts for number in of_thread for reply in cases[number].waiting)


def _standard_text(language: str) -> str:
    folder = resources.files("caseworker.replies") / "acknowledgements"
    own = folder / f"{language.partition('-')[0]}.txt"
    return (own if own.is_file() else folder / "en.txt").read_text("utf-8").strip()
