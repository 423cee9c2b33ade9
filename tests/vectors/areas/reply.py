"""Pair chains and reply records: SPEC 6.2 and 9."""

from collections.abc import Callable, Iterator

from crypto.chain_keys import next_chain_key, record_key, reply_tag
from crypto.names import GenesisId
from crypto.replies import encode_reply_message
from crypto.signing import SigningKey
from crypto.sizes import REPLY_MESSAGE_MAX_SIZE
from crypto.source_keys import pair_chain
from tests.vectors.messages import Members, spoiled
from tests.vectors.people import (
    CODENAME,
    GENESIS_ID,
    OTHER_GENESIS_ID,
    OTHER_SOURCE,
    RECIPIENTS,
    RETIRED,
    SIGNING,
    SOURCE,
    WEEK,
    chain_at,
)
from tests.vectors.records import PART, Record, part, record
from tests.vectors.vector import Vector, accepted, refused

MESSAGE = encode_reply_message(PART)
_OFFICE = {"genesis_id": GENESIS_ID.hex()}
_THREAD = _OFFICE | {"thread_id": SOURCE.thread_id.hex()}
_SALT_AT, _SEALED_AT = 16, 32
_Spoil = Callable[[Members], object]


def vectors() -> Iterator[Vector]:
    """Yield chains, tags and records that are read, and each kind that is not."""
    yield from _chains()
    yield from _sealed()
    yield from _good()
    yield from _bad_records()
    yield from _other_chains()
    yield from _bad_signatures()
    yield from _bad_messages()


def _chains() -> Iterator[Vector]:
    weeks = [0, WEEK - 1, WEEK, WEEK + 1, 2**32 - 1]
    for variant, recipient, signing_key in (
        *((one, one, SIGNING[one].public_key) for one in RECIPIENTS),
        ("board_retired", "board", RETIRED.public_key),
    ):
        yield accepted(
            f"reply_ok_chains_{variant}",
            "c_0 of a recipient id and one of its signing keys, by week.",
            "pair_chain",
            [
                pair_chain(SOURCE, recipient, signing_key, week).secret.hex()  # type: ignore[arg-type]
                for week in weeks
            ],
            bits=CODENAME.bits.hex(),
            **_OFFICE,
            recipient_id=recipient,
            signing_key=signing_key.hex(),
            weeks=weeks,
        )
    first, steps = chain_at(0), [0, 1, 2, 16, 127]
    yield accepted(
        "reply_ok_chain_steps",
        "c_i, so many steps after c_0.",
        "next_chain_key",
        [next_chain_key(first, GENESIS_ID, count).secret.hex() for count in steps],
        **_OFFICE,
        chain=first.secret.hex(),
        steps=steps,
    )
    yield accepted(
        "reply_ok_tags",
        "The tags at these indexes of a pair chain.",
        "reply_tag",
        [reply_tag(chain_at(count), GENESIS_ID, SOURCE.thread_id).hex() for count in steps],
        **_THREAD,
        chain=first.secret.hex(),
        steps=steps,
    )


def _sealed() -> Iterator[Vector]:
    made = record(index=3)
    sealed = made.sealed()
    tag, salt = sealed[:_SALT_AT], sealed[_SALT_AT:_SEALED_AT]
    yield accepted(
        "reply_ok_key",
        "The key of a record.",
        "record_key",
        record_key(made.chain, GENESIS_ID, SOURCE.thread_id, tag=tag, salt=salt).hex(),
        **_THREAD,
        chain=made.chain.secret.hex(),
        tag=tag.hex(),
        salt=salt.hex(),
    )
    for variant, one in {
        "": made,
        "again": record(index=3, chance="again"),
        "other_text": record(part(text="Another text."), index=3),
    }.items():
        yield accepted(
            "_".join(filter(None, ("reply_ok_sealed", variant))),
            "A record at one index: each has a salt, and so a key, of its own.",
            "seal_record",
            one.sealed().hex(),
            **_THREAD,
            chain=one.chain.secret.hex(),
            padded=one.padded.hex(),
            random=one.random.hex(),
        )


