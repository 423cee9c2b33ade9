"""The board, and what a source finds on it: SPEC 9.1."""

from collections.abc import Iterator, Sequence

from crypto.days import later
from crypto.names import Day
from crypto.replies import ReplyPart
from crypto.source_keys import set_token
from tests.vectors.people import (
    CODENAME,
    DAY,
    GENESIS_ID,
    OTHER_SOURCE,
    RECIPIENTS,
    RETIRED,
    SIGNING,
    SOURCE,
    WEEK,
)
from tests.vectors.records import PART, Record, part, record
from tests.vectors.retired_keys import CODENAME_DAYS, DOCUMENT, OMBUDSMAN, UNTIL
from tests.vectors.vector import Vector, accepted, randomness, refused

# The day on which boards are read, a Thursday, the first day of the week READ_WEEK.
_READ_WEEK = WEEK + 3
_READ = later(Day(0), 7 * _READ_WEEK)
# SPEC 9.1: from the week of this day less codename_days and 14.
_OLDEST_WEEK = (_READ - CODENAME_DAYS - 14) // 7

_INVESTIGATIONS = {
    "recipient_id": "investigations",
    "signed_recipient": "investigations",
    "signer": SIGNING["investigations"],
}
_OMBUDSMAN = {
    "recipient_id": "ombudsman",
    "signed_recipient": "ombudsman",
    "signer": OMBUDSMAN,
    "chain_signer": OMBUDSMAN.public_key,
}
_Read = Sequence[Record | bytes]


def vectors() -> Iterator[Vector]:
    """Yield boards with replies, and boards that are none."""
    yield _read("empty", "No volume.", [], [])
    yield _read("empty_volume", "A volume of nothing.", [], [], volumes=[b""])
    one = [_reply(PART)]
    yield _read("", "One reply among others' records.", [_foreign(1), record(), _foreign(2)], one)
    yield from _several()
    yield from _doubles()
    yield from _reach()
    yield from _passed_over()
    yield from _follow_ups()
    for variant, size in (("short", 1023), ("long", 1025)):
        yield refused(
            "board_size",
            f"{size} bytes.",
            "Malformed",
            "open_board",
            variant=variant,
            **_inputs([randomness("board", size)], _READ),
        )


def _several() -> Iterator[Vector]:
    parts = [part(part=number, parts=3, text=text) for number, text in enumerate("abc")]
    records = [record(one, index=4 + number) for number, one in enumerate(parts)]
    whole = _reply(PART, text="abc")
    yield _read("parts", "Parts in another order.", records[::-1], [whole])
    yield _read(
        "volumes",
        "Parts in several volumes, as batches that were late leave them.",
        [],
        [whole],
        volumes=[records[1].sealed() + _foreign(1), records[2].sealed(), records[0].sealed()],
    )
    incomplete = whole | {"text": "ac", "missing_parts": [1]}
    yield _read("part_missing", "A part is missing.", [records[2], records[0]], [incomplete])
    disagreeing = [parts[0], part(part=1, parts=3, text="b", day=PART.day + 1), parts[2]]
    yield _read(
        "parts_disagree",
        "Parts that disagree are parts of different replies.",
        [record(one, index=number) for number, one in enumerate(disagreeing)],
        [incomplete, _reply(disagreeing[1]) | {"missing_parts": [0, 2]}],
    )
    one_day = [part(reply_id=bytes([9 - number] * 16), text=str(number)) for number in range(3)]
    yield _read(
        "one_day",
        "Replies of one day stand in the order of their indexes, not of their ids or records.",
        [record(one_day[place], index=place) for place in (1, 2, 0)],
        [_reply(one) for one in one_day],
    )
    yield _read(
        "one_day_of_weeks",
        "Replies of one day stand in the order of their weeks, then of their indexes.",
        [
            record(one_day[2], index=0, week=WEEK + 1),
            record(one_day[0], index=9, week=WEEK - 1),
            record(one_day[1], index=4),
        ],
        [_reply(one) for one in one_day],
    )
    late = part(reply_id=randomness("later", 16), day=DAY + 20, text="Later.")
    acknowledged = part(kind="acknowledgement", reply_id=randomness("first", 16), day=DAY, text="")
    yield _read(
        "several",
        "Replies of several days and recipients, of a retired key and a retired id too.",
        [
            record(late, index=127, signer=RETIRED),
            record(PART, **_INVESTIGATIONS),
            record(acknowledged, **_OMBUDSMAN),
        ],
        [_reply(acknowledged, "ombudsman"), _reply(PART, "investigations"), _reply(late)],
    )


