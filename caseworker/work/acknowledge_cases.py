"""Acknowledgements released to several cases: what one refuses does not stop the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseworker.cases.found_until import NeverFoundError
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.work.replying import ReplyWriter
from ground.shell.refusals import Refusal

__all__ = ["Acknowledged", "acknowledge_cases"]


@dataclass(frozen=True)
class Acknowledged:
    """The numbers of the cases whose acknowledgement waits now, and why others' does not.

    `passed_over` are new ones to which nobody looks for an answer any more.
    """

    released: tuple[int, ...]
    refused: Mapping[int, Refusal]
    passed_over: tuple[int, ...]


def acknowledge_cases(
    vault: Vault,
    moment: Moment,
    cases: Sequence[int] | None,
    *,
    leave_out: Sequence[int] = (),
    text: str | None = None,
    looked: bool = False,
) -> Acknowledged:
    """Release the acknowledgements of cases, with None of all that a list calls new.

    Without a `text` each source gets the standard one in its language.
    """
    writer = ReplyWriter(vault, moment)
    released: list[int] = []
    refused: dict[int, Refusal] = {}
    passed_over: list[int] = []
    for number in writer.new_cases() if cases is None else cases:
        if number in leave_out:
            continue
        try:
            writer.acknowledge(number, text, looked=looked)
            released.append(number)
        except Refusal as refusal:
            if cases is None and isinstance(refusal, NeverFoundError):
                passed_over.append(number)
            else:
                refused[number] = refusal
    return Acknowledged(tuple(released), refused, tuple(passed_over))
