"""Reply records: SPEC 9."""

from collections.abc import Callable, Iterator

from crypto.replies import bucket, bucket_value, encode_reply_message, reply_tag
from crypto.signing import SigningKey
from crypto.sizes import REPLY_MESSAGE_MAX_SIZE
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
)
from tests.vectors.records import PART, Record, part, record
from tests.vectors.vector import Vector, accepted, refused

MESSAGE = encode_reply_message(PART)
_SOURCE = {"bits": CODENAME.bits.hex(), "genesis_id": GENESIS_ID.hex()}
_Spoil = Callable[[Members], object]


def vectors() -> Iterator[Vector]:
    """Yield tags, buckets and records that are read, and each kind that is not."""
    yield from _places()
    yield from _good()
    yield from _bad_records()
    yield from _bad_signatures()
    yield from _bad_messages()


def _places() -> Iterator[Vector]:
    indexes = [0, 1, 255, 256, 511]
    for recipient in RECIPIENTS:
        yield accepted(
            f"reply_ok_tags_{recipient}",
            "Tags of a recipient's records.",
            "reply_tag",
            [
                reply_tag(SOURCE.thread_secret, GENESIS_ID, recipient, index).hex()
                for index in indexes
            ],
            **_SOURCE,
            recipient_id=recipient,
            indexes=indexes,
        )
    own = bucket(SOURCE.thread_secret, GENESIS_ID)
    bits = [0, 1, 2, 7, 8, 9, 20]
    yield accepted(
        "reply_ok_bucket",
        "Where on the board a thread's replies lie.",
        "bucket",
        {"bucket": own.hex(), "values": [bucket_value(own, count) for count in bits]},
        **_SOURCE,
        bits_asked=bits,
    )


def _good() -> Iterator[Vector]:
    largest = part(text="a" * (REPLY_MESSAGE_MAX_SIZE - len(encode_reply_message(part(text="")))))
    for variant, made, keys in (
        ("", record(), [SIGNING["board"]]),
        ("second_key", record(), [RETIRED, SIGNING["board"]]),
        ("retired_key", record(signer=RETIRED), [SIGNING["board"], RETIRED]),
        ("last_index", record(index=511), [SIGNING["board"]]),
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
            **_opening(made.sealed(), keys),
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
        yield _refused("reply_size", f"{len(sealed)} bytes.", "Malformed", sealed, variant)
    for variant, at in (("enc", 16), ("share", 1110), ("content", 2000), ("tag", 4095)):
        altered = bytearray(good)
        altered[at] ^= 1
        what = f"Byte {at} was altered."
        yield _refused("reply_altered", what, "Unauthentic", bytes(altered), variant)
    other_key = record(reply_key=OTHER_SOURCE.reply.public_key)
    yield _refused_record("reply_altered", "Sealed to another source.", other_key, "other_source")
    other_office = record(genesis_id=OTHER_GENESIS_ID)
    yield _refused_record("reply_altered", "Sealed by another office.", other_office, "office")
    moved = record(index=1).tag + good[16:]
    yield _refused("reply_tag_moved", "The tag of another record.", "Unauthentic", moved)
    bad_tag = record(signed_tag=record(index=1).tag)
    yield _refused_record("reply_tag_moved", "Signed for another tag.", bad_tag, "signed")
    for variant, made in (
        ("last", record(padding=b"\1")),
        ("length", record(length=2941)),
        ("only_signature", record(length=64, padding=bytes(2940))),
    ):
        yield _refused("reply_padding", "Badly padded.", "Malformed", made.sealed(), variant)


def _bad_signatures() -> Iterator[Vector]:
    message = record().message
    yield _refused_record(
        "reply_signature",
        "Signed text that is not in the record.",
        Record(message, signed_tag=bytes(16)),
    )
    yield _refused_record("reply_signer", "Signed by a key not named.", record(signer=RETIRED))
    yield _refused(
        "reply_signer",
        "The directory names no key.",
        "Unauthentic",
        record().sealed(),
        "no_key",
        keys=[],
    )
    for variant, made in (
        ("signer", record(signer=SIGNING["investigations"])),
        ("signed", record(signed_recipient="investigations")),
    ):
        what = "Written by one recipient in another's name."
        yield _refused_record("reply_recipient", what, made, variant)
    other_thread = record(signed_thread=OTHER_SOURCE.thread_id)
    yield _refused_record("reply_thread", "Signed for another thread.", other_thread)


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
    sealed = Record(white_space).sealed()
    yield _refused("reply_json", "White space, sealed and signed.", "Malformed", sealed, "sealed")
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


def _opening(sealed: bytes, keys: list[SigningKey]) -> Members:
    return {
        **_SOURCE,
        "recipient_id": "board",
        "signing_keys": [key.public_key.hex() for key in keys],
        "record": sealed.hex(),
    }


def _refused(
    rule: str,
    what: str,
    expect: str,
    sealed: bytes,
    variant: str = "",
    keys: list[SigningKey] | None = None,
) -> Vector:
    opening = _opening(sealed, [SIGNING["board"]] if keys is None else keys)
    return refused(rule, what, expect, "open_reply", variant=variant, **opening)


def _refused_record(rule: str, what: str, made: Record, variant: str = "") -> Vector:
    return _refused(rule, what, "Unauthentic", made.sealed(), variant)


def _refused_text(rule: str, what: str, message: bytes, variant: str = "") -> Vector:
    return refused(
        rule, what, "Malformed", "parse_reply_message", variant=variant, text=message.decode()
    )
