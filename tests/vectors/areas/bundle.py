"""Bundles: SPEC 14. Python's alone."""

import base64
import hashlib
from collections.abc import Iterator, Sequence

from crypto.labels import Label, labelled
from crypto.names import GenesisId
from crypto.statements import StatementKind, encode_statement
from crypto.strict_json import encode_json
from tests.vectors.areas.statement import HASHES, batch, confirmation, refinement, statement
from tests.vectors.calls.office_files import shown_bundle
from tests.vectors.documents import Members, card, card_members, document
from tests.vectors.people import DAY, GENESIS_ID, INTAKE, OTHER_GENESIS_ID, SIGNING
from tests.vectors.vector import Vector, accepted, randomness, refused

Item = tuple[int, bytes]

INBOUND: Members = {
    "export_id": randomness("export id", 16).hex(),
    "recipient": "board",
    "part": 2,
    "parts": 3,
    "day": DAY,
}
OUTBOUND: Members = {"recipient": "board"}

DIRECTORY: Item = (1, document())
KEY: Item = (2, INTAKE["board"].key.public_key)
CARD: Item = (3, card(card_members(), SIGNING["board"]))
# Framing looks at sizes alone, so these need not be what they say.
TAKEN_LINE: Item = (4, bytes(173))
ENVELOPE: Item = (5, bytes(32_768))

_CONFIRMED = confirmation(HASHES, [])
BATCH: Item = (7, encode_statement(statement(StatementKind.BATCH, 1, batch(7))))
CONFIRMATION: Item = (8, encode_statement(statement(StatementKind.CONFIRMATION, 5, _CONFIRMED)))
_REFINED = refinement((HASHES[0], 7))
REFINEMENT: Item = (9, encode_statement(statement(StatementKind.REFINEMENT, 1, _REFINED)))


def vectors() -> Iterator[Vector]:
    """Yield bundles that are whole, and each kind that is not."""
    yield from _good()
    yield from _heads()
    yield from _items()
    yield from _ends()


def bundle(
    *items: Item,
    direction: str = "outbound",
    header: Members | bytes | None = None,
    genesis_id: GenesisId = GENESIS_ID,
) -> bytes:
    """Return a bundle of these items, whether or not it may hold them."""
    label = {"inbound": Label.INBOUND_BUNDLE, "outbound": Label.OUTBOUND_BUNDLE}[direction]
    if header is None:
        header = INBOUND if direction == "inbound" else OUTBOUND
    text = header if isinstance(header, bytes) else encode_json(header)
    head = labelled(label) + genesis_id + _sized(text)
    return ended(head + b"".join(bytes([code]) + _sized(content) for code, content in items))


def ended(data: bytes) -> bytes:
    """Return a bundle with its end."""
    return data + b"\xff" + _sized(hashlib.sha256(data).digest())


def _good() -> Iterator[Vector]:
    everything = [DIRECTORY, KEY, KEY, CARD, BATCH, BATCH, CONFIRMATION, REFINEMENT]
    for variant, what, data, members in (
        ("outbound", "A bundle of a recipient.", bundle(*everything), {}),
        ("empty", "A bundle of nothing.", bundle(), {}),
        (
            "inbound",
            "A part of an export.",
            bundle(DIRECTORY, KEY, CARD, TAKEN_LINE, ENVELOPE, direction="inbound"),
            {"direction": "inbound"},
        ),
        ("first", "A reader that knows no office yet.", bundle(), {"genesis_id": None}),
        ("any_recipient", "A reader for all recipients.", bundle(), {"recipient": None}),
        (
            "unknown_member",
            "An unknown member of the header.",
            bundle(header=OUTBOUND | {"more": 1}),
            {},
        ),
    ):
        vector = _read(data) | members
        yield accepted(f"bundle_ok_{variant}", what, "read_bundle", shown_bundle(vector), **vector)


def _heads() -> Iterator[Vector]:
    good = bundle(CARD)
    for variant, data, direction in (
        ("outbound", good, "inbound"),
        ("inbound", bundle(CARD, direction="inbound"), "outbound"),
        ("version", good.replace(b"fidelio/1", b"fidelio/2"), "outbound"),
        ("text", b"-----BEGIN PGP MESSAGE-----\n\n", "outbound"),
        ("length", b"\x1a" + good[1:], "outbound"),
    ):
        what = "Not a bundle of this direction."
        yield _refused("bundle_label", "Malformed", variant, what, data, direction=direction)
    what = "A bundle of another office."
    data = bundle(CARD, genesis_id=GenesisId(OTHER_GENESIS_ID))
    yield _refused("bundle_office", "Foreign", "", what, data)
    what = "A bundle for another recipient."
    data = bundle(CARD, header=OUTBOUND | {"recipient": "investigations"})
    yield _refused("bundle_recipient", "Foreign", "", what, data)
    for variant, header in _headers().items():
        direction = "inbound" if variant.startswith("inbound") else "outbound"
        data = bundle(CARD, direction=direction, header=header)
        what = "A header outside the grammar."
        yield _refused("bundle_header", "Malformed", variant, what, data, direction=direction)


