"""`intake status`: how things stand, in words or as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crypto.days import first_day
from crypto.names import Week
from ground.shell.figures import counted, date_text, iso_date, number_text, size_text
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from intake.commands.data_folder import add_data_folder
from intake.commands.fitted_lines import fitted, fitted_row

if TYPE_CHECKING:
    from crypto.directory import Directory
    from intake.status.overview import Overview, Waiting

__all__ = ["STATUS"]

_BELOW = " " * len("WARNING: ")


@dataclass(frozen=True)
class StatusOptions:
    """Which folder."""

    data: Path


def _run(options: StatusOptions, _surroundings: Surroundings) -> Answer:
    from intake.status.overview import overview

    found = overview(options.data)
    return Answer(lines(*_rows(found), *_alarms(found)), _data(found))


# ---- For people ----------------------------------------------------------------------------------


def _rows(found: "Overview") -> Iterator[str]:
    if found.name is not None:
        yield from fitted_row("Office", f"{found.name}")
        yield from fitted_row("Fingerprint", f"{found.fingerprint}")
    if found.directory is not None:
        number = f"{found.directory.delegation.number}.{found.directory.sequence}"
        begin, end = date_text(found.directory.issued), date_text(found.directory.expires)
        yield from fitted_row("Directory", f"{number}, {begin} until {end}")
    yield from fitted_row("Server", "running" if found.serving else "not running")
    for kind, state in found.accepted.items():
        stored, quota = number_text(found.counts[kind]), number_text(found.quota[kind])
        yield from fitted_row(kind.capitalize(), f"{state}; {stored} held of at most {quota}")
    yield from fitted_row("Board", counted(found.board_records, "record"))
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
        "directory": None if found.directory is None else _directory(found.directory),
        "serving": found.serving,
        "accepted": found.accepted,
        "held": found.counts,
        "quota": found.quota,
        "disk_free_bytes": found.disk_free_bytes,
        "board_records": found.board_records,
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


def _directory(directory: "Directory") -> dict[str, object]:
    return {
        "delegation": directory.delegation.number,
        "sequence": directory.sequence,
        "issued": iso_date(directory.issued),
        "expires": iso_date(directory.expires),
        "delegation_end": iso_date(directory.delegation.end),
        "addresses": list(directory.addresses),
        "bucket_bits": directory.bucket_bits,
    }


def _by_first_day(by_week: Mapping[Week, int]) -> dict[str, int]:
    return {iso_date(first_day(week)): count for week, count in by_week.items()}


STATUS = Command(
    "status",
    "show what waits for whom, and what runs out",
    """\
Counts and weeks only. A line that begins with "warning:", or with "WARNING:" where it is urgent,
wants something done; what to type stands below it.

  intake status --data /srv/intake
  intake status --data /srv/intake --json""",
    StatusOptions,
    add_data_folder,
    _run,
    is_deed=False,
)
