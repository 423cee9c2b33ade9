"""Whether a person sees a message before it goes: one rule, for reports and for follow-ups."""

from collections.abc import Sequence
from pathlib import Path

from intake.questions import Question
from intake.source.message.plan import Draft
from intake.source.message.review import review
from intake.source.person.session import Session

__all__ = ["show_first"]


def show_first(
    session: Session,
    draft: Draft,
    questions: Sequence[Question] = (),
    *,
    is_passed_over: bool,
    is_typed: bool,
    sealed_file: Path | None = None,
) -> None:
    """Show a message wherever there is a terminal to ask at; return once it may go.

    Not where a descriptor has the codename, since a script has nobody who waits for the question,
    nor where it `is_passed_over` (--yes). The rest is as in `review`. Raises Refusal where the
    person says no.
    """
    terminal = session.terminal
    if terminal is None or is_passed_over or not session.codename.asks_a_person:
        return
    review(terminal, draft, questions, is_typed=is_typed, sealed_file=sealed_file)
