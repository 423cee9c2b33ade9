"""`intake status`: how things stand, in words or as JSON."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crypto.days import first_day
from crypto.names import Week
from ground.shell.figures import counted, date_text, iso_date, number_text, size_text
from ground.shell.foreign import ForeignText
from ground.shell.frame import DONE, Answer, Command, Surroundings
from ground.shell.layout import lines
from intake.commands.data_folder import add_data_folder
from intake.commands.fitted_lines import fitted, fitted_row
from intake.commands.server_words import NAMINGS

if TYPE_CHECKING:
    from crypto.directory import Directory
    from intake.status.overview import Overview, Waiting

__all__ = ["STATUS"]

_BELOW = " " * len("WARNING: ")
_TO_DO, _URGENT = 1, 2


@dataclass(frozen=True)
class StatusOptions:
    """Which folder; `check`: in one line, and by the exit code."""

    data: Path
    check: bool


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_folder(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="one line for a monitor, and exit code 0, 1 (something to do) or 2 (urgent)",
    )


def _run(options: StatusOptions, _surroundings: Surroundings) -> Answer:
    from intake.status.overview import overview

    found = overview(options.data)
    if options.check:
        return Answer(_checked(found), _data(found), code=_severity(found))
    return Answer(lines(*_rows(found), *_alarms(found)), _data(found))


# ---- For a monitor -------------------------------------------------------------------------------


def _severity(found: "Overview") -> int:
    if any(alarm.loud for alarm in found.alarms):
        return _URGENT
    return _TO_DO if found.alarms else DONE


def _checked(found: "Overview") -> str:
    """Return how many things want doing, and the first of them, in one line."""
    if not found.alarms:
        return "ok"
    first, urgent = found.alarms[0], sum(alarm.loud for alarm in found.alarms)
    counts = counted(len(found.alarms), "warning") + (f", {urgent} urgent" if urgent else "")
    return f"{counts}: {first.text}"


# ---- For people ----------------------------------------------------------------------------------


def _rows(found: "Overview") -> Iterator[str]:
    if found.name is not None:
        yield from fitted_row("Office", f"{found.name}")
        yield from fitted_row("Fingerprint", f"{found.fingerprint}")
    if found.directory is not None:
        number = f"number {found.directory.sequence}"
        begin, end = date_text(found.directory.issued), date_text(found.directory.expires)
        yield from fitted_row("Directory", f"{number}, {begin} until {end}")
        for mirror in found.directory.mirrors:
            yield from fitted_row("Mirror", f"{ForeignText(mirror)}")
    if found.server is not None:
        yield from fitted_row("Server key", found.server)
        if found.naming is not None:
            yield from fitted_row("", NAMINGS[found.naming.value])
    yield from fitted_row("Server", "running" if found.serving else "not running")
    for kind, state in found.accepted.items():
        stored, quota = number_text(found.counts[kind]), number_text(found.quota[kind])
        yield from fitted_row(kind.capitalize(), f"{state}; {stored} held of at most {quota}")
    board = f"{counted(found.board_records, 'record')}, {size_text(found.board_bytes)} a visit"
    yield from fitted_row("Board", board)
    yield from fitted_row("Disk", f"{size_text(found.disk_free_bytes)} free")
    for waiting in found.waiting:
        yield from _waiting_rows(waiting)


def _waiting_rows(waiting: "Waiting") -> Iterator[str]:
    yield from fitted_row("Waiting for", f"{waiting.recipient} ({waiting.title})")
    for one, by_week in (("envelope", waiting.envelopes), ("chunk", waiting.chunks)):
        for week, count in by_week.items():
            begin = date_text(first_day(week))
            yield from fitted_row("", f"{counted(count, one)} of the week from {begin}")


def _alarms(found: "Overview") -> Iterator[str]:
    for alarm in found.alarms:
        yield from fitted("WARNING: " if alarm.loud else "warning: ", alarm.text, _BELOW)
        # Not broken by us, so that it can be copied.
        yield f"{_BELOW}To type: {alarm.command}"


# ---- For programs --------------------------------------------------------------------------------


def _data(found: "Overview") -> dict[str, object]:
    return {
        "office": found.name,
        "fingerprint": found.fingerprint,
        "server": None if found.server is None else _server(found),
        "directory": None if found.directory is None else _directory(found.directory),
        "serving": found.serving,
        "accepted": found.accepted,
        "held": found.counts,
        "quota": found.quota,
        "disk_free_bytes": found.disk_free_bytes,
        "board_records": found.board_records,
        "board_bytes": found.board_bytes,
        "waiting": [
            {
                "recipient": one.recipient,
                "title": one.title,
                "envelopes": _by_first_day(one.envelopes),
                "chunks": _by_first_day(one.chunks),
            }
            for one in found.waiting
        ],
        "warnings": [
            {"text": one.text, "command": one.command, "loud": one.loud} for one in found.alarms
        ],
    }


def _server(found: "Overview") -> dict[str, object]:
    naming = None if found.naming is None else found.naming.value
    return {"fingerprint": found.server, "standing": naming}


def _directory(directory: "Directory") -> dict[str, object]:
    return {
        "delegation": directory.delegation.number,
        "sequence": directory.sequence,
        "issued": iso_date(directory.issued),
        "expires": iso_date(directory.expires),
        "delegation_end": iso_date(directory.delegation.end),
        "addresses": list(directory.addresses),
        "mirrors": list(directory.mirrors),
    }


def _by_first_day(by_week: Mapping[Week, int]) -> dict[str, int]:
    return {iso_date(first_day(week)): count for week, count in by_week.items()}


STATUS = Command(
    "status",
    "show what waits for whom, and what runs out",
    """\
Counts and weeks only. A line that begins with "warning:", or with "WARNING:" where it is urgent,
wants something done; what to type stands below it.

"Server key" is what the desk that signs the directory compares, once, with what its vault shows.

  intake status --data /srv/intake
  intake status --data /srv/intake --json
  intake status --data /srv/intake --check""",
    StatusOptions,
    _add_arguments,
    _run,
    is_deed=False,
)