def _headers() -> dict[str, Members | bytes]:
    def inbound(**changed: object) -> Members:
        return INBOUND | changed

    return {
        "empty": b"",
        "white_space": b'{"recipient": "board"}',
        "array": b'["board"]',
        "no_recipient": {},
        "recipient": {"recipient": "../board"},
        "critical": {"recipient": "board", "critical": ["new"]},
        "too_long": {"recipient": "board", "more": "x" * 4096},
        "inbound_recipient_alone": OUTBOUND,
        "inbound_export_id": inbound(export_id="00" * 15),
        "inbound_part_0": inbound(part=0),
        "inbound_part": inbound(part=4),
        "inbound_parts": inbound(parts=1000),
        "inbound_no_day": inbound(day=None),
    }


def _items() -> Iterator[Vector]:
    for variant, direction, code, content in (
        ("0", "outbound", 0, b""),
        ("10", "outbound", 10, b"x"),
        ("254", "inbound", 254, b"x"),
        ("inbound_batch", "inbound", *BATCH),
        ("inbound_confirmation", "inbound", *CONFIRMATION),
        ("inbound_refinement", "inbound", *REFINEMENT),
        ("outbound_taken_line", "outbound", *TAKEN_LINE),
        ("outbound_envelope", "outbound", *ENVELOPE),
        ("outbound_chunk", "outbound", 6, bytes(100)),
    ):
        what = "A type that is unknown, or of the other direction."
        data = bundle((code, content), direction=direction)
        yield _refused("bundle_item_type", "Malformed", variant, what, data, direction=direction)
    for variant, items in {
        "directory_last": (KEY, DIRECTORY),
        "card_before_key": (DIRECTORY, CARD, KEY),
        "confirmation_before_batch": (CONFIRMATION, BATCH),
        "refinement_before_batch": (REFINEMENT, BATCH),
        "card_last": (BATCH, CARD),
    }.items():
        data = bundle(*items)
        yield _refused("bundle_item_order", "Malformed", variant, "Items out of order.", data)
    for variant, direction, code, size in (
        ("directory_empty", "outbound", 1, 0),
        ("directory", "outbound", 1, 67_283),
        ("key_short", "outbound", 2, 1215),
        ("key_long", "outbound", 2, 1217),
        ("card", "outbound", 3, 16_518),
        ("taken_line_short", "inbound", 4, 172),
        ("taken_line_long", "inbound", 4, 174),
        ("envelope_short", "inbound", 5, 32_767),
        ("envelope_long", "inbound", 5, 32_769),
        ("chunk", "inbound", 6, 32),
        ("batch", "outbound", 7, 71),
        ("confirmation", "outbound", 8, 71),
        ("refinement", "outbound", 9, 71),
    ):
        what = f"An item of {size} bytes."
        data = bundle((code, bytes(size)), direction=direction)
        yield _refused("bundle_item_size", "Malformed", variant, what, data, direction=direction)
    head = bundle()[:-37]
    for variant, code, size in (
        ("batch_claimed", 7, 1_049_674),
        ("confirmation_claimed", 8, 16_777_217),
        ("refinement_claimed", 9, 2**32 - 1),
    ):
        what = f"An item that claims {size} bytes, and is refused for it before it is read."
        data = ended(head + bytes([code]) + size.to_bytes(4, "big") + bytes(100))
        yield _refused("bundle_item_size", "Malformed", variant, what, data)


def _ends() -> Iterator[Vector]:
    good = bundle(CARD, CONFIRMATION)
    head = len(bundle()) - 37
    cuts: dict[str, Sequence[int]] = {
        "label": [0, 1, 10],
        "office": [26, 57],
        "header": [58, 62, head - 1],
        "item": [head, head + 1, head + 5, head + 100],
        "end": [len(good) - 37, len(good) - 33, len(good) - 1],
    }
    for variant, places in cuts.items():
        for place in places:
            what = f"Only its first {place} bytes."
            name = f"{variant}_{place}"
            yield _refused("bundle_truncated", "Malformed", name, what, good[:place])
    for variant, place in {"card": head + 200, "confirmation": len(good) - 50, "end": -1}.items():
        altered = bytearray(good)
        altered[place] ^= 1
        what = "One bit was altered."
        yield _refused("bundle_altered", "Unauthentic", variant, what, bytes(altered))
    removed = bundle(CARD)[:-37] + good[-37:]
    what = "An item was taken away."
    yield _refused("bundle_altered", "Unauthentic", "item", what, removed)
    for variant, data in {
        "byte": good + b"\0",
        "new_line": good + b"\n",
        "bundle": good + good,
        "end": good + good[-37:],
    }.items():
        yield _refused("bundle_trailing", "Malformed", variant, "Something follows.", data)


def _read(data: bytes) -> Members:
    return {
        "bundle": base64.b64encode(data).decode(),
        "direction": "outbound",
        "genesis_id": GENESIS_ID.hex(),
        "recipient": "board",
    }


def _refused(
    rule: str, expect: str, variant: str, what: str, data: bytes, *, direction: str = "outbound"
) -> Vector:
    members = _read(data) | {"direction": direction}
    return refused(rule, what, expect, "read_bundle", variant=variant, **members)


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content
