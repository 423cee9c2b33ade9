"""Envelopes: SPEC 7."""

import base64
import hashlib
from collections.abc import Iterator

from crypto.envelope import PADDED_SIZE, commitment_of, slots_hash
from crypto.hpke import KemSecretKey
from crypto.sizes import PAYLOAD_MAX_SIZE
from tests.vectors.envelopes import BASE, BOARD_SLOT, IDS, KEYS, PLAIN, SLOT_SIZE, Envelope
from tests.vectors.messages import ORDER, message, payload_of, spoiled, with_files
from tests.vectors.people import (
    DAY,
    GENESIS_ID,
    OTHER_GENESIS_ID,
    OTHER_SOURCE,
    RECIPIENTS,
    SOURCE,
    WEEK,
    chain_at,
    secrets_of,
)
from tests.vectors.vector import Vector, accepted, randomness, refused

_BASE = "envelope/ok.json"
_SOMEBODY = KemSecretKey(randomness("intake of somebody else", 32))
_SLOTS_AT, _BODY_AT = 33, 4961


def vectors() -> Iterator[Vector]:
    """Yield envelopes that open, and each kind that does not."""
    yield from _good()
    yield from _bad_slots()
    yield from _bad_bodies()
    yield from _bad_threads()
    yield from _bad_signatures()
    yield from _bad_payloads()


def _good() -> Iterator[Vector]:
    yield _opened("", "A report to two recipients, opened by one.", BASE)
    yield _opened("other_reader", "The same, opened by the other.", BASE, reader="investigations")
    yield _opened("many_secrets", "The same, by a reader with more secrets.", BASE, more=True)
    for variant, week, within in (
        ("key_over", WEEK - 1, True),
        ("key_long_over", WEEK - 2, False),
        ("next_key", WEEK + 1, True),
        ("key_too_early", WEEK + 2, False),
    ):
        days = f"Its day is {DAY - 7 * week} days after its key's first."
        yield _opened(variant, days, BASE, week=week, within=within)
    yield _opened("files", "A follow-up with files.", Envelope("files", payload_of(with_files())))
    room = PAYLOAD_MAX_SIZE - len(payload_of(message(text="")))
    largest = payload_of(message(text="a" * room))
    yield _opened("largest", "The largest payload there is.", Envelope("largest", largest))


def _bad_slots() -> Iterator[Vector]:
    for variant, size in (("short", 32_767), ("long", 32_769), ("empty", 0)):
        yield _altered("envelope_size", f"{size} bytes.", "Malformed", variant, resize=size)
    for variant, version in (("zero", 0), ("two", 2)):
        change = [[0, f"{1 ^ version:02x}"]]
        yield _altered("envelope_version", f"Version {version}.", "Malformed", variant, xor=change)
    foreign = [{"week": WEEK, "seed": _SOMEBODY.seed.hex()}]
    for variant, secrets in (("other_key", foreign), ("no_key", [])):
        yield _altered(
            "envelope_slot_foreign", "No slot opens.", "Unauthentic", variant, secrets=secrets
        )
    yield _altered(
        "envelope_slot_foreign",
        "A reader of another office, who has the key.",
        "Unauthentic",
        "other_office",
        genesis_id=OTHER_GENESIS_ID.hex(),
    )
    yield _altered(
        "envelope_slot_foreign",
        "A reader that has the key, and another id.",
        "Unauthentic",
        "other_reader_id",
        recipient_id="investigations",
    )
    for variant, at in (("enc", 0), ("share", 1100), ("content", 1130), ("tag", 1231)):
        change = [[_SLOTS_AT + BOARD_SLOT * SLOT_SIZE + at, "01"]]
        yield _altered(
            "envelope_slot_foreign", "The slot was altered.", "Unauthentic", variant, xor=change
        )
    yield _refused(
        "envelope_slot_zero_share",
        "The X25519 share is zero, and so is what it gives.",
        "Unauthentic",
        Envelope("zero share", zero_share=True),
    )
    other_id = {BOARD_SLOT: "investigations", 0: "board"}
    yield _refused(
        "envelope_slot_foreign",
        "A slot sealed to the reader's key in the name of another recipient.",
        "Unauthentic",
        Envelope("other id", ids=other_id),
        "other_id",
    )
    twice = Envelope("twice", keys=KEYS | {3: KEYS[BOARD_SLOT]}, ids=IDS | {3: "board"})
    yield _refused("envelope_slot_twice", "Two slots of one reader.", "Contradictory", twice)


