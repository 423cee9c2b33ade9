"""What makes a message suspicious: SPEC 16, end. Worked out from all messages, never their order.

A flagged case is answered only after a person has looked.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum

from caseworker.vault.database import Database
from caseworker.vault.messages import MessageMark, messages_like_those_of


class Flag(StrEnum):
    """What is suspicious, by the name that stands in the log of a case."""

    NO_REPORT = "no-report"
    SHARED_COMMITMENT = "shared-commitment"
    OUTSIDE_KEY_DATES = "outside-key-dates"
    TWO_VERSIONS = "two-versions"


def flags_by_case(messages: Sequence[MessageMark]) -> dict[int, set[Flag]]:
    """Return the flags of each case that has any."""
    flags: dict[int, set[Flag]] = defaultdict(set)
    reported = {message.thread_id for message in messages if message.kind == "report"}
    for message in messages:
        if message.thread_id not in reported:
            flags[message.case_number].add(Flag.NO_REPORT)
        if not message.within_key_dates:
            flags[message.case_number].add(Flag.OUTSIDE_KEY_DATES)
    _flag_shared(flags, messages, Flag.SHARED_COMMITMENT, _commitment)
    _flag_shared(flags, messages, Flag.TWO_VERSIONS, _message_id)
    return flags


def flags_of_case(db: Database, case_number: int) -> set[Flag]:
    """Return the flags of a case; only messages that have something in common with it are read."""
    return flags_by_case(messages_like_those_of(db, case_number)).get(case_number, set())


def _flag_shared(
    flags: dict[int, set[Flag]],
    messages: Sequence[MessageMark],
    flag: Flag,
    shared: Callable[[MessageMark], Hashable],
) -> None:
    """Flag the messages that share something with another."""
    groups: dict[Hashable, list[MessageMark]] = defaultdict(list)
    for message in messages:
        groups[shared(message)].append(message)
    for group in groups.values():
        if len(group) > 1:
            for message in group:
                flags[message.case_number].add(flag)


def _commitment(message: MessageMark) -> Hashable:
    return message.commitment


def _message_id(message: MessageMark) -> Hashable:
    return message.thread_id, message.message_id
