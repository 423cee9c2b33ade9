"""A message is read by those it was sealed for, whole, and by nobody else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.chunks import chunk_count, new_file_key
from crypto.codename import new_codename
from crypto.envelope import (
    BODY_AT,
    SLOTS_AT,
    Message,
    SealTo,
    build_payload,
    close_envelope,
    envelope_address,
    new_message_id,
    seal_envelope,
    split_text,
)
from crypto.errors import Contradictory, Malformed, TooLarge, Unauthentic
from crypto.hpke import new_kem_secret_key
from crypto.names import Day, FormHash, GenesisId, KeyHash, Week
from crypto.office.envelope import (
    IntakeSecret,
    OpenedSlot,
    open_body,
    open_envelope,
    open_slot,
)
from crypto.padding import padded_chunk_count
from crypto.payload import (
    Answer,
    Attachment,
    Fill,
    SealedFor,
    TextRest,
    encode_payload,
    parse_payload,
)
from crypto.signing import SigningKey
from crypto.sizes import ENVELOPE_SIZE, PAYLOAD_MAX_SIZE
from crypto.source_keys import derive_source_keys, pair_chain, set_token

GENESIS_ID = GenesisId(bytes(range(32)))
WEEK = Week(3000)
SOURCE = derive_source_keys(new_codename(), GENESIS_ID)
IDS = ("a", "b", "c", "d")
SECRETS = {one: IntakeSecret(WEEK, new_kem_secret_key()) for one in IDS}
SIGNING = {one: SigningKey(one.encode().ljust(32)).public_key for one in IDS}
SEAL_TO = [SealTo(one, SECRETS[one].key.public_key, WEEK, signing_key=SIGNING[one]) for one in IDS]
MESSAGE = Message(
    kind="report",
    message_id=new_message_id(),
    day=Day(7 * WEEK),
    language="ru",
    client="tests",
    delegation=1,
    sequence=2,
    form=FormHash(bytes(32)),
    answers={"who": "Кто-то"},
    text="Что-то",
)
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_recipient_reads_the_same_and_no_other_does(count: int) -> None:
    envelope = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:count])

    opened = [open_envelope(envelope, GENESIS_ID, one, [SECRETS[one]]) for one in IDS[:count]]

    assert len({one.payload_bytes for one in opened}) == 1
    assert len({one.slot.slot for one in opened}) == count
    for stranger in IDS[count:]:
        with pytest.raises(Unauthentic):
            open_envelope(envelope, GENESIS_ID, stranger, [SECRETS[stranger]])


def test_what_is_opened_tells_the_thread_and_the_set() -> None:
    envelope = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:2])

    opened = open_envelope(envelope, GENESIS_ID, "b", [SECRETS["b"]])

    assert opened.thread_id == SOURCE.thread_id
    assert opened.payload.set_token == set_token(SOURCE, ["a", "b"])
    assert opened.payload.signing_key == SOURCE.thread_id
    assert opened.payload.text == MESSAGE.text
    assert opened.payload.answers == MESSAGE.answers


def test_a_slot_holds_the_pair_chain_of_its_recipient_and_of_the_week_of_its_key() -> None:
    envelope = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:2])

    slots = [open_slot(envelope, GENESIS_ID, one, [SECRETS[one]]) for one in IDS[:2]]

    assert [slot.chain for slot in slots] == [
        pair_chain(SOURCE, one, SIGNING[one], WEEK) for one in IDS[:2]
    ]
    assert slots[0].content_key == slots[1].content_key
    assert {slot.thread_id for slot in slots} == {SOURCE.thread_id}


def test_a_slot_that_a_recipient_copied_into_a_message_of_its_own_is_refused() -> None:
    """Finding: issue 11, a co-recipient could count another's answers by what the other opens."""
    victim = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:2])
    known, other = (open_slot(victim, GENESIS_ID, one, [SECRETS[one]]) for one in ("a", "b"))
    mallory = derive_source_keys(new_codename(), GENESIS_ID)
    # It was sealed to "a" as well, which so knows the content key; the slot is that of "b".
    slots = victim[SLOTS_AT:BODY_AT]
    sealed_for = (
        SealedFor("b", other.key_hash, other.slot),
        SealedFor("c", KeyHash(bytes(32)), (other.slot + 1) % 4),
    )
    own = build_payload(MESSAGE, mallory, SEAL_TO[1:3], (0, 1))
    payload = encode_payload(replace(own, recipients=sealed_for))
    copied = close_envelope(
        content_key=known.content_key, slots=slots, payload=payload, source=mallory
    )

    with pytest.raises(Contradictory):
        open_envelope(copied, GENESIS_ID, "b", [SECRETS["b"]])


