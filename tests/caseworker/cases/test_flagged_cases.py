"""Messages that contradict each other: shown, flagged, answered only after a look."""

from dataclasses import replace

import pytest

from caseworker.cases.conversation import conversation
from caseworker.cases.flags import Flag, flags_by_case
from caseworker.cases.folding import all_cases
from caseworker.commands.case_words import in_words
from caseworker.vault.messages import MessageMark
from caseworker.work.replying import CaseFlaggedError, ReplyWriter
from crypto.names import ThreadId
from tests.offices.vaults import DAY, Office, Server, Source, at


def flags(office: Office) -> dict[int, tuple[str, ...]]:
    """The flags of each case."""
    with office.opened() as vault:
        return {number: conversation(vault, number).flags for number in all_cases(vault.db)}


def test_a_flagged_case_is_answered_only_after_a_look(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, kind="follow-up")
    office.bring(*server.export())
    with office.opened() as vault:
        with pytest.raises(CaseFlaggedError) as refused:
            ReplyWriter(vault, at(DAY)).reply(1, "Who are you?")
        assert "case 1 is flagged: a follow-up" in in_words(refused.value).message
        ReplyWriter(vault, at(DAY)).reply(1, "Who are you?", looked=True)
        ReplyWriter(vault, at(DAY)).reply(1, "Again, since you looked.")
        assert conversation(vault, 1).looked_at == (Flag.NO_REPORT,)


@pytest.mark.parametrize("late_first", [True, False])
def test_a_message_sealed_to_a_key_outside_its_dates_is_a_flagged_case_of_its_own(
    office: Office, server: Server, source: Source, late_first: bool
) -> None:
    days = [DAY + 90, DAY] if late_first else [DAY, DAY + 90]
    for day in days:
        server.report(source, f"Written on {day}.", day=day, key_day=DAY)
        office.bring(*server.export())
    found = flags(office)
    assert found[1 if late_first else 2] == (Flag.OUTSIDE_KEY_DATES,)
    assert found[2 if late_first else 1] == ()


def test_one_message_id_with_other_words_is_flagged_and_both_are_shown(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "One version.", message_id=bytes(16))
    server.report(source, "Another.", message_id=bytes(16))
    office.bring(*server.export())
    assert flags(office) == {1: (Flag.TWO_VERSIONS,)}
    with office.opened() as vault:
        assert len(conversation(vault, 1).entries) == 2


def mark(number: int, case: int, **changes: object) -> MessageMark:
    """A message, as the flags look at it."""
    unique = bytes([number]) * 32
    plain = MessageMark(
        number=number,
        case_number=case,
        thread_id=ThreadId(unique),
        message_id=unique[:16],
        kind="report",
        commitment=unique,
        content_hash=unique,
        within_key_dates=True,
        received_day=DAY,
        language="en",
        beginning="",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_two_messages_under_one_commitment_flag_both() -> None:
    messages = [mark(1, 1), mark(2, 2, commitment=bytes([1]) * 32), mark(3, 3)]
    assert flags_by_case(messages) == {1: {Flag.SHARED_COMMITMENT}, 2: {Flag.SHARED_COMMITMENT}}


def test_flags_do_not_depend_on_the_order_of_messages() -> None:
    messages = [
        mark(1, 1, kind="follow-up"),
        mark(2, 1, thread_id=bytes([1]) * 32, within_key_dates=False),
        mark(3, 2, commitment=bytes([2]) * 32),
        mark(4, 3, kind="follow-up"),
    ]
    assert flags_by_case(messages) == flags_by_case(messages[::-1])
    assert flags_by_case(messages)[3] == {Flag.NO_REPORT}
