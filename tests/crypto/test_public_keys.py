"""Recipient ids have one form, and keys that cannot be sealed to are found: SPEC 2 and 4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed
from crypto.hpke import KemSecretKey, hpke_seal
from crypto.public_keys import check_kem_public_key, recipient_bytes


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True))
def test_an_id_becomes_32_bytes_from_which_it_can_be_read(recipient_id: str) -> None:
    rid = recipient_bytes(recipient_id)

    assert len(rid) == 32
    assert rid.rstrip(b"\0").decode() == recipient_id


@pytest.mark.parametrize(
    "text",
    ["", "-a", "_a", "a b", "a/b", "..", "a.b", "a\n", "a\0", "é", "а", "a" * 33],
)
def test_an_id_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        recipient_bytes(text)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_made_from_a_seed_can_be_sealed_to(seed: bytes) -> None:
    check_kem_public_key(KemSecretKey(seed).public_key)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 1215), st.integers(0, 255))
def test_an_altered_key_is_refused_or_can_be_sealed_to(seed: bytes, place: int, byte: int) -> None:
    key = bytearray(KemSecretKey(seed).public_key)
    key[place] = byte
    try:
        check_kem_public_key(bytes(key))
    except Malformed:
        return
    assert len(hpke_seal(bytes(key), info=b"info", plaintext=b"")) == 1136
