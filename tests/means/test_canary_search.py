"""The search for canaries finds what it is there for: proved by planting each form."""

import base64
import json
import os
from pathlib import Path

import pytest

from tests.means.canaries import BLOCK, Canaries, forms_of, socket_address

TEXT = 'Сообщение «о подкупе» "quoted" за 3.000 €'
SECRET = bytes.fromhex("00ff10") + os.urandom(29)
VALUES: dict[str, str | bytes] = {"text": TEXT, "secret": SECRET}


def everywhere() -> dict[str, bytes]:
    """Each canary as others would write it, not by the search's own functions."""
    planted = {"text (raw)": TEXT.encode(), "secret (raw)": SECRET}
    planted["text (UTF-16 LE)"] = TEXT.encode("utf-16")[2:]
    planted["text (UTF-16 BE)"] = "".join(chr(ord(c)) for c in TEXT).encode("utf-16-be")
    planted["text (JSON escaped)"] = json.dumps({"a": TEXT}).encode()
    planted["text (JSON)"] = json.dumps({"a": TEXT}, ensure_ascii=False).encode()
    planted["text (JSON escaped, upper case)"] = "".join(
        c if ord(c) < 128 else f"\\u{ord(c):04X}" for c in TEXT.replace('"', '\\"')
    ).encode()
    for name, data in (("text", TEXT.encode()), ("secret", SECRET)):
        planted[f"{name} (hex)"] = f"id={data.hex()}".encode()
        planted[f"{name} (hex, upper case)"] = "".join(f"{byte:02X}" for byte in data).encode()
        planted[f"{name} (percent-encoded)"] = _percent(data)
        for shift in range(3):
            inside = os.urandom(30 + shift) + data + os.urandom(20)
            planted[f"{name} (base64, {shift} bytes in)"] = base64.b64encode(inside)
            planted[f"{name} (base64 for URLs, {shift} bytes in)"] = base64.urlsafe_b64encode(
                inside
            )
    return planted


def _percent(data: bytes) -> bytes:
    kept = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return b"".join(bytes([byte]) if byte in kept else b"%%%02X" % byte for byte in data)


PLANTED = everywhere()


@pytest.mark.parametrize("form", PLANTED)
def test_a_planted_canary_is_found_in_each_form(form: str, tmp_path: Path) -> None:
    """Across the border of two blocks of a file, among random bytes."""
    planted = PLANTED[form]
    file = tmp_path / "dump"
    file.write_bytes(os.urandom(BLOCK - len(planted) // 2) + planted + os.urandom(BLOCK))
    assert f"dump: {form}" in Canaries(VALUES).in_folder(tmp_path)


def test_every_form_is_planted_somewhere() -> None:
    """No form that is searched for is left untried."""
    assert {str(form) for form in Canaries(VALUES).forms} == set(PLANTED)


def test_random_bytes_and_zeros_hold_none(tmp_path: Path) -> None:
    """It finds nothing where nothing is."""
    (tmp_path / "random").write_bytes(os.urandom(3 * BLOCK) + bytes(3 * BLOCK))
    (tmp_path / "empty").write_bytes(b"")
    assert Canaries(VALUES).in_folder(tmp_path) == []


def test_a_canary_in_a_files_name_is_found(tmp_path: Path) -> None:
    """A name is kept as well."""
    (tmp_path / "a canary's name.txt").write_bytes(b"")
    assert Canaries({"name": "canary's name"}).in_folder(tmp_path) != []


def test_what_would_be_found_by_chance_is_not_searched_for() -> None:
    """Four bytes of an address turn up in any large file."""
    with pytest.raises(AssertionError, match="by chance"):
        Canaries({"address": bytes([127, 1, 2, 3])})
    assert len(forms_of(socket_address("127.1.2.3", 8080))["raw"]) == 8
