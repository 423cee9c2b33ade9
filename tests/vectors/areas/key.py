"""KEM public keys that cannot be sealed to: SPEC 4."""

from collections.abc import Iterator

from crypto.hpke import KemSecretKey
from tests.vectors.vector import Vector, accepted, randomness, refused

GOOD = KemSecretKey(randomness("a KEM key", 32)).public_key

_P = 2**255 - 19
# The points of small order of Curve25519 and its twist, and other ways to write them.
LOW_ORDER = {
    "zero": 0,
    "one": 1,
    "order_8": 325606250916557431795983626356110631294008115727848805560023387167927233504,
    "order_8_twist": 39382357235489614581723060781553021112529911719440698176882885853963445705823,
    "minus_one": _P - 1,
    "zero_not_reduced": _P,
    "one_not_reduced": _P + 1,
    "zero_high_bit": 1 << 255,
    "minus_one_high_bit": _P - 1 + (1 << 255),
}

_MODULUS = 3329


def vectors() -> Iterator[Vector]:
    """Yield a good key, and each kind of bad one."""
    yield accepted(
        "key_ok", "A KEM public key from a seed.", "check_kem_public_key", None, key=GOOD.hex()
    )
    for variant, key in (("short", GOOD[:-1]), ("long", GOOD + b"\0"), ("empty", b"")):
        yield _refused("key_size", f"A KEM public key of {len(key)} bytes.", variant, key)
    for variant, number in LOW_ORDER.items():
        key = with_x25519(number)
        yield _refused("key_low_order", "The X25519 half has a small order.", variant, key)
    for variant, index, value in (
        ("first", 0, _MODULUS),
        ("second", 1, _MODULUS),
        ("last", 767, 4095),
    ):
        key = with_coefficient(index, value)
        yield _refused("key_modulus", f"ML-KEM coefficient {index} is {value}.", variant, key)


def with_x25519(number: int) -> bytes:
    """Return a KEM public key with this X25519 half."""
    return GOOD[:1184] + number.to_bytes(32, "little")


def with_coefficient(index: int, value: int) -> bytes:
    """Return a KEM public key with this ML-KEM coefficient."""
    at, odd = index // 2 * 3, index % 2
    pair = int.from_bytes(GOOD[at : at + 3], "little")
    pair = pair & 0xFFF | value << 12 if odd else pair & 0xFFF000 | value
    return GOOD[:at] + pair.to_bytes(3, "little") + GOOD[at + 3 :]


def _refused(rule: str, what: str, variant: str, key: bytes) -> Vector:
    return refused(rule, what, "Malformed", "check_kem_public_key", variant=variant, key=key.hex())