def _doubles() -> Iterator[Vector]:
    """Yield boards of a recipient that was restored from a backup, and answered twice."""
    twice = _reply(PART) | {"came_twice": True}
    again = record(chance="again")
    yield _read(
        "index_reused",
        "One part under one tag, sealed twice: neither salt nor key repeats, both are readable.",
        [record(), again],
        [twice],
    )
    yield _read(
        "record_repeated",
        "The same record in two volumes came once.",
        [],
        [_reply(PART)],
        volumes=[record().sealed(), record().sealed()],
    )
    changed = part(text="What was written after the backup came back.")
    yield _read(
        "tag_of_two_replies",
        "Two replies under one tag are both shown.",
        [record(), record(part(reply_id=randomness("second reply", 16), day=PART.day + 1))],
        [_reply(PART), _reply(part(reply_id=randomness("second reply", 16), day=PART.day + 1))],
    )
    yield _read(
        "part_twice_index",
        "Of one part of one reply in two records, that of the lowest index counts.",
        [record(changed, index=9), record(index=7)],
        [twice],
    )
    yield _read(
        "part_twice_week",
        "The lowest week counts before the lowest index.",
        [record(changed, index=3, week=WEEK + 1), record(index=7)],
        [twice],
    )
    lowest = min((record(), record(changed)), key=Record.sealed)
    for variant, order in (
        ("", (record(), record(changed))),
        ("_back", (record(changed), record())),
    ):
        text = PART.text if lowest == record() else changed.text
        yield _read(
            f"part_twice_bytes{variant}",
            "At one index the lowest bytes count, whatever order they come in.",
            order,
            [twice | {"text": text}],
        )
    parts = [part(part=number, parts=3, text=text) for number, text in enumerate("abc")]
    records = [record(one, index=4 + number) for number, one in enumerate(parts)]
    double = record(part(part=1, parts=3, text="B"), index=20)
    yield _read(
        "part_twice",
        "A part of several that came twice.",
        [double, *records],
        [_reply(PART, text="abc") | {"came_twice": True}],
    )


def _reach() -> Iterator[Vector]:
    """Yield boards at the ends of what is read: weeks, and retired keys."""
    for variant, week, found in (
        ("oldest", _OLDEST_WEEK, True),
        ("too_old", _OLDEST_WEEK - 1, False),
        ("newest", _READ_WEEK, True),
        ("too_new", _READ_WEEK + 1, False),
    ):
        yield _read(
            f"week_{variant}",
            f"Under the pair chain of week {week}, read on day {_READ}.",
            [record(week=week)],
            [_reply(PART)] if found else [],
        )
    two_days_before = later(_READ, -2)
    for variant, day, found in (
        ("ahead", two_days_before, True),
        ("too_far_ahead", later(two_days_before, -1), False),
    ):
        yield _read(
            f"week_{variant}",
            f"Under the pair chain of week {_READ_WEEK}, read on day {day}.",
            [record(week=_READ_WEEK)],
            [_reply(PART)] if found else [],
            day=day,
        )
    for variant, day, found in (("before", later(UNTIL, -1), True), ("on", UNTIL, False)):
        yield _read(
            f"retired_{variant}_its_day",
            "Under the pair chain of a key that is retired until a day, signed by the new one.",
            [record(chain_signer=RETIRED.public_key)],
            [_reply(PART)] if found else [],
            day=day,
        )
    yield _read(
        "retired_signature",
        "Under the pair chain of the active key, signed by a key whose day is past.",
        [record(signer=RETIRED)],
        [_reply(PART)],
        day=UNTIL,
    )


