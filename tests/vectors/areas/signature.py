"""Signatures on which libraries disagree, and the rule that all of us follow: SPEC 4.1.

Each has one fault. Where it can be, the equation of RFC 8032 holds all the same, so that the
equation alone would accept it.
"""

from collections.abc import Iterator
from itertools import count

from crypto.labels import Label
from crypto.signatures import signed_text
from crypto.signing import SigningKey
from tests.vectors.curve import BASE, ORDER, P, challenge, encode, torsion
from tests.vectors.people import GENESIS_ID, OTHER_GENESIS_ID
from tests.vectors.vector import Vector, accepted, randomness, refused

KEY = SigningKey(randomness("key of the signatures", 32))
OTHER_KEY = SigningKey(randomness("another key of the signatures", 32))
LABEL = Label.DIRECTORY
MESSAGE = b"What was signed."
SIGNED = signed_text(LABEL, GENESIS_ID, MESSAGE)

_SECRET = int.from_bytes(randomness("secret number of the signatures", 32), "little") % ORDER
_PUBLIC = _SECRET * BASE
_ORDERS = (2, 4, 8)


def vectors() -> Iterator[Vector]:
    """Yield signatures that are valid, and one or more of each class that is not."""
    yield from _good()
    yield from _altered()
    yield from _scalars()
    yield from _keys()
    yield from _points()


def _good() -> Iterator[Vector]:
    for variant, message in (("", MESSAGE), ("_empty", b""), ("_long", bytes(1000))):
        signature = KEY.sign(LABEL, GENESIS_ID, message)
        yield _accepted(
            f"signature_ok{variant}", "A signature.", KEY.public_key, signature, message
        )
    number = randomness("number of an unusual signature", 32)
    point = int.from_bytes(number, "little") % ORDER * BASE
    signature = _sign(bytes(_PUBLIC), bytes(point), int.from_bytes(number, "little"))
    what = "A signature whose number was not made the usual way, which nobody can tell."
    yield _accepted("signature_ok_number", what, bytes(_PUBLIC), signature, MESSAGE)


def _altered() -> Iterator[Vector]:
    rule, good = "signature_altered", KEY.sign(LABEL, GENESIS_ID, MESSAGE)
    yield _refused(rule, "r", "R of another message.", KEY.public_key, _with_r_of(b"", good))
    other_s = good[:32] + KEY.sign(LABEL, GENESIS_ID, b"")[32:]
    yield _refused(rule, "s", "S of another message.", KEY.public_key, other_s)
    yield _refused(rule, "key", "Made by another key.", OTHER_KEY.public_key, good)
    for variant, size in (("none", 0), ("short", 63), ("long", 65)):
        signature = good[:size].ljust(size, b"\0")
        yield _refused(rule, variant, f"{size} bytes.", KEY.public_key, signature)
    for variant, key in (("key_short", KEY.public_key[:31]), ("key_long", KEY.public_key + b"\0")):
        yield _refused(rule, variant, "A key of another size.", key, good)
    for variant, members in {
        "message": {"message": b"What was signed?".hex()},
        "label": {"label": Label.CARD.name},
        "office": {"genesis_id": OTHER_GENESIS_ID.hex()},
    }.items():
        what = f"Made for another {variant}."
        yield _refused(rule, variant, what, KEY.public_key, good, **members)


def _scalars() -> Iterator[Vector]:
    good = KEY.sign(LABEL, GENESIS_ID, MESSAGE)
    scalar = int.from_bytes(good[32:], "little")
    for times in (1, 2, 14):
        larger = (scalar + times * ORDER).to_bytes(32, "little")
        what = f"S is larger by {times} times the order, which changes no equation."
        yield _refused("signature_s_range", f"{times}", what, KEY.public_key, good[:32] + larger)


def _keys() -> Iterator[Vector]:
    for order in (1, *_ORDERS):
        key = bytes(torsion(order))
        what = f"A is a point of order {order}; the equation holds for it."
        signature = _sign_for_any(key, order, 0)
        yield _refused("signature_key_small_order", f"{order}", what, key, signature)
    for order in _ORDERS:
        key = bytes(_PUBLIC + torsion(order))
        what = f"A is a true key plus a point of order {order}; the equation holds."
        signature = _sign_for_any(key, order, _SECRET)
        yield _refused("signature_key_mixed_order", f"{order}", what, key, signature)
    for variant, key in _NOT_CANONICAL.items():
        what = "A is written in a way that is not its own; the equation holds."
        signature = _sign_for_any(key, 4, 0)
        yield _refused("signature_key_not_canonical", variant, what, key, signature)


def _points() -> Iterator[Vector]:
    key = bytes(_PUBLIC)
    for order in (1, *_ORDERS):
        what = f"R is a point of order {order}, S is for the number 0."
        signature = _sign(key, bytes(torsion(order)), 0)
        yield _refused("signature_r_small_order", f"{order}", what, key, signature)
    for order in _ORDERS:
        number = int.from_bytes(randomness("number of a signature", 32), "little")
        what = f"R has a point of order {order} added; eight times the equation holds."
        signature = _sign(key, bytes(number % ORDER * BASE + torsion(order)), number)
        yield _refused("signature_r_mixed_order", f"{order}", what, key, signature)
    for variant, point in _NOT_CANONICAL.items():
        what = "R is written in a way that is not its own, S is for the number 0."
        signature = _sign(key, point, 0)
        yield _refused("signature_r_not_canonical", variant, what, key, signature)


# Only small points have a second encoding with a known secret number: y not reduced, or a zero x
# with a sign.
_NOT_CANONICAL = {
    "identity": encode(P + 1, 0),
    "identity_sign": encode(1, 1),
    "identity_both": encode(P + 1, 1),
    "order_2_sign": encode(P - 1, 1),
    "order_4": encode(P, 0),
    "order_4_sign": encode(P, 1),
}


def _sign(key: bytes, point: bytes, number: int) -> bytes:
    """Return the signature with R as given, S made from the number behind it."""
    scalar = (number + challenge(point, key, SIGNED) * _SECRET) % ORDER
    return point + scalar.to_bytes(32, "little")


def _sign_for_any(key: bytes, order: int, secret: int) -> bytes:
    """Return a signature whose k is a multiple of `order`, so that a small point does not show."""
    for attempt in count():
        number = int.from_bytes(randomness(f"attempt {attempt}", 32), "little") % ORDER
        point = bytes(number * BASE)
        k = challenge(point, key, SIGNED)
        if k % order == 0:
            return point + ((number + k * secret) % ORDER).to_bytes(32, "little")
    raise ValueError("no number does")


def _with_r_of(message: bytes, signature: bytes) -> bytes:
    return KEY.sign(LABEL, GENESIS_ID, message)[:32] + signature[32:]


def _members(key: bytes, signature: bytes, message: bytes) -> dict[str, object]:
    return {
        "public_key": key.hex(),
        "signature": signature.hex(),
        "label": LABEL.name,
        "genesis_id": GENESIS_ID.hex(),
        "message": message.hex(),
    }


def _accepted(name: str, what: str, key: bytes, signature: bytes, message: bytes) -> Vector:
    members = _members(key, signature, message)
    return accepted(name, what, "check_signature", None, **members)


def _refused(
    rule: str, variant: str, what: str, key: bytes, signature: bytes, **changed: str
) -> Vector:
    members = _members(key, signature, MESSAGE) | changed
    return refused(rule, what, "Unauthentic", "check_signature", variant=variant, **members)
