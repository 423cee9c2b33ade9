"""The board, and what a source finds on it: SPEC 9.1."""

from collections.abc import Iterator, Sequence

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
)
from tests.vectors.records import PART, Record, part, record
from tests.vectors.retired_keys import DOCUMENT, OMBUDSMAN
from tests.vectors.vector import Vector, accepted, randomness, refused

_INVESTIGATIONS = {
    "recipient_id": "investigations",
    "signed_recipient": "investigations",
    "signer": SIGNING["investigations"],
}


def vectors() -> Iterator[Vector]:
    """Yield boards with replies, and boards that are none."""
    yield _read("empty", "An empty board.", [], [], [])
    one = [_reply(PART)]
    yield _read("", "One reply among others' records.", [_foreign(1), record(), _foreign(2)], one)
    yield from _several()
    yield from _passed_over()
    yield from _follow_ups()
    for variant, size in (("short", 4095), ("long", 4097)):
        yield refused(
            "board_size",
            f"{size} bytes.",
            "Malformed",
            "open_board",
            variant=variant,
            **_inputs(randomness("board", size)),
        )


def _several() -> Iterator[Vector]:
    parts = [part(part=number, parts=3, text=text) for number, text in enumerate("abc")]
    records = [record(one, index=4 + number) for number, one in enumerate(parts)]
    whole = _reply(PART, text="abc")
    yield _read("parts", "Parts in another order.", records[::-1], [whole])
    incomplete = whole | {"text": "ac", "missing_parts": [1]}
    yield _read("part_missing", "A part is missing.", [records[2], records[0]], [incomplete])
    double = record(part(part=1, parts=3, text="B"), index=7)
    yield _read("part_twice", "The first of doubles counts.", [*records, double], [whole])
    one_day = [part(reply_id=bytes([9 - number] * 16), text=str(number)) for number in range(3)]
    yield _read(
        "one_day",
        "Replies of one day stand in the order of their indexes, not of their ids or records.",
        [record(one_day[place], index=place) for place in (1, 2, 0)],
        [_reply(one) for one in one_day],
    )
    later = part(reply_id=randomness("later", 16), day=DAY + 20, text="Later.")
    acknowledged = part(kind="acknowledgement", reply_id=randomness("first", 16), day=DAY, text="")
    yield _read(
        "several",
        "Replies of several days and recipients, of retired keys and ids too.",
        [
            record(later, index=511, signer=RETIRED),
            record(PART, **_INVESTIGATIONS),
            record(
                acknowledged,
                recipient_id="ombudsman",
                signed_recipient="ombudsman",
                signer=OMBUDSMAN,
            ),
        ],
        [
            _reply(acknowledged, "ombudsman"),
            _reply(PART, "investigations"),
            _reply(later),
        ],
    )


def _passed_over() -> Iterator[Vector]:
    good = record(index=1)
    for variant, bad in (
        ("junk", Record(b"", index=0).tag + randomness("junk", 4080)),
        ("signature", record(signed_recipient="investigations").sealed()),
        ("grammar", Record(b"{}").sealed()),
        ("other_source", record(reply_key=OTHER_SOURCE.reply.public_key).sealed()),
        ("other_recipient", record(signer=SIGNING["investigations"]).sealed()),
        ("index_512", record(part(text="Beyond."), index=512).sealed()),
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
    replies = {one.reply_id: one for one in (PART, board_only, forged)}
    in_order = sorted(replies.values(), key=lambda one: one.reply_id)
    yield _read(
        "follow_up_intersection",
        "One that was left out once stays out; a set that the source did not choose is ignored.",
        [record(one, index=index) for index, one in enumerate(in_order)],
        [_reply(one) for one in in_order],
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
    records: Sequence[Record | bytes],
    replies: list[dict[str, object]],
    proposed: list[str] | None = None,
) -> Vector:
    board = b"".join(one.sealed() if isinstance(one, Record) else one for one in records)
    return accepted(
        "_".join(filter(None, ("board_ok", variant))),
        what,
        "open_board",
        {
            "replies": replies,
            "follow_up_recipients": list(RECIPIENTS) if proposed is None else proposed,
        },
        **_inputs(board),
    )


def _inputs(board: bytes) -> dict[str, str]:
    return {
        "bits": CODENAME.bits.hex(),
        "genesis_id": GENESIS_ID.hex(),
        "directory": DOCUMENT.hex(),
        "board": board.hex(),
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
    }


def _foreign(number: int) -> bytes:
    return randomness(f"record of somebody else {number}", 4096)
