"""Words for what a case is, for people and in the answers for programs."""

from caseworker.cases.files import FileState
from caseworker.cases.flags import Flag
from caseworker.cases.states import State
from caseworker.work.replying import CaseFlaggedError
from ground.shell.figures import counted
from ground.shell.refusals import Refusal

STATE_WORDS = {
    State.NEW: "new",
    State.ACKNOWLEDGED: "acknowledged",
    State.REPLIED: "replied",
    State.SOURCE_WROTE_AGAIN: "source wrote again",
}
FILE_WORDS = {
    FileState.MISSING: "missing",
    FileState.DAMAGED: "damaged",
}
FLAG_WORDS = {
    Flag.NO_REPORT: "a follow-up, but no report with this codename has arrived here",
    Flag.SHARED_COMMITMENT: "two different messages came under one commitment",
    Flag.OUTSIDE_KEY_DATES: "sealed to a key that was not valid on the day that the message says",
    Flag.TWO_VERSIONS: "two different messages came under one message number",
}


def few_records_words(left: int) -> str:
    """Return how little can still be written to a source, and what would help."""
    return (
        f"Only {counted(left, 'record')} more can go to this source before it writes again in "
        "another week."
    )


def in_words(refusal: Refusal) -> Refusal:
    """Return a refusal as a person reads it: of a flagged case, with what its flags mean."""
    if not isinstance(refusal, CaseFlaggedError):
        return refusal
    reasons = "; ".join(FLAG_WORDS[flag] for flag in refusal.flags)
    return Refusal(f"{refusal.message}: {reasons}", refusal.hint)