def _good() -> Iterator[Vector]:
    largest = part(text="a" * (REPLY_MESSAGE_MAX_SIZE - len(encode_reply_message(part(text="")))))
    for variant, made, keys in (
        ("", record(), [SIGNING["board"]]),
        ("second_key", record(), [RETIRED, SIGNING["board"]]),
        ("retired_key", record(signer=RETIRED), [SIGNING["board"], RETIRED]),
        ("last_index", record(index=127), [SIGNING["board"]]),
        ("largest", record(largest), [SIGNING["board"]]),
        ("acknowledgement", record(part(kind="acknowledgement", text="")), [SIGNING["board"]]),
        ("one_recipient", record(part(recipients=("board",))), [SIGNING["board"]]),
        ("last_part", record(part(part=63, parts=64)), [SIGNING["board"]]),
    ):
        yield accepted(
            "_".join(filter(None, ("reply_ok", variant))),
            "A record that is read; the result is its message.",
            "open_reply",
            made.message.decode(),
            **_opening(made, keys),
        )
    for variant, message in (
        ("unknown_member", spoiled(MESSAGE, lambda value: value.update(later=1))),
        ("critical", spoiled(MESSAGE, lambda value: value.update(critical=["text"]))),
    ):
        yield accepted(
            f"reply_ok_{variant}",
            "A message that is read; the result is how it would be written.",
            "parse_reply_message",
            spoiled(message, _without_additions).decode(),
            text=message.decode(),
        )


def _without_additions(value: Members) -> None:
    value.pop("later", None)
    value.pop("critical", None)


def _bad_records() -> Iterator[Vector]:
    good = record().sealed()
    for variant, sealed in (("short", good[:-1]), ("long", good + b"\0"), ("empty", b"")):
        yield _refused_bytes("reply_size", f"{len(sealed)} bytes.", "Malformed", sealed, variant)
    for variant, at in (("salt", _SALT_AT), ("content", _SEALED_AT), ("last", 1023)):
        altered = bytearray(good)
        altered[at] ^= 1
        what = f"Byte {at} was altered."
        yield _refused_bytes("reply_altered", what, "Unauthentic", bytes(altered), variant)
    office = record(genesis_id=GenesisId(OTHER_GENESIS_ID))
    yield _refused("reply_altered", "Sealed by another office.", office, "office")
    thread = record(sealed_thread=OTHER_SOURCE.thread_id)
    yield _refused("reply_altered", "Sealed to another thread.", thread, "thread")
    moved = record(index=1).tag + good[_SALT_AT:]
    yield _refused_bytes("reply_tag_moved", "The tag of another record.", "Unauthentic", moved)
    bad_tag = record(signed_tag=record(index=1).tag)
    yield _refused("reply_tag_moved", "Signed for another tag.", bad_tag, "signed")
    for variant, made in (
        ("last", record(padding=b"\1")),
        ("length", record(length=973)),
        ("only_signature", record(length=64, padding=bytes(972))),
    ):
        yield _refused("reply_padding", "Badly padded.", made, variant, expect="Malformed")


def _other_chains() -> Iterator[Vector]:
    """Yield records that are whole, opened by whoever has another chain key."""
    made = record(index=5)
    for variant, index in (("before", 4), ("after", 6), ("first", 0)):
        yield _refused(
            "reply_index",
            "Opened at another index than that of its tag.",
            made,
            variant,
            chain=chain_at(index).secret.hex(),
        )
    for variant, chain in {
        "week": chain_at(5, week=WEEK + 1),
        "recipient": chain_at(5, "investigations"),
        "recipient_alone": chain_at(5, "investigations", signing_key=SIGNING["board"].public_key),
        "signing_key": chain_at(5, signing_key=RETIRED.public_key),
        "source": chain_at(5, source=OTHER_SOURCE),
    }.items():
        yield _refused(
            "reply_chain",
            f"Opened by the pair chain of another {variant.partition('_')[0]}.",
            made,
            variant,
            chain=chain.secret.hex(),
        )


