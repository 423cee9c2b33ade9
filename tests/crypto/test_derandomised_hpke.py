"""The HPKE of the vectors and the library that seals in earnest are one and the same."""

import secrets

import pytest
from cryptography.exceptions import InvalidTag

from crypto.errors import Unauthentic
from crypto.hpke import hpke_open, hpke_seal, new_kem_secret_key
from tests.vectors import derandomised_hpke

INFO = b"what this is for"


def test_the_library_opens_what_the_vectors_seal() -> None:
    key = new_kem_secret_key()

    sealed = derandomised_hpke.seal(key.public_key, INFO, b"words", secrets.token_bytes(64))

    assert hpke_open(key, info=INFO, sealed=sealed) == b"words"


def test_the_vectors_open_what_the_library_seals() -> None:
    key = new_kem_secret_key()

    sealed = hpke_seal(key.public_key, info=INFO, plaintext=b"words")

    assert derandomised_hpke.open_sealed(key.seed, INFO, sealed) == b"words"


def test_decapsulating_gives_what_encapsulating_gave() -> None:
    key = new_kem_secret_key()

    secret, enc = derandomised_hpke.encapsulate(key.public_key, secrets.token_bytes(64))

    assert derandomised_hpke.decapsulate(key.seed, enc) == secret


def test_equal_randomness_gives_equal_bytes() -> None:
    key, chance = new_kem_secret_key(), secrets.token_bytes(64)

    first = derandomised_hpke.seal(key.public_key, INFO, b"words", chance)

    assert derandomised_hpke.seal(key.public_key, INFO, b"words", chance) == first


def test_neither_opens_what_was_sealed_for_another_purpose() -> None:
    key = new_kem_secret_key()
    sealed = derandomised_hpke.seal(key.public_key, INFO, b"words", secrets.token_bytes(64))

    with pytest.raises(Unauthentic):
        hpke_open(key, info=b"something else", sealed=sealed)
    with pytest.raises(InvalidTag):
        derandomised_hpke.open_sealed(key.seed, b"something else", sealed)
