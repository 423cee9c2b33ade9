"""Recipient cards: SPEC 12. Python's alone."""

import hashlib
from collections.abc import Iterator

from crypto.strict_json import encode_json
from tests.vectors.calls.office_files import shown_card
from tests.vectors.documents import STRANGER, Members, card, card_members, keys_of
from tests.vectors.people import GENESIS_ID, OTHER_GENESIS_ID, SIGNING, WEEK
from tests.vectors.vector import Vector, accepted, refused

BOARD = SIGNING["board"]
OTHER = SIGNING["investigations"]


def vectors() -> Iterator[Vector]:
    """Yield cards that may be taken in, and each kind that may not."""
    yield from _good()
    yield from _bad()
    yield from _signers()
    yield from _memory()


def _announcing(**changed: object) -> Members:
    """Return the members of a card that announces the stranger's key as the board's new one."""
    old = BOARD.public_key.hex()
    new = card_members(signing_key=STRANGER.public_key.hex(), number=1, old_signing_key=old)
    return new | changed


def _good() -> Iterator[Vector]:
    for variant, what, data in (
        ("", "A card.", card(card_members(), BOARD)),
        ("_new_key", "Announces a new signing key.", card(_announcing(), STRANGER, BOARD)),
        ("_unknown_member", "An unknown member.", card(card_members(more=1), BOARD)),
        ("_most", "32 keys.", card(card_members(keys=keys_of("board", range(32))), BOARD)),
    ):
        result = shown_card(data, GENESIS_ID)
        yield accepted(f"card_ok{variant}", what, "read_card", result, **_read(data))


def _bad() -> Iterator[Vector]:
    good, text = card(card_members(), BOARD), encode_json(card_members())
    for variant, data in {
        "empty": b"",
        "one_byte_less": good[:-1],
        "one_byte_more": good + b"\0",
        "no_card": bytes(4) + good[-65:],
        "no_signature": card(text),
        "three_signatures": card(text, BOARD, BOARD, BOARD),
        "two_for_one": card(text, BOARD, BOARD),
        "one_for_two": card(_announcing(), STRANGER),
        "too_long": card(card_members(more=["x" * 16_384]), BOARD),
    }.items():
        what = "Another size than its parts have."
        yield refused("card_size", what, "Malformed", "read_card", variant=variant, **_read(data))
    keys = keys_of("board", range(WEEK, WEEK + 6))
    office = GENESIS_ID.hex().encode()
    broken: dict[str, Members | bytes] = {
        "white_space": text + b" ",
        "upper_case_hex": text.replace(office, office.upper()),
        "number": card_members(number=0),
        "recipient": card_members(recipient="board "),
        "no_keys": card_members(keys=[]),
        "33_keys": card_members(keys=keys_of("board", range(33))),
        "gap": card_members(keys=[*keys[:2], *keys[3:]]),
        "descending": card_members(keys=keys[::-1]),
        "repeated": card_members(keys=[keys[0], *keys]),
        "critical": card_members(critical=["new"], new=1),
        "old_key": card_members(old_signing_key=None),
    }
    for variant, one in broken.items():
        what, data = "Outside the grammar.", card(one, BOARD)
        yield refused("card_json", what, "Malformed", "read_card", variant=variant, **_read(data))
    for variant, members in {
        "": _read(card(card_members(genesis_id=OTHER_GENESIS_ID.hex()), BOARD)),
        "elsewhere": _read(good) | {"genesis_id": OTHER_GENESIS_ID.hex()},
    }.items():
        what = "A card of another office."
        yield refused("card_office", what, "Foreign", "read_card", variant=variant, **members)


def _signers() -> Iterator[Vector]:
    good = card(card_members(), BOARD)
    for variant, data in {
        "stranger": card(card_members(), STRANGER),
        "altered": good.replace(b'"number":5', b'"number":6'),
        "swapped": card(_announcing(), BOARD, STRANGER),
        "new_key": card(_announcing(), OTHER, BOARD),
    }.items():
        what = "A signature that does not verify."
        yield refused(
            "card_signature", what, "Unauthentic", "read_card", variant=variant, **_read(data)
        )
    for variant, data in {
        "stranger": card(_announcing(), STRANGER, STRANGER),
        "new_key_alone": card(_announcing(), STRANGER, OTHER),
    }.items():
        what = "A new signing key that the old one did not sign."
        yield refused(
            "card_successor_signature",
            what,
            "Unauthentic",
            "read_card",
            variant=variant,
            **_read(data),
        )
    stranger = card(card_members(signing_key=STRANGER.public_key.hex()), STRANGER)
    announced = card(_announcing(old_signing_key=OTHER.public_key.hex()), STRANGER, OTHER)
    for variant, data in {"": stranger, "announced_by_another": announced}.items():
        what = "Signed well, by a key that is not the recipient's."
        members = _known(data, None)
        yield refused("card_signer", what, "Unauthentic", "check_card", variant=variant, **members)
    what = "Another recipient's card."
    members = _known(card(card_members("investigations"), OTHER), None)
    yield refused("card_office", what, "Foreign", "check_card", variant="recipient", **members)


def _memory() -> Iterator[Vector]:
    good, higher = card(card_members(), BOARD), card(card_members(number=6), BOARD)
    twin = card(card_members(keys=keys_of("board", range(WEEK, WEEK + 7))), BOARD)
    announcing = card(_announcing(), STRANGER, BOARD)
    for variant, what, data, before in (
        ("first", "The first card.", good, None),
        ("same", "The same card again.", good, good),
        ("higher", "A higher number.", higher, good),
        ("new_key", "Numbers count anew under a new signing key.", announcing, good),
    ):
        members = _known(data, before)
        yield accepted(f"card_ok_known_{variant}", what, "check_card", None, **members)
    for rule, expect, data, before in (
        ("card_older", "Outdated", good, higher),
        ("card_other_bytes", "Contradictory", twin, good),
    ):
        what = "A reader knows a card that excludes this one."
        members = _known(data, before)
        yield refused(rule, what, expect, "check_card", variant="", **members)


def _read(data: bytes) -> Members:
    return {"card": data.hex(), "genesis_id": GENESIS_ID.hex()}


def _known(data: bytes, before: bytes | None) -> Members:
    """Return the members of a vector in which a reader knows the board's key, and maybe a card."""
    known: Members = {"recipient": "board", "signing_key": BOARD.public_key.hex(), "seen": None}
    if before is not None:
        number = 6 if b'"number":6' in before else 5
        known["seen"] = {
            "signing_key": BOARD.public_key.hex(),
            "number": number,
            "sha256": hashlib.sha256(before).hexdigest(),
        }
    return _read(data) | known
