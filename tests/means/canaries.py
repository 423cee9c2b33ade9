"""Looking for what must lie nowhere: things of a source, in every form in which bytes travel.

    canaries = Canaries({"text": "something only this source wrote", "chain key": bytes32})
    assert canaries.in_bytes(data) == []
    assert canaries.in_folder(path) == []

Forms: as it is (text as UTF-8), UTF-16 of both orders, hex of both cases, base64 at each of the
three alignments and in both alphabets, escaped as JSON has it (of both cases), percent-encoded.
"""

import base64
import json
import mmap
import os
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BLOCK = 1024 * 1024
SHORTEST = 8
"""Bytes of a form: shorter ones turn up in random data by chance."""

PAGE = 4096


@dataclass(frozen=True)
class Form:
    """One way in which a canary would be found."""

    canary: str
    name: str
    pattern: bytes

    def __str__(self) -> str:
        return f"{self.canary} ({self.name})"


def forms_of(value: str | bytes) -> dict[str, bytes]:
    """Every form of one canary, by the form's name."""
    data = value.encode() if isinstance(value, str) else value
    forms = {"raw": data} | _spelled_out(data)
    if isinstance(value, str):
        escaped = json.dumps(value)[1:-1]
        forms["UTF-16 LE"] = value.encode("utf-16-le")
        forms["UTF-16 BE"] = value.encode("utf-16-be")
        forms["JSON"] = json.dumps(value, ensure_ascii=False)[1:-1].encode()
        forms["JSON escaped"] = escaped.encode()
        forms["JSON escaped, upper case"] = _upper_escapes(escaped).encode()
    return forms


def _spelled_out(data: bytes) -> dict[str, bytes]:
    """The forms that any bytes have."""
    forms = {"hex": data.hex().encode(), "hex, upper case": data.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + data)
        # What depends on the neighbours in front and behind is left out.
        inner = whole[(shift * 8 + 5) // 6 : (shift + len(data)) * 8 // 6]
        forms[f"base64, {shift} bytes in"] = inner
        forms[f"base64 for URLs, {shift} bytes in"] = inner.translate(_FOR_URLS)
    forms["percent-encoded"] = quote(data, safe="").encode()
    return forms


_FOR_URLS = bytes.maketrans(b"+/", b"-_")


def _upper_escapes(escaped: str) -> str:
    parts = escaped.split("\\u")
    return parts[0] + "".join(f"\\u{part[:4].upper()}{part[4:]}" for part in parts[1:])


def socket_address(host: str, port: int) -> bytes:
    """An IPv4 address and port as the kernel hands it over (`struct sockaddr_in`)."""
    family = socket.AF_INET.to_bytes(2, "little")
    return family + port.to_bytes(2, "big") + socket.inet_aton(host)


class Canaries:
    """What is looked for, by a name that failures show."""

    def __init__(self, values: Mapping[str, str | bytes], *, raw_only: bool = False) -> None:
        self.forms = [
            Form(canary, name, pattern)
            for canary, value in values.items()
            for name, pattern in forms_of(value).items()
            if name == "raw" or not raw_only
        ]
        for form in self.forms:
            assert len(form.pattern) >= SHORTEST, f"{form} is found by chance"
        self._longest = max(len(form.pattern) for form in self.forms)
        # Plain letters look the same in several forms, and are searched for once.
        self._patterns: dict[bytes, list[Form]] = {}
        for form in self.forms:
            self._patterns.setdefault(form.pattern, []).append(form)

    def in_bytes(self, data: bytes | bytearray | memoryview | mmap.mmap) -> list[str]:
        """Which forms are in these bytes."""
        found: set[Form] = set()
        for block in self._blocks(data):
            for pattern, forms in self._patterns.items():
                if pattern in block:
                    found.update(forms)
        return sorted(map(str, found))

    def in_file(self, path: Path) -> list[str]:
        """Which forms are in a file, however large; and in its name."""
        found = self.in_bytes(os.fsencode(path.name))
        if path.stat().st_size:
            with (
                path.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            ):
                found += self.in_bytes(data)
        return [f"{path.name}: {form}" for form in found]

    def in_folder(self, folder: Path, besides: Sequence[Path] = ()) -> list[str]:
        """Which forms are in the files below a folder, but for some files and folders."""
        return self.in_files(
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not any(path.is_relative_to(other) for other in besides)
        )

    def in_files(self, paths: Iterable[Path]) -> list[str]:
        """Which forms are in these files."""
        return [found for path in paths for found in self.in_file(path)]

    def _blocks(self, data: bytes | bytearray | memoryview | mmap.mmap) -> Iterator[bytes]:
        """Pieces that overlap enough for no form to lie across two; empty ones left out."""
        for start in range(0, len(data), BLOCK):
            block = bytes(data[start : start + BLOCK + self._longest])
            if block.count(0) < len(block):
                yield block


def memory_of(process_id: int, into: Path) -> None:
    """Write all that a process has in its memory into a file; `PermissionError` where forbidden."""
    maps = Path(f"/proc/{process_id}/maps").read_text()
    with Path(f"/proc/{process_id}/mem").open("rb", buffering=0) as memory, into.open("wb") as out:
        for line in maps.splitlines():
            addresses, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(address, 16) for address in addresses.split("-"))
                memory.seek(start)
                while start < end:
                    piece = memory.read(min(BLOCK, end - start))
                    out.write(piece)
                    start += len(piece)
