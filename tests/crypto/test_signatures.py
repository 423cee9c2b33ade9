"""Signatures hold for one key, label, office and message: SPEC 4.1."""

import hashlib
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Unauthentic
from crypto.labels import Label, bound
from crypto.names import GenesisId
from crypto.signatures import check_signature, signed_text
from crypto.signing import SigningKey
from tests.vectors.curve import BASE, IDENTITY, ORDER, at, torsion

SEEDS = st.binary(min_size=32, max_size=32)
OFFICE = GenesisId(bytes(range(32)))
KEY = SigningKey(b"k" * 32)
MESSAGE = b"a message"
SIGNATURE = KEY.sign(Label.CARD, OFFICE, MESSAGE)


def _with_a_bit_changed(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        yield bytes(altered)


@given(SEEDS, st.sampled_from(Label), SEEDS, st.binary(max_size=200))
def test_a_signature_holds(seed: bytes, label: Label, office: bytes, message: bytes) -> None:
    key = SigningKey(seed)

    check_signature(
        key.public_key,
        signature=key.sign(label, GenesisId(office), message),
        label=label,
        genesis_id=GenesisId(office),
        message=message,
    )


@given(SEEDS, st.binary(max_size=200))
def test_another_library_makes_the_same_signature_of_the_signed_text(
    seed: bytes, message: bytes
) -> None:
    other = Ed25519PrivateKey.from_private_bytes(seed)

    signature = SigningKey(seed).sign(Label.BATCH, OFFICE, message)

    assert signature == other.sign(bound(Label.BATCH, OFFICE) + message)


def test_the_signed_text_begins_with_the_bound_label() -> None:
    expected = b"\x0efidelio/1 card" + OFFICE + MESSAGE

    assert signed_text(Label.CARD, OFFICE, MESSAGE) == expected


def test_no_bit_of_a_signature_can_be_changed() -> None:
    for altered in _with_a_bit_changed(SIGNATURE):
        with pytest.raises(Unauthentic):
            check_signature(
                KEY.public_key,
                signature=altered,
                label=Label.CARD,
                genesis_id=OFFICE,
                message=MESSAGE,
            )


def test_no_bit_of_a_key_can_be_changed() -> None:
    for altered in _with_a_bit_changed(KEY.public_key):
        with pytest.raises(Unauthentic):
            check_signature(
                altered,
                signature=SIGNATURE,
                label=Label.CARD,
                genesis_id=OFFICE,
                message=MESSAGE,
            )


@given(st.sampled_from([label for label in Label if label is not Label.CARD]))
def test_a_signature_holds_for_no_other_label(label: Label) -> None:
    """Finding: several, key-type confusion."""
    with pytest.raises(Unauthentic):
        check_signature(
            KEY.public_key,
            signature=SIGNATURE,
            label=label,
            genesis_id=OFFICE,
            message=MESSAGE,
        )


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_random_keys_and_signatures_are_refused(key: bytes, signature: bytes) -> None:
    with pytest.raises(Unauthentic):
        check_signature(
            key,
            signature=signature,
            label=Label.CARD,
            genesis_id=OFFICE,
            message=MESSAGE,
        )


@given(SEEDS)
def test_a_signing_key_does_not_show_its_seed(seed: bytes) -> None:
    key = SigningKey(seed)

    assert repr(key) == str(key) == f"{key}" == "SigningKey(hidden)"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_of_another_size_is_not_taken(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(bytes(size))


def test_the_generators_curve_is_that_of_the_libraries() -> None:
    scalar = bytearray(hashlib.sha512(KEY.seed).digest()[:32])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64

    assert bytes(int.from_bytes(scalar, "little") * BASE) == KEY.public_key
    assert ORDER * BASE == IDENTITY
    assert at(BASE.y) == BASE


def test_the_generators_small_points_have_the_order_they_say() -> None:
    assert [torsion(order).order for order in (1, 2, 4, 8)] == [1, 2, 4, 8]
