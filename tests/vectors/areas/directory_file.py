"""Directory files: SPEC 11.2."""

import hashlib
from collections.abc import Iterator

from crypto.days import later
from crypto.directory import read_directory
from crypto.directory_file import encode_directory_file
from crypto.hpke import KemSecretKey
from crypto.office.directory import listed_weeks
from crypto.public_keys import key_hash
from tests.vectors.calls.directories import shown_directory
from tests.vectors.documents import ISSUED, directory_members, document, recipient
from tests.vectors.forms import FORM, TEXT, form
from tests.vectors.people import GENESIS_ID
from tests.vectors.vector import Vector, accepted, randomness, refused

_EXPIRES = later(ISSUED, 2)
_KEYS = [
    KemSecretKey(randomness(f"intake key of a directory file, {week}", 32)).public_key
    for week in listed_weeks(ISSUED, _EXPIRES)
]
_LISTED = [
    {"week": week, "hash": key_hash(key).hex()}
    for week, key in zip(listed_weeks(ISSUED, _EXPIRES), _KEYS, strict=True)
]
_DOCUMENT = document(
    directory_members(expires=_EXPIRES, recipients=[recipient("board", keys=_LISTED)])
)


def vectors() -> Iterator[Vector]:
    """Yield a directory file that a reader accepts, and each kind that it does not."""
    call = "read_directory_file"
    good = _file(FORM, _KEYS)
    result = {
        "directory": shown_directory(read_directory(_DOCUMENT, GENESIS_ID)),
        "form": hashlib.sha256(FORM).hexdigest(),
        "keys": [key_hash(key).hex() for key in _KEYS],
        # That it is written the same again.
        "encoded": True,
    }
    yield accepted("directory_ok_file", "A directory file.", call, result, **_read(good))
    for variant, what, data in (
        ("", "Another label.", b"\x19" + good[1:]),
        ("name", "Another label of the same length.", good[:3] + b"D" + good[4:]),
        ("empty", "No byte at all.", b""),
    ):
        yield refused(
            "directory_file_label", what, "Malformed", call, variant=variant, **_read(data)
        )
    for variant, what, data in (
        ("cut", "A part of a key is missing.", good[:-1]),
        ("fewer", "A key is missing.", good[: -len(_KEYS[0])]),
        ("", "A key more than the directory lists.", good + _KEYS[0]),
        ("length", "A length that exceeds the file.", good[:25] + b"\x00\xff" + good[27:]),
        ("head", "A file that ends within the length.", good[:27]),
        ("no_form", "A form of no bytes.", _file(b"", _KEYS)),
        ("form", "A form that is too long.", _file(bytes(65_537), [])),
    ):
        yield refused(
            "directory_file_size", what, "Malformed", call, variant=variant, **_read(data)
        )
    rule = "directory_file_form"
    data = _file(form(TEXT), _KEYS)
    yield refused(rule, "Another form.", "Unauthentic", call, **_read(data))
    bad_form = FORM.replace(b"map", b"MAP")
    data = _file(bad_form, _KEYS)
    what = "Another form, which is outside its grammar."
    yield refused(rule, what, "Unauthentic", call, variant="grammar", **_read(data))
    swapped = _file(FORM, [_KEYS[1], _KEYS[0], *_KEYS[2:]])
    for variant, what, data in (
        ("", "Two keys in another order.", swapped),
        ("altered", "A bit of a key was turned round.", good[:-1] + bytes([good[-1] ^ 1])),
    ):
        yield refused(
            "directory_file_key", what, "Unauthentic", call, variant=variant, **_read(data)
        )


def _file(form_data: bytes, keys: list[bytes]) -> bytes:
    return encode_directory_file(_DOCUMENT, form=form_data, keys=keys)


def _read(data: bytes) -> dict[str, str]:
    return {"data": data.hex(), "genesis_id": GENESIS_ID.hex()}
