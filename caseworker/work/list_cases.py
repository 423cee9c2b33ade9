"""The cases of a vault, a line each."""

from dataclasses import dataclass

from caseworker.cases.case_rows import CaseRow
from caseworker.cases.flags import Flag, flags_by_case
from caseworker.cases.lists import list_cases
from caseworker.cases.states import State
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, all_messages

__all__ = ["ListedCase", "list_with_beginnings"]


@dataclass(frozen=True)
class ListedCase:
    """A case as a list shows it; `begins` is the beginning of its report, as the source wrote it.

    `received` is the day on which its first message was imported.
    """

    number: int
    received: int
    messages: int
    language: str
    state: State
    acknowledged: bool
    replies_waiting: int
    flags: tuple[Flag, ...]
    begins: str


def list_with_beginnings(vault: Vault) -> list[ListedCase]:
    """Return all cases of a vault by their numbers."""
    messages = all_messages(vault.db)
    flags = flags_by_case(messages)
    # Of each case the report, or what came first where there is none.
    by_age = sorted(messages, key=lambda one: (one.kind == "report", -one.number))
    first = {one.case_number: one for one in by_age}
    return [
        _listed(case, first[case.number], tuple(sorted(flags.get(case.number, ()))))
        for case in list_cases(vault.db)
    ]


def _listed(case: CaseRow, first: MessageMark, flags: tuple[Flag, ...]) -> ListedCase:
    return ListedCase(
        number=case.number,
        received=case.received_day,
        messages=case.messages,
        language=first.language,
        state=case.state,
        acknowledged=case.acknowledged,
        replies_waiting=case.waiting,
        flags=flags,
        begins=first.beginning,
    )
