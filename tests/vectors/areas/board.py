"""The board, and what a source finds on it: SPEC 9.1."""

import hashlib
from collections.abc import Iterator, Sequence

from crypto.directory import Delegation
from crypto.directory_content import (
    DirectoryContent,
    ListedKey,
    Policy,
    Recipient,
    RetiredKey,
)
from crypto.office.directory import listed_weeks, root_chain, sign_delegation, sign_directory
from crypto.replies import ReplyPart
from crypto.signing import SigningKey
from crypto.source_keys import set_token
from tests.vectors.people import (
    CODENAME,
    DAY,
    GENESIS_ID,
    OTHER_SOURCE,
    RECIPIENTS,
    RETIRED,
    ROOT,
    SIGNING,
    SOURCE,
)
from tests.vectors.records import PART, Record, part, record
from tests.vectors.vector import Vector, accepted, randomness, refused

_DIRECTORY_KEY = SigningKey(randomness("directory key", 32))
_OMBUDSMAN = SigningKey(randomness("signing ombudsman", 32))
_INVESTIGATIONS = {
    "recipient_id": "investigations",
    "signed_recipient": "investigations",
    "signer": SIGNING["investigations"],
}


def vectors() -> Iterator[Vector]:
    """Yield boards with replies, and boards that are none."""
    document = _document()
    yield _read("empty", "An empty board.", document, [], [], [])
    one = [_reply(PART)]
    yield _read(
        "", "One reply among others' records.", document, [_foreign(1), record(), _foreign(2)], one
    )
    yield from _several(document)
    yield from _passed_over(document)
    yield from _follow_ups(document)
    for variant, size in (("short", 4095), ("long", 4097)):
        yield refused(
            "board_size",
            f"{size} bytes.",
            "Malformed",
            "open_board",
            variant=variant,
            **_inputs(document, randomness("board", size)),
        )


def _several(document: bytes) -> Iterator[Vector]:
    parts = [part(part=number, parts=3, text=text) for number, text in enumerate("abc")]
    records = [record(one, index=4 + number) for number, one in enumerate(parts)]
    whole = _reply(PART, text="abc")
    yield _read("parts", "Parts in another order.", document, records[::-1], [whole])
    incomplete = whole | {"text": "ac", "missing_parts": [1]}
    yield _read(
        "part_missing", "A part is missing.", document, [records[2], records[0]], [incomplete]
    )
    double = record(part(part=1, parts=3, text="B"), index=7)
    yield _read("part_twice", "The first of doubles counts.", document, [*records, double], [whole])
    later = part(reply_id=randomness("later", 16), day=DAY + 20, text="Later.")
    acknowledged = part(kind="acknowledgement", reply_id=randomness("first", 16), day=DAY, text="")
    yield _read(
        "several",
        "Replies of several days and recipients, of retired keys and ids too.",
        document,
        [
            record(later, index=511, signer=RETIRED),
            record(PART, **_INVESTIGATIONS),
            record(
                acknowledged,
                recipient_id="ombudsman",
                signed_recipient="ombudsman",
                signer=_OMBUDSMAN,
            ),
        ],
        [
            _reply(acknowledged, "ombudsman"),
            _reply(PART, "investigations"),
            _reply(later),
        ],
    )


def _passed_over(document: bytes) -> Iterator[Vector]:
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
            document,
            [bad, good],
            [_reply(PART)],
        )


def _follow_ups(document: bytes) -> Iterator[Vector]:
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
        document,
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
            document,
            [record(answered)],
            [_reply(answered)],
            proposed,
        )


def _read(
    variant: str,
    what: str,
    document: bytes,
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
        **_inputs(document, board),
    )


def _inputs(document: bytes, board: bytes) -> dict[str, str]:
    return {
        "bits": CODENAME.bits.hex(),
        "genesis_id": GENESIS_ID.hex(),
        "directory": document.hex(),
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


def _document() -> bytes:
    """Return a directory of two recipients, with a retired key and a retired id."""
    delegation = Delegation(3, DAY - 10, DAY + 80, _DIRECTORY_KEY.public_key)
    content = DirectoryContent(
        genesis_id=GENESIS_ID,
        sequence=41,
        issued=DAY,
        expires=DAY + 21,
        names={"en": "Office of the vectors"},
        addresses=("https://vectors.example",),
        recipients=tuple(map(_recipient, RECIPIENTS)),
        retired=(
            RetiredKey("board", RETIRED.public_key, DAY + 300),
            RetiredKey("ombudsman", _OMBUDSMAN.public_key, DAY + 300),
        ),
        directory_recipient="investigations",
        bucket_bits=0,
        batch_size=64,
        policy=Policy(365, 300, 4096, 0, 0),
        contacts=(),
    )
    head = sign_delegation(root_chain(ROOT.public_key), ROOT, delegation)
    return sign_directory(head, _DIRECTORY_KEY, content)


def _recipient(recipient_id: str) -> Recipient:
    keys = tuple(
        ListedKey(week, hashlib.sha256(f"{recipient_id} {week}".encode()).digest())
        for week in listed_weeks(DAY, DAY + 21)
    )
    return Recipient(recipient_id, {"en": recipient_id}, SIGNING[recipient_id].public_key, keys)
