"""The cases of a vault, a line each."""

from dataclasses import dataclass

from caseworker.cases.cases import CaseLog, all_cases
from caseworker.cases.flags import flags_by_case
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, all_messages

__all__ = ["ListedCase", "list_cases"]


@dataclass(frozen=True)
class ListedCase:
    """A case as a list shows it; `begins` is the beginning of its report, as the source wrote it.

    `received` is the day on which its first message was imported.
    """

    number: int
    received: int
    messages: int
    language: str
    state: str
    acknowledged: bool
    replies_waiting: int
    flags: tuple[str, ...]
    begins: str


def list_cases(vault: Vault) -> list[ListedCase]:
    """Return all cases of a vault by their numbers."""
    cases = all_cases(vault.db)
    messages = all_messages(vault.db)
    flags = flags_by_case(messages)
    # Of each case the report, or what came first where there is none.
    by_age = sorted(messages, key=lambda one: (one.kind == "report", -one.number))
    first = {one.case_number: one for one in by_age}
    return [
        _listed(case, first[number], tuple(sorted(flags.get(number, ()))))
        for number, case in sorted(cases.items())
    ]


def _listed(case: CaseLog, first: MessageMark, flags: tuple[str, ...]) -> ListedCase:
    return ListedCase(
        number=case.number,
        received=case.received[0][1].day,
        messages=len(case.received),
        language=first.language,
        state=case.state,
        acknowledged=case.acknowledged,
        replies_waiting=len(case.waiting),
        flags=flags,
        begins=first.beginning,
    )
