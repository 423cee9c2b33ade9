"""Writing replies and releasing acknowledgements: they wait for the next export."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from caseworker.cases.flags import Flag, flags_of_case
from caseworker.cases.folding import CaseLog, case_log
from caseworker.cases.found_until import NeverFoundError, found_until
from caseworker.cases.lists import append_to_case, count_waiting_parts, new_cases
from caseworker.cases.reply_limits import parts_of, refuse_beyond_indexes
from caseworker.cases.written_replies import ACKNOWLEDGEMENT, REPLY
from caseworker.keys.directories import known_directory
from caseworker.log.case_events import Acknowledged, Looked, Replied
from caseworker.log.texts import add_text, text_of
from caseworker.moments import Moment
from caseworker.vault.chains import records_left
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, messages_of_case, payload_of
from caseworker.vault.of_before import refuse_of_before
from crypto.names import ThreadId
from crypto.office.replies import new_reply_id
from ground.shell.refusals import Refusal

_EVENTS = {REPLY: Replied, ACKNOWLEDGEMENT: Acknowledged}


@dataclass(frozen=True)
class Written:
    """A reply that waits: of how many records, and how many its source can get after it.

    That is, before the source writes again in another week.
    """

    case_number: int
    records: int
    records_left: int


class CaseFlaggedError(Refusal):
    """A case is flagged, and nobody has said that a person looked."""

    def __init__(self, case_number: int, flags: Sequence[Flag]) -> None:
        super().__init__(
            f"case {case_number} is flagged",
            f"read it first (show VAULT {case_number}); to answer it all the same, add --looked",
        )
        self.flags = tuple(flags)


class ReplyWriter:
    """Writes to the sources of a vault's cases.

    Each reply answers the newest message of its case, as it is shown. Refusal, with nothing kept,
    where it cannot be sent: a flagged case is answered only once a person has `looked`. What says
    the same to the same message as a reply that was not carried out yet is that reply: so a command
    that was stopped and is typed again doubles nothing.
    """

    def __init__(self, vault: Vault, moment: Moment) -> None:
        self._vault = vault
        self._moment = moment
        refuse_of_before(vault.db)
        directory = known_directory(vault)
        self._batch_size = directory.batch_size
        self._codename_days = directory.policy.codename_days

    def check(self, case_number: int, *, looked: bool = False) -> None:
        """Return where a reply would be kept, else Refusal: looked at before one is typed."""
        case = case_log(self._vault.db, case_number)
        self._newest(case_number)
        self._flags(case, looked)

    def reply(self, case_number: int, text: str, *, looked: bool = False) -> Written:
        """Keep a reply until the next export."""
        if not text.strip():
            raise Refusal("the reply is empty", "nothing was written")
        return self._write(case_log(self._vault.db, case_number), REPLY, text, looked)

    def acknowledge(
        self, case_number: int, text: str | None = None, *, looked: bool = False
    ) -> Written:
        """Release the acknowledgement of a case; without a text, in the source's language."""
        case = case_log(self._vault.db, case_number)
        if case.acknowledged:
            raise Refusal(f"case {case_number} is acknowledged already", "nothing was written")
        return self._write(case, ACKNOWLEDGEMENT, text, looked)

    def new_cases(self) -> list[int]:
        """Return the numbers of the cases that a list calls new."""
        return new_cases(self._vault.db)

    def _write(self, case: CaseLog, kind: str, text: str | None, looked: bool) -> Written:
        newest = self._newest(case.number)
        message, payload = newest.number, payload_of(self._vault.db, newest.number)
        flags = self._flags(case, looked)
        text = text or _standard_text(payload.language)
        parts = parts_of(text, payload, self._batch_size)
        left = self._records_left(newest.thread_id)
        if self._is_on_its_way(case, kind, message, text):
            return Written(case.number, parts, left)
        refuse_beyond_indexes(case.number, left, parts)
        with self._vault.db.transaction():
            text_id = add_text(self._vault.db, text)
            events = [Looked(case.number, tuple(flags))] if flags else []
            written = _EVENTS[kind](case.number, new_reply_id(), message, parts, text_id)
            append_to_case(self._vault, self._moment, *events, written)
        return Written(case.number, parts, left - parts)

    def _newest(self, case_number: int) -> MessageMark:
        """Return the message that is answered; Refusal where its source looks no more."""
        newest = messages_of_case(self._vault.db, case_number)[-1]
        until = found_until(self._vault.db, newest.thread_id, self._codename_days)
        if until is not None and until < self._moment.day:
            raise NeverFoundError(case_number, until)
        return newest

    def _flags(self, case: CaseLog, looked: bool) -> list[Flag]:
        """Return the flags that nobody has looked at before; Refusal where nobody has now."""
        flags = sorted(flags_of_case(self._vault.db, case.number) - case.looked_at)
        if flags and not looked:
            raise CaseFlaggedError(case.number, flags)
        return flags

    def _is_on_its_way(self, case: CaseLog, kind: str, message: int, text: str) -> bool:
        return any(
            (one.kind, one.message, one.carried_out) == (kind, message, None)
            and text_of(self._vault.db, one.text_id) == text
            for one in case.replies.values()
        )

    def _records_left(self, thread_id: ThreadId) -> int:
        """Return how many records a thread has left, beside those that wait."""
        waiting = count_waiting_parts(self._vault.db, thread_id)
        return records_left(self._vault.db, thread_id) - waiting


def _standard_text(language: str) -> str:
    folder = resources.files("caseworker.work") / "acknowledgements"
    own = folder / f"{language.partition('-')[0]}.txt"
    return (own if own.is_file() else folder / "en.txt").read_text("utf-8").strip()