def _bad_signatures() -> Iterator[Vector]:
    message = record().message
    yield _refused(
        "reply_signature",
        "Signed text that is not in the record.",
        Record(message, signed_tag=bytes(16)),
    )
    yield _refused("reply_signer", "Signed by a key not named.", record(signer=RETIRED))
    yield _refused("reply_signer", "The directory names no key.", record(), "no_key", keys=[])
    for variant, made in (
        ("signer", record(signer=SIGNING["investigations"])),
        ("signed", record(signed_recipient="investigations")),
    ):
        what = "Written by one recipient in another's name."
        yield _refused("reply_recipient", what, made, variant)
    other_thread = record(signed_thread=OTHER_SOURCE.thread_id)
    yield _refused("reply_thread", "Signed for another thread.", other_thread)


def _bad_messages() -> Iterator[Vector]:
    changes: dict[str, _Spoil] = {
        "kind": lambda value: value.update(kind="report"),
        "reply_id": lambda value: value.update(reply_id="00" * 15),
        "reply_id_upper_case": lambda value: value.update(reply_id="AA" * 16),
        "day": lambda value: value.update(day="1"),
        "no_recipients": lambda value: value.update(recipients=[]),
        "five_recipients": lambda value: value.update(recipients=list("abcde")),
        "recipients_unsorted": lambda value: value["recipients"].reverse(),
        "recipients_repeated": lambda value: value.update(recipients=["board", "board"]),
        "recipient_id": lambda value: value.update(recipients=["a b"]),
        "set_token_missing": lambda value: value.pop("set_token"),
        "text_null": lambda value: value.update(text=None),
    }
    for variant, change in changes.items():
        yield _refused_text(
            "reply_json", "A member out of range.", spoiled(MESSAGE, change), variant
        )
    white_space = MESSAGE.replace(b":", b": ", 1)
    yield _refused_text("reply_json", "White space.", white_space, "white_space")
    sealed = Record(white_space)
    what = "White space, sealed and signed."
    yield _refused("reply_json", what, sealed, "sealed", expect="Malformed")
    critical = spoiled(MESSAGE, lambda value: value.update(critical=["later"], later=1))
    yield _refused_text("reply_critical", "An unknown critical member.", critical)
    for variant, number, parts in (
        ("equal", 1, 1),
        ("above", 5, 3),
        ("none", 0, 0),
        ("many", 0, 65),
    ):
        bad = spoiled(MESSAGE, lambda value, n=number, m=parts: value.update(part=n, parts=m))  # type: ignore[misc]
        yield _refused_text("reply_part", f"Part {number} of {parts}.", bad, variant)


def _opening(made: Record, keys: list[SigningKey]) -> Members:
    """Return the inputs of a call that opens a record as its own reader would."""
    return {
        **_THREAD,
        "chain": made.chain.secret.hex(),
        "recipient_id": "board",
        "signing_keys": [key.public_key.hex() for key in keys],
        "record": made.sealed().hex(),
    }


def _refused(
    rule: str,
    what: str,
    made: Record,
    variant: str = "",
    *,
    expect: str = "Unauthentic",
    keys: list[SigningKey] | None = None,
    **changed: str,
) -> Vector:
    opening = _opening(made, [SIGNING["board"]] if keys is None else keys) | changed
    return refused(rule, what, expect, "open_reply", variant=variant, **opening)


def _refused_bytes(rule: str, what: str, expect: str, sealed: bytes, variant: str = "") -> Vector:
    return _refused(rule, what, record(), variant, expect=expect, record=sealed.hex())


def _refused_text(rule: str, what: str, message: bytes, variant: str = "") -> Vector:
    return refused(
        rule, what, "Malformed", "parse_reply_message", variant=variant, text=message.decode()
    )