def _passed_over() -> Iterator[Vector]:
    good = record(index=1)
    for variant, bad in (
        ("junk", Record(b"", index=0).tag + randomness("junk", 1008)),
        ("signature", record(signed_recipient="investigations").sealed()),
        ("grammar", Record(b"{}").sealed()),
        ("other_source", record(chain_source=OTHER_SOURCE).sealed()),
        ("other_thread", record(sealed_thread=OTHER_SOURCE.thread_id).sealed()),
        ("other_recipient", record(signer=SIGNING["investigations"]).sealed()),
        ("index_128", record(part(text="Beyond."), index=128).sealed()),
        ("unknown_id", record(recipient_id="stranger", chain_signer=bytes(32)).sealed()),
    ):
        yield _read(
            f"passed_over_{variant}",
            "A record that is passed over does not hide the next.",
            [bad, good],
            [_reply(PART)],
        )


def _follow_ups() -> Iterator[Vector]:
    board_only = part(
        reply_id=randomness("to board only", 16),
        recipients=("board",),
        set_token=set_token(SOURCE, ["board"]),
    )
    forged = part(reply_id=randomness("forged", 16), recipients=("investigations",))
    former = part(
        recipients=("board", "ombudsman"), set_token=set_token(SOURCE, ["board", "ombudsman"])
    )
    gone = part(recipients=("ombudsman",), set_token=set_token(SOURCE, ["ombudsman"]))
    acknowledged = part(
        kind="acknowledgement",
        reply_id=randomness("to board only", 16),
        recipients=("board",),
        set_token=set_token(SOURCE, ["board"]),
        text="",
    )
    for variant, what, parts in (
        (
            "intersection",
            "Who was left out once stays out; a set that the source did not choose is ignored.",
            (PART, board_only, forged),
        ),
        ("acknowledgement", "The set of an acknowledgement counts as well.", (PART, acknowledged)),
    ):
        yield _read(
            f"follow_up_{variant}",
            what,
            [record(one, index=index) for index, one in enumerate(parts)],
            [_reply(one) for one in parts],
            ["board"],
        )
    for variant, answered, proposed in (
        ("former", former, ["board"]),
        ("gone", gone, []),
        ("forged", forged, []),
    ):
        yield _read(
            f"follow_up_{variant}",
            "Whom to propose where a recipient has gone, or the set is not the source's.",
            [record(answered)],
            [_reply(answered)],
            proposed,
        )


def _read(
    variant: str,
    what: str,
    records: _Read,
    replies: list[dict[str, object]],
    proposed: list[str] | None = None,
    *,
    volumes: list[bytes] | None = None,
    day: int = _READ,
) -> Vector:
    board = b"".join(one.sealed() if isinstance(one, Record) else one for one in records)
    if volumes is None:
        volumes = [board] if board else []
    if proposed is None:
        proposed = list(RECIPIENTS) if replies else []
    return accepted(
        "_".join(filter(None, ("board_ok", variant))),
        what,
        "open_board",
        {"replies": replies, "follow_up_recipients": proposed},
        **_inputs(volumes, day),
    )


def _inputs(volumes: list[bytes], day: int) -> dict[str, object]:
    return {
        "bits": CODENAME.bits.hex(),
        "genesis_id": GENESIS_ID.hex(),
        "directory": DOCUMENT.hex(),
        "day": day,
        "volumes": [volume.hex() for volume in volumes],
    }


def _reply(
    one: ReplyPart, recipient_id: str = "board", text: str | None = None
) -> dict[str, object]:
    return {
        "recipient_id": recipient_id,
        "reply_id": one.reply_id.hex(),
        "kind": one.kind,
        "day": one.day,
        "text": one.text if text is None else text,
        "missing_parts": [],
        "recipients": list(one.recipients),
        "set_token": one.set_token.hex(),
        "came_twice": False,
    }


def _foreign(number: int) -> bytes:
    return randomness(f"record of somebody else {number}", 1024)