def test_a_slot_is_opened_in_the_name_of_its_recipient_alone() -> None:
    envelope = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:1])

    with pytest.raises(Unauthentic):
        open_slot(envelope, GENESIS_ID, "b", [SECRETS["a"]])


def test_slots_are_taken_in_random_order() -> None:
    slots = {
        open_slot(seal_envelope(MESSAGE, SOURCE, SEAL_TO[:1]), GENESIS_ID, "a", [SECRETS["a"]]).slot
        for _ in range(60)
    }

    assert slots == {0, 1, 2, 3}


def test_sealing_again_gives_an_unlike_envelope_of_the_same_size() -> None:
    first, second = (seal_envelope(MESSAGE, SOURCE, SEAL_TO) for _ in range(2))

    assert len(first) == len(second) == ENVELOPE_SIZE
    assert envelope_address(first) != envelope_address(second)
    # Of random bytes that are compared, one in 256 is alike.
    alike = sum(one == other for one, other in zip(first, second, strict=True))
    assert alike < ENVELOPE_SIZE // 64


ENVELOPE = seal_envelope(MESSAGE, SOURCE, SEAL_TO[:2])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, ENVELOPE_SIZE * 8 - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    """Finding: Hush Line, bodies for several recipients unprotected."""
    envelope = bytearray(ENVELOPE)
    envelope[bit // 8] ^= 1 << bit % 8

    with pytest.raises((Malformed, Unauthentic)):
        open_envelope(bytes(envelope), GENESIS_ID, "a", [SECRETS["a"]])


def test_a_body_is_opened_later_by_what_was_kept_of_its_slot() -> None:
    slot = open_slot(ENVELOPE, GENESIS_ID, "a", [SECRETS["a"]])
    kept = (slot.slot, slot.content_key, slot.chain, slot.thread_id, slot.week, slot.key_hash)

    opened = open_body(ENVELOPE, GENESIS_ID, "a", OpenedSlot(*kept))

    assert opened.payload.text == MESSAGE.text


def test_a_body_that_is_refused_leaves_its_slot_open() -> None:
    spoiled = ENVELOPE[:-1] + bytes([ENVELOPE[-1] ^ 1])
    slot = open_slot(spoiled, GENESIS_ID, "a", [SECRETS["a"]])

    with pytest.raises(Unauthentic):
        open_body(spoiled, GENESIS_ID, "a", slot)
    assert open_body(ENVELOPE, GENESIS_ID, "a", slot).payload.text == MESSAGE.text


@pytest.mark.parametrize(
    ("day", "within"),
    [
        (7 * WEEK - 3, False),
        (7 * WEEK - 2, True),
        (7 * WEEK, True),
        (7 * WEEK + 15, True),
        (7 * WEEK + 16, False),
    ],
)
def test_a_key_past_its_dates_is_flagged_and_not_refused(day: Day, within: bool) -> None:
    envelope = seal_envelope(replace(MESSAGE, day=day), SOURCE, SEAL_TO[:1])

    opened = open_envelope(envelope, GENESIS_ID, "a", [SECRETS["a"]])

    assert opened.within_key_dates is within


def test_a_key_that_cannot_be_sealed_to_is_refused_before_anything_is_made() -> None:
    """Finding: Hush Line, V-002 unsafe fallback when encryption failed."""
    low_order = replace(SEAL_TO[0], public_key=SEAL_TO[0].public_key[:1184] + bytes(32))

    with pytest.raises(Malformed):
        seal_envelope(MESSAGE, SOURCE, [low_order])


@pytest.mark.parametrize("recipients", [[], [*SEAL_TO, replace(SEAL_TO[0], id="e")]])
def test_no_recipients_or_five_are_refused(recipients: list[SealTo]) -> None:
    with pytest.raises(Malformed):
        seal_envelope(MESSAGE, SOURCE, recipients)


def test_one_recipient_twice_is_refused() -> None:
    """Finding: several, a recipient served twice."""
    with pytest.raises(Malformed):
        seal_envelope(MESSAGE, SOURCE, [SEAL_TO[0], replace(SEAL_TO[1], id="a")])


@pytest.mark.parametrize("name", ["../a", "", "a\u202eb", "a\U00013439b", "x" * 121])
def test_a_bad_name_costs_the_name_and_never_the_message(name: str) -> None:
    """Finding: issue 11, a name newer than the desk's Unicode set a whole report aside."""
    attachment = replace(_attachment(0), name=name)
    envelope = seal_envelope(replace(MESSAGE, attachments=(attachment,)), SOURCE, SEAL_TO[:1])

    opened = open_envelope(envelope, GENESIS_ID, "a", [SECRETS["a"]])

    assert [one.name for one in opened.payload.attachments] == ["file"]
    assert opened.payload.text == MESSAGE.text


def test_what_a_reader_would_refuse_is_not_sealed() -> None:
    without_fill = replace(MESSAGE, attachments=tuple(_attachment(n) for n in range(3)))

    with pytest.raises(Contradictory):
        seal_envelope(without_fill, SOURCE, SEAL_TO)


def test_a_payload_of_one_byte_too_many_is_too_large() -> None:
    """Finding: OnionShare, no limit of a text."""
    kept, _ = split_text(MESSAGE, IDS, "a" * 50_000)
    full = replace(MESSAGE, text=kept + "a" * _room_of_rest())
    seal_envelope(full, SOURCE, SEAL_TO)

    with pytest.raises(TooLarge):
        seal_envelope(replace(full, text=full.text + "a"), SOURCE, SEAL_TO)


def _room_of_rest() -> int:
    """Return how many more letters fit where no rest is described."""
    kept, rest = split_text(MESSAGE, IDS, "a" * 50_000)
    described = replace(MESSAGE, text=kept, rest=_rest(len(rest)))
    return (
        _payload_size(described) - _payload_size(replace(described, rest=None)) + _spare(described)
    )


def _spare(message: Message) -> int:
    return PAYLOAD_MAX_SIZE - _payload_size(message)


def _payload_size(message: Message) -> int:
    opened = open_envelope(seal_envelope(message, SOURCE, SEAL_TO), GENESIS_ID, "a", [SECRETS["a"]])
    return len(opened.payload_bytes)


@settings(max_examples=60, deadline=None)
@given(TEXT.filter(bool), st.integers(0, 4), st.data())
def test_a_text_is_split_at_the_last_character_that_fits(
    pattern: str, attached: int, draw: st.DataObject
) -> None:
    text = (pattern * 30_000)[: draw.draw(st.integers(0, 30_000))]
    message = replace(MESSAGE, attachments=tuple(_attachment(number) for number in range(attached)))

    kept, rest = split_text(message, IDS, text)

    assert kept.encode() + rest == text.encode()
    assert _spare(_described(message, kept, rest)) >= 0
    if rest:
        more = text[: len(kept) + 1]
        with pytest.raises(TooLarge):
            seal_envelope(_described(message, more, text[len(more) :].encode()), SOURCE, SEAL_TO)


def test_a_text_that_leaves_no_room_beside_answers_is_too_large() -> None:
    answers = {f"q{number}": "\x01" * 2000 for number in range(3)}

    with pytest.raises(TooLarge):
        split_text(replace(MESSAGE, answers=answers), IDS, "a")


def test_a_text_with_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Malformed):
        split_text(MESSAGE, IDS, "\ud800")


@settings(max_examples=40)
@given(
    TEXT,
    st.dictionaries(
        NAMES, TEXT | st.lists(NAMES, min_size=1, max_size=5, unique=True).map(tuple), max_size=8
    ),
)
def test_a_payload_is_read_as_it_was_written(text: str, answers: dict[str, Answer]) -> None:
    opened = open_envelope(ENVELOPE, GENESIS_ID, "a", [SECRETS["a"]])
    payload = replace(opened.payload, text=text, answers=answers)

    assert parse_payload(encode_payload(payload)) == payload


def _described(message: Message, kept: str, rest: bytes) -> Message:
    """Return the message with a rest of these bytes, and the fill that it asks for."""
    described = _rest(len(rest)) if rest else None
    chunks = sum(one.chunks for one in message.attachments) + (described.chunks if described else 0)
    filling = padded_chunk_count(chunks) - chunks
    fill = Fill(new_file_key(), filling) if filling else None
    return replace(message, text=kept, rest=described, fill=fill)


def _rest(size: int) -> TextRest:
    return TextRest(size, new_file_key(), chunk_count(size), bytes(32))


def _attachment(number: int) -> Attachment:
    return Attachment(f"{number}", 10, "text/plain", new_file_key(), 1, bytes(32))