def _bad_bodies() -> Iterator[Vector]:
    other = commitment_of(randomness("another content key", 32), GENESIS_ID)
    yield _refused(
        "envelope_commitment",
        "All fits but that the commitment is to another key.",
        "Unauthentic",
        Envelope("commitment", commitment=other),
    )
    for variant, at in (
        ("first", _BODY_AT),
        ("middle", 20_000),
        ("tag", 32_767),
        ("unused_slot", _SLOTS_AT + SLOT_SIZE),
    ):
        yield _altered(
            "envelope_body", f"Byte {at} was altered.", "Unauthentic", variant, xor=[[at, "80"]]
        )
    yield _refused(
        "envelope_padding",
        "The last byte of the padding is not zero.",
        "Malformed",
        Envelope("padding", padding=b"\1"),
    )
    for variant, length in (("by_one", PADDED_SIZE - 3), ("most", 2**32 - 1), ("short", 64)):
        zeros = bytes(PADDED_SIZE - 4) if variant == "short" else None
        yield _refused(
            "envelope_length",
            f"A length of {length}.",
            "Malformed",
            Envelope(f"length {length}", length=length, padding=zeros),
            variant,
        )


def _bad_signatures() -> Iterator[Vector]:
    for rule, variant, envelope in (
        ("envelope_signature", "", Envelope("signature", signed_payload=b"{}")),
        ("envelope_signature", "signer", Envelope("signer", signer=OTHER_SOURCE.signing)),
        ("envelope_signature_office", "", Envelope("office", signed_office=OTHER_GENESIS_ID)),
        ("envelope_signature_slots", "", Envelope("slots", signed_slots=BASE.slots)),
    ):
        yield _refused(rule, "Signed over something else.", "Unauthentic", envelope, variant)
    identity = bytes([1]) + bytes(31)
    small_order = spoiled(PLAIN, lambda value: value.update(signing_key=identity.hex()))
    yield _refused(
        "envelope_signature",
        "The source's signing key has a small order.",
        "Unauthentic",
        Envelope("small order", small_order, slot_thread=identity),
        "small_order",
    )


def _bad_threads() -> Iterator[Vector]:
    own_thread = spoiled(
        PLAIN, lambda value: value.update(signing_key=OTHER_SOURCE.thread_id.hex())
    )
    # One of the recipients knows the content key, and so can close an envelope around this slot.
    copied = Envelope(
        "copied",
        own_thread,
        copied={BOARD_SLOT: BASE.slot_bytes(BOARD_SLOT)},
        key_of="plain",
        signer=OTHER_SOURCE.signing,
    )
    yield _refused(
        "envelope_slot_thread",
        "A slot that another recipient copied out of a message into one of its own.",
        "Contradictory",
        copied,
        "copied",
    )
    yield _refused(
        "envelope_slot_thread",
        "The slot names another source than the payload, which is signed well.",
        "Contradictory",
        Envelope("thread", slot_thread=OTHER_SOURCE.thread_id),
    )
    yield _refused(
        "envelope_slot_thread",
        "The slot names another source, and the signature does not verify either.",
        "Contradictory",
        Envelope("thread first", slot_thread=OTHER_SOURCE.thread_id, signed_payload=b"{}"),
        "before_signature",
    )


