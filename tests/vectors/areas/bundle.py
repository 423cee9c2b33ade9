"""Bundles: SPEC 14. Python's alone."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from crypto.labels import Label, labelled
from crypto.names import GenesisId
from crypto.public_keys import recipient_bytes
from crypto.signing import SigningKey
from crypto.statements import StatementKind, encode_statement
from crypto.strict_json import encode_json
from tests.vectors.areas.statement import HASHES, batch, confirmation, statement
from tests.vectors.calls.office_files import shown_bundle
from tests.vectors.documents import STRANGER, Members, card, card_members, document
from tests.vectors.forms import FORM as FORM_FILE
from tests.vectors.people import (
    DAY,
    GENESIS_ID,
    INTAKE,
    OTHER_GENESIS_ID,
    SERVER,
    SIGNING,
)
from tests.vectors.vector import Vector, accepted, randomness, refused

Item = tuple[int, bytes]

INBOUND: Members = {
    "export_id": randomness("export id", 16).hex(),
    "recipient": "board",
    "part": 2,
    "parts": 3,
    "day": DAY,
    "number": DAY << 32 | 5,
}
OUTBOUND: Members = {"recipient": "board"}

DIRECTORY: Item = (1, document())
KEY: Item = (2, INTAKE["board"].key.public_key)
FORM: Item = (3, FORM_FILE)
CARD: Item = (4, card(card_members(), SIGNING["board"]))
# Framing looks at sizes alone, so these need not be what they say.
TAKEN_LINE: Item = (5, bytes(173))
ENVELOPE: Item = (6, bytes(32_772))

_CONFIRMED = confirmation(HASHES, [])
BATCH: Item = (8, encode_statement(statement(StatementKind.BATCH, 16, batch(16))))
CONFIRMATION: Item = (9, encode_statement(statement(StatementKind.CONFIRMATION, 5, _CONFIRMED)))


def vectors() -> Iterator[Vector]:
    """Yield bundles that are whole, and each kind that is not."""
    yield from _good()
    yield from _heads()
    yield from _items()
    yield from _ends()
    yield from _servers()


def bundle(
    *items: Item,
    direction: str = "outbound",
    header: Members | bytes | None = None,
    genesis_id: GenesisId = GENESIS_ID,
    **signed: Any,
) -> bytes:
    """Return a bundle of these items, whether or not it may hold them.

    `signed` changes what the server signs of an inbound part, as `_end` takes it.
    """
    inbound = direction == "inbound"
    if header is None:
        header = INBOUND if inbound else OUTBOUND
    text = header if isinstance(header, bytes) else encode_json(header)
    label = Label.INBOUND_BUNDLE if inbound else Label.OUTBOUND_BUNDLE
    head = labelled(label) + genesis_id + _sized(text)
    data = head + b"".join(bytes([code]) + _sized(content) for code, content in items)
    if not inbound:
        return ended(data)
    return data + b"\xff" + _sized(_end(data, **({"signed_header": text} | signed)))


def ended(data: bytes) -> bytes:
    """Return an outbound bundle with its end."""
    return data + b"\xff" + _sized(hashlib.sha256(data).digest())


def _end(
    data: bytes,
    *,
    signed_header: bytes,
    recipient: str = "board",
    digest: bytes | None = None,
    signed_digest: bytes | None = None,
    signer: SigningKey = SERVER,
    server: bytes | None = None,
    label: Label = Label.INBOUND_BUNDLE,
    office: bytes = GENESIS_ID,
) -> bytes:
    """Return the end of an inbound part, 128 bytes."""
    digest = hashlib.sha256(data).digest() if digest is None else digest
    signed = recipient_bytes(recipient) + _sized(signed_header) + (signed_digest or digest)
    signature = signer.sign(label, GenesisId(office), signed)
    return digest + (signer.public_key if server is None else server) + signature


def _good() -> Iterator[Vector]:
    everything = [DIRECTORY, KEY, KEY, FORM, CARD, BATCH, BATCH, CONFIRMATION]
    for variant, what, data, members in (
        ("outbound", "A bundle of a recipient.", bundle(*everything), {}),
        ("empty", "A bundle of nothing.", bundle(), {}),
        (
            "inbound",
            "A part of an export.",
            bundle(DIRECTORY, KEY, FORM, CARD, TAKEN_LINE, ENVELOPE, direction="inbound"),
            {"direction": "inbound"},
        ),
        (
            "any_server",
            "A part that a server signed, whichever; whether it is the office's, others ask.",
            bundle(CARD, direction="inbound", signer=STRANGER),
            {"direction": "inbound"},
        ),
        (
            "inbound_unknown_member",
            "A part with a member that is not known here: its server signed the header as it is.",
            bundle(CARD, direction="inbound", header={"more": 1} | INBOUND),
            {"direction": "inbound"},
        ),
        (
            "inbound_other_order",
            "A part whose header has its members in another order, signed as it is.",
            bundle(CARD, direction="inbound", header=dict(reversed(INBOUND.items()))),
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
        "inbound_number_0": inbound(number=0),
        "inbound_number": inbound(number=str(INBOUND["number"])),
        "inbound_no_number": {name: INBOUND[name] for name in INBOUND if name != "number"},
    }


def _items() -> Iterator[Vector]:
    for variant, direction, code, content in (
        ("0", "outbound", 0, b""),
        ("10", "outbound", 10, b"x"),
        ("254", "inbound", 254, b"x"),
        ("inbound_batch", "inbound", *BATCH),
        ("inbound_confirmation", "inbound", *CONFIRMATION),
        ("outbound_taken_line", "outbound", *TAKEN_LINE),
        ("outbound_envelope", "outbound", *ENVELOPE),
        ("outbound_chunk", "outbound", 7, bytes(100)),
    ):
        what = "A type that is unknown, or of the other direction."
        data = bundle((code, content), direction=direction)
        yield _refused("bundle_item_type", "Malformed", variant, what, data, direction=direction)
    for variant, items in {
        "directory_last": (KEY, DIRECTORY),
        "card_before_key": (DIRECTORY, CARD, KEY),
        "form_before_key": (DIRECTORY, FORM, KEY),
        "card_before_form": (DIRECTORY, CARD, FORM),
        "confirmation_before_batch": (CONFIRMATION, BATCH),
        "card_last": (BATCH, CARD),
    }.items():
        data = bundle(*items)
        yield _refused("bundle_item_order", "Malformed", variant, "Items out of order.", data)
    for variant, direction, code, size in (
        ("directory_empty", "outbound", 1, 0),
        ("directory", "outbound", 1, 67_283),
        ("key_short", "outbound", 2, 1215),
        ("key_long", "outbound", 2, 1217),
        ("form_empty", "outbound", 3, 0),
        ("form", "inbound", 3, 65_537),
        ("card", "outbound", 4, 16_518),
        ("taken_line_short", "inbound", 5, 172),
        ("taken_line_long", "inbound", 5, 174),
        ("envelope_short", "inbound", 6, 32_771),
        ("envelope_without_week", "inbound", 6, 32_768),
        ("envelope_long", "inbound", 6, 32_773),
        ("chunk", "inbound", 7, 32),
        ("batch_short", "outbound", 8, 16_455),
        ("confirmation_short", "outbound", 9, 79),
    ):
        what = f"An item of {size} bytes."
        data = bundle((code, bytes(size)), direction=direction)
        yield _refused("bundle_item_size", "Malformed", variant, what, data, direction=direction)
    head = bundle()[:-37]
    for variant, code, size in (
        ("batch_claimed", 8, 262_217),
        ("confirmation_claimed", 9, 16_777_217),
        ("confirmation_claimed_most", 9, 2**32 - 1),
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


def _servers() -> Iterator[Vector]:
    """Yield inbound parts whose end is not what a server signed, or of another size."""
    other_header = encode_json(INBOUND | {"number": 1})
    signed: dict[str, dict[str, Any]] = {
        "signer": {"signer": STRANGER, "server": SERVER.public_key},
        "recipient": {"recipient": "investigations"},
        "header": {"signed_header": other_header},
        "hash": {"signed_digest": bytes(32)},
        "office": {"office": OTHER_GENESIS_ID},
        "label": {"label": Label.OUTBOUND_BUNDLE},
        "small_order": {"server": bytes([1]) + bytes(31)},
    }
    for variant, changed in signed.items():
        what = "A part that the server in it did not sign so."
        data = bundle(CARD, direction="inbound", **changed)
        yield _refused(
            "bundle_server_signature", "Unauthentic", variant, what, data, direction="inbound"
        )
    good = bundle(CARD, direction="inbound")
    body = good[:-133]
    what = "The hash in the end is another, and signed."
    data = bundle(CARD, direction="inbound", digest=bytes(32))
    yield _refused("bundle_altered", "Unauthentic", "inbound", what, data, direction="inbound")
    unsigned = ended(body)
    foreign = bundle(CARD, direction="inbound", genesis_id=GenesisId(OTHER_GENESIS_ID))
    for rule, variant, expect, data in (("bundle_office", "before_signature", "Foreign", foreign),):
        what = "Two faults, of which the first is told."
        yield _refused(rule, expect, variant, what, data, direction="inbound")
    for rule, variant, what, data, direction in (
        ("bundle_item_size", "end_unsigned", "An inbound end of 32 bytes.", unsigned, "inbound"),
        (
            "bundle_item_size",
            "end_signed",
            "An outbound end of 128 bytes.",
            bundle(CARD)[:-37] + good[-133:],
            "outbound",
        ),
        ("bundle_trailing", "inbound", "Something follows.", good + b"\0", "inbound"),
        ("bundle_truncated", "inbound", "Its last byte is missing.", good[:-1], "inbound"),
    ):
        yield _refused(rule, "Malformed", variant, what, data, direction=direction)


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
