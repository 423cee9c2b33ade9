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
    SHARED_THREAD_SECRET = "shared-thread-secret"  # noqa: S105 - the name of a flag
    SHARED_REPLY_KEY = "shared-reply-key"
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
    _flag_shared(flags, messages, Flag.SHARED_THREAD_SECRET, _thread_secret, _thread)
    _flag_shared(flags, messages, Flag.SHARED_REPLY_KEY, _reply_key, _thread)
    _flag_shared(flags, messages, Flag.SHARED_COMMITMENT, _commitment, _number)
    _flag_shared(flags, messages, Flag.TWO_VERSIONS, _message_id, _number)
    return flags


def flags_of_case(db: Database, case_number: int) -> set[Flag]:
    """Return the flags of a case; only messages that have something in common with it are read."""
    return flags_by_case(messages_like_those_of(db, case_number)).get(case_number, set())


_Trait = Callable[[MessageMark], Hashable]


def _flag_shared(
    flags: dict[int, set[Flag]],
    messages: Sequence[MessageMark],
    flag: Flag,
    shared: _Trait,
    by: _Trait,
) -> None:
    """Flag the messages that share message trait and differ in the other."""
    groups: dict[Hashable, list[MessageMark]] = defaultdict(list)
    for message in messages:
        groups[shared(message)].append(message)
    for group in groups.values():
        if len({by(message) for message in group}) > 1:
            for message in group:
                flags[message.case_number].add(flag)


def _thread(message: MessageMark) -> Hashable:
    return message.thread_id


def _thread_secret(message: MessageMark) -> Hashable:
    return message.thread_secret


def _reply_key(message: MessageMark) -> Hashable:
    return message.reply_key_hash


def _commitment(message: MessageMark) -> Hashable:
    return message.commitment


def _message_id(message: MessageMark) -> Hashable:
    return message.thread_id, message.message_id


def _number(message: MessageMark) -> Hashable:
    return message.number