def _bad_payloads() -> Iterator[Vector]:
    only_other = spoiled(PLAIN, lambda value: value["recipients"].pop(0))
    yield _refused(
        "envelope_recipients_reader",
        "The reader has a slot and is not named.",
        "Contradictory",
        Envelope("reader", only_other),
    )
    yield _refused(
        "envelope_recipients_reader",
        "The reader has a slot under its id, and its key is named under another id.",
        "Contradictory",
        Envelope("reader id", ids={BOARD_SLOT: "investigations", 0: "board"}),
        "id",
        reader="investigations",
    )
    other_slot = spoiled(PLAIN, lambda value: value["recipients"][0].update(slot=1))
    yield _refused(
        "envelope_recipients_slot",
        "The reader is named with another slot.",
        "Contradictory",
        Envelope("slot", other_slot),
    )
    other_hash = hashlib.sha256(_SOMEBODY.public_key).hexdigest()
    other_key = spoiled(PLAIN, lambda value: value["recipients"][0].update(key=other_hash))
    yield _refused(
        "envelope_recipients_key",
        "The reader is named with another key.",
        "Contradictory",
        Envelope("key", other_key),
    )
    yield _refused(
        "payload_json",
        "A payload outside the grammar, sealed and signed.",
        "Malformed",
        Envelope("payload", PLAIN.replace(b'"kind"', b'"kind":"report","kind"')),
        "sealed",
    )
    unpadded = spoiled(payload_of(with_files()), lambda value: value.update(fill=None))
    yield _refused(
        "payload_fill",
        "A payload without its fill, sealed and signed.",
        "Contradictory",
        Envelope("fill", unpadded),
        "sealed",
    )


def _opened(
    variant: str,
    what: str,
    envelope: Envelope,
    *,
    reader: str = "board",
    week: int = WEEK,
    within: bool = True,
    more: bool = False,
) -> Vector:
    secrets = [one | {"week": week} for one in secrets_of(reader)]
    if more:
        seeds = [randomness(f"secret of week {n}", 32).hex() for n in range(3)]
        others = [{"week": WEEK + 1 + n, "seed": seed} for n, seed in enumerate(seeds)]
        secrets = others[:2] + secrets + others[2:]
    sealed = envelope.sealed()
    is_base = envelope is BASE and variant
    return accepted(
        "_".join(filter(None, ("envelope_ok", variant))),
        what,
        "open_envelope",
        {
            "address": hashlib.sha256(sealed).hexdigest(),
            "slot": ORDER[RECIPIENTS.index(reader)],
            "week": week,
            "content_key": envelope.content_key.hex(),
            "commitment": envelope.true_commitment.hex(),
            "slots_hash": slots_hash(envelope.slots).hex(),
            "signature": envelope.signature.hex(),
            "plaintext_hash": hashlib.sha256(envelope.payload).hexdigest(),
            "chain": chain_at(0, reader).secret.hex(),
            "thread_id": SOURCE.thread_id.hex(),
            "within_key_dates": within,
            "payload": envelope.payload.decode(),
        },
        genesis_id=GENESIS_ID.hex(),
        recipient_id=reader,
        secrets=secrets,
        envelope={"base": _BASE} if is_base else {"base64": base64.b64encode(sealed).decode()},
    )


def _refused(
    rule: str,
    what: str,
    expect: str,
    envelope: Envelope,
    variant: str = "",
    *,
    reader: str = "board",
) -> Vector:
    return refused(
        rule,
        what,
        expect,
        "open_envelope",
        variant=variant,
        genesis_id=GENESIS_ID.hex(),
        recipient_id=reader,
        secrets=secrets_of("board"),
        envelope={"base64": base64.b64encode(envelope.sealed()).decode()},
    )


def _altered(rule: str, what: str, expect: str, variant: str, **changes: object) -> Vector:
    """Return a vector of the plain envelope, altered, or read by somebody else."""
    inputs: dict[str, object] = {
        "genesis_id": GENESIS_ID.hex(),
        "recipient_id": "board",
        "secrets": secrets_of("board"),
    }
    inputs |= {name: changes.pop(name) for name in inputs.keys() & changes.keys()}
    inputs["envelope"] = {"base": _BASE} | changes
    return refused(rule, what, expect, "open_envelope", variant=variant, **inputs)
