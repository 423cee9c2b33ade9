"""A form says what a source is asked, and a client passes over what it does not know: SPEC 10.5."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, ProtocolError, Unauthentic
from crypto.form import FORM_MAX_SIZE, first_form, form_hash, is_question_id, parse_form, read_form
from crypto.payload import parse_payload
from crypto.sizes import PAYLOAD_MAX_SIZE
from crypto.strict_json import encode_json
from tests.vectors.forms import CHOICE, FORM, LATER, TEXT, form
from tests.vectors.messages import message, payload_of


def test_the_first_form_asks_five_questions_in_every_language_alike() -> None:
    questions = parse_form(first_form()).questions

    assert [question.kind for question in questions] == ["text"] * 5
    languages = {tuple(sorted(question.heading)) for question in questions}
    assert len(languages) == 1
    assert {"en", "ru"} <= set(*languages)


def test_answers_to_all_of_the_first_form_fit_an_envelope() -> None:
    questions = parse_form(first_form()).questions
    answers = {question.id: "x" * question.most for question in questions}

    payload = payload_of(message(answers=answers))

    assert parse_payload(payload).answers == answers
    assert len(payload) < PAYLOAD_MAX_SIZE


def test_a_question_of_an_unknown_kind_is_known_by_its_heading_alone() -> None:
    question = parse_form(form(LATER)).questions[0]

    assert (question.id, question.kind, question.heading) == ("map", "map", LATER["heading"])
    assert (question.files, question.most, question.choices) == (False, 0, ())


def test_a_form_is_read_by_the_hash_of_the_directory_alone() -> None:
    read_form(FORM, form_hash(FORM))

    with pytest.raises(Unauthentic):
        read_form(FORM, form_hash(form(TEXT)))


@given(st.integers(0, len(FORM) - 1), st.integers(1, 255))
def test_an_altered_form_is_refused_or_another_form(place: int, change: int) -> None:
    altered = bytearray(FORM)
    altered[place] ^= change

    with pytest.raises(Unauthentic):
        read_form(bytes(altered), form_hash(FORM))
    try:
        parse_form(bytes(altered))
    except Malformed:
        return


@given(st.binary(max_size=300))
def test_random_bytes_are_no_form(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_form(data)


def test_a_form_is_as_long_as_it_may_be_and_no_longer() -> None:
    room = FORM_MAX_SIZE - len(form(TEXT, more=""))
    parse_form(form(TEXT, more="x" * room))

    with pytest.raises(Malformed):
        parse_form(form(TEXT, more="x" * (room + 1)))


@pytest.mark.parametrize("text", ["a", "a-_9", "a" * 32])
def test_ids_are_those_that_can_be_members_of_answers(text: str) -> None:
    assert is_question_id(text)
    encode_json({text: 1})


@pytest.mark.parametrize("text", ["", "1", "-a", "A", "a" * 33, "a b", "a\n", "é"])
def test_what_could_not_be_a_member_of_answers_is_no_id(text: str) -> None:
    assert not is_question_id(text)
    with pytest.raises(Malformed):
        encode_json({text: 1})


def test_a_form_that_was_written_by_hand_is_no_form_until_it_is_encoded() -> None:
    """As an office might write one: with white space."""
    value = json.loads(form(TEXT, CHOICE))

    with pytest.raises(Malformed):
        parse_form(json.dumps(value, indent=1).encode())
    assert parse_form(encode_json(value)) == parse_form(form(TEXT, CHOICE))
