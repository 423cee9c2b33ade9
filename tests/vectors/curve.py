"""The curve of Ed25519 in plain numbers: RFC 8032, 5.1. Slow, and not constant in time.

For the generator alone: it makes signatures that no library would make.
"""

import hashlib
from dataclasses import dataclass

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_SQUARE_ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


@dataclass(frozen=True)
class Point:
    """A point of the curve, affine."""

    x: int
    y: int

    def __add__(self, other: "Point") -> "Point":
        across = self.x * other.y + other.x * self.y
        along = self.y * other.y + self.x * other.x
        both = D * self.x * other.x * self.y * other.y
        return Point(across * pow(1 + both, -1, P) % P, along * pow(1 - both, -1, P) % P)

    def __rmul__(self, times: int) -> "Point":
        total, doubled = IDENTITY, self
        while times:
            if times & 1:
                total += doubled
            doubled += doubled
            times >>= 1
        return total

    def __bytes__(self) -> bytes:
        return encode(self.y, self.x & 1)

    @property
    def order(self) -> int:
        """The order of a point of small order, else 0."""
        return next((n for n in (1, 2, 4, 8) if n * self == IDENTITY), 0)


def encode(y: int, sign: int) -> bytes:
    """Return the encoding of a y below 2^255, reduced or not, and the sign of x."""
    return (y | sign << 255).to_bytes(32, "little")


def at(y: int, sign: int = 0) -> Point:
    """Return the point with this y and sign of x."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * _SQUARE_ROOT_OF_MINUS_ONE % P
    if x * x % P != square:
        raise ValueError("no point of the curve has this y")
    return Point(P - x if x & 1 != sign and x else x, y % P)


IDENTITY = Point(0, 1)
BASE = at(4 * pow(5, -1, P) % P)


def torsion(order: int) -> Point:
    """Return a point of this small order: 1, 2, 4 or 8."""
    y = 2
    while True:
        try:
            eighth = ORDER * at(y)
        except ValueError:
            eighth = IDENTITY
        if eighth.order == 8:
            return (8 // order) * eighth
        y += 1


def challenge(r: bytes, a: bytes, signed: bytes) -> int:
    """Return k, hashed over the encodings as received."""
    return int.from_bytes(hashlib.sha512(r + a + signed).digest(), "little") % ORDER
