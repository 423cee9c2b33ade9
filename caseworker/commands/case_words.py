"""Words for what a case is, for people and in the answers for programs."""

from caseworker.cases.states import State

STATE_WORDS = {
    State.NEW: "new",
    State.ACKNOWLEDGED: "acknowledged",
    State.REPLIED: "replied",
    State.SOURCE_WROTE_AGAIN: "source wrote again",
}
