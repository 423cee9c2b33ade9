"""What one vector is, and the randomness that makes all of them."""

import hashlib

Vector = tuple[str, dict[str, object]]


def accepted(name: str, what: str, call: str, result: object, **inputs: object) -> Vector:
    """Return a vector, `name` being `<area>_ok` with or without more, that `call` accepts."""
    return _vector(name, name, what, "ok", call, inputs | {"result": result})


def refused(
    rule: str, what: str, expect: str, call: str, *, variant: str = "", **inputs: object
) -> Vector:
    """Return a vector that `call` refuses by the rule of this id of SPEC 16 and this class."""
    name = f"{rule}_{variant}" if variant else rule
    return _vector(name, rule, what, expect, call, inputs)


def randomness(purpose: str, size: int) -> bytes:
    """Return `size` bytes that look random and are the same each time."""
    return hashlib.shake_256(b"fidelio vectors: " + purpose.encode()).digest(size)


def file_name(name: str) -> str:
    """Return where a vector lies: each area has a folder."""
    area, _, fault = name.partition("_")
    return f"{area}/{fault}.json"


def _vector(
    name: str, rule: str, what: str, expect: str, call: str, members: dict[str, object]
) -> Vector:
    area = name.partition("_")[0]
    return name, {"area": area, "id": rule, "what": what, "call": call, "expect": expect, **members}
