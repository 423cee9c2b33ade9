"""`intake export`: a bundle for a recipient's vault, and where to carry it."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crypto.names import Day
from ground.shell.figures import counted, size_text
from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from intake.commands.data_folder import add_data_folder

if TYPE_CHECKING:
    from crypto.directory import Directory
    from intake.exchange.exporting import Exported

__all__ = ["EXPORT"]

_FACTORS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class ExportOptions:
    """What to export for whom, and into which file; `part_size` in bytes, None for one part."""

    data: Path
    recipient: str
    out: Path
    part_size: int | None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_folder(parser)
    parser.add_argument(
        "--recipient", metavar="ID", required=True, help="for whom, as the directory names it"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the bundle; never overwritten"
    )
    parser.add_argument(
        "--part-size",
        metavar="BYTES",
        type=_size,
        help="cut into FILE.001, FILE.002, … each below this size; 4G suits a FAT32 stick",
    )


def _size(text: str) -> int:
    factor = _FACTORS.get(text[-1:].upper(), 1)
    digits = text if factor == 1 else text[:-1]
    if not digits.isascii() or not digits.isdigit():
        raise argparse.ArgumentTypeError("a number of bytes, as in 4000000000, 700M or 4G")
    return int(digits) * factor


def _run(options: ExportOptions, _surroundings: Surroundings) -> Answer:
    from intake.exchange.exporting import export_bundle

    exported = export_bundle(options.data, options.recipient, options.out, options.part_size)
    return Answer(lines(*_text(exported)), _data(exported), warnings=tuple(_warnings(exported)))


def _text(exported: "Exported") -> Iterator[str]:
    """Say what an export wrote, and where to carry it."""
    yield (
        f"{counted(exported.envelopes, 'envelope')} and {counted(exported.chunks, 'chunk')}"
        f" for {exported.recipient}, {size_text(exported.size)}:"
    )
    for file in exported.files:
        yield f"  {foreign_path(file)}"
    them = "it" if len(exported.files) == 1 else "them, in any order,"
    yield f"Carry {them} to the desk, where:"
    names = " ".join(str(foreign_path(Path(file.name))) for file in exported.files)
    yield f"  caseworker import VAULT {names}"


def _warnings(exported: "Exported") -> Iterator[str]:
    if exported.damaged:
        damaged = "is damaged and was" if exported.damaged == 1 else "are damaged and were"
        yield (
            f"{counted(exported.damaged, 'item')} on this server {damaged} left out:"
            " look after its disk"
        )
    for place in exported.damage:
        loss = "repaired from its copy" if place.repaired else "lost"
        yield f"the disk has damaged {place.file} at slot {place.slot}: {loss}"
    if not _is_current(exported.directory, exported.day):
        yield "the directory is not valid today; nobody can report until a new one comes"


def _is_current(directory: "Directory", day: Day) -> bool:
    from crypto.directory import check_current
    from crypto.errors import Outdated

    try:
        check_current(directory, day)
    except Outdated:
        return False
    return True


def _data(exported: "Exported") -> dict[str, object]:
    return {
        "recipient": exported.recipient,
        "files": list(exported.files),
        "bytes": exported.size,
        "envelopes": exported.envelopes,
        "chunks": exported.chunks,
        "damaged": exported.damaged,
        "damaged_places": [
            {"file": place.file, "slot": place.slot, "repaired": place.repaired}
            for place in exported.damage
        ],
        "directory_is_valid": _is_current(exported.directory, exported.day),
    }


EXPORT = Command(
    "export",
    "write a bundle for a recipient's vault",
    """\
Writes all that this recipient has not confirmed yet. A stick that is lost costs nothing: export
again. Works while the server runs.

  intake export --data /srv/intake --recipient main --out /media/stick/to-main.bundle
  intake export --data /srv/intake --recipient main --out /media/stick/to-main --part-size 4G

Parts can be carried and imported in any order, each on its own.""",
    ExportOptions,
    _add_arguments,
    _run,
    is_deed=True,
)
