"""`intake status`: what waits for whom, in weeks and counts, and what runs out."""

import asyncio
import os
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from crypto.directory import Directory, fingerprint, name_in, read_directory
from intake.exchange.dates import iso, shown, today
from intake.server.admission import Admission
from intake.server.config import Settings, read_settings
from intake.server.office import Office
from intake.storage import board, items, office, retention
from intake.storage.container import Containers, FreeSlots, Kind
from intake.storage.folder import DataFolder, open_folder, server_is_running
from intake.storage.room import Room
from intake.storage.sqlite import connect, prepare, reading
from intake.storage.view import View

DIRECTORY_WARN_DAYS: Final = 7
"""Age of a directory at which a new one should be on its way."""

DIRECTORY_LOUD_DAYS: Final = 14
"""Age of a directory at which it is urgent."""

DELEGATION_WARN_DAYS: Final = 14
"""Days before a delegation's end at which the root key is wanted."""


@dataclass(frozen=True)
class Waiting:
    """What one recipient has not confirmed, by week of arrival (its first day)."""

    recipient: str
    title: str
    envelopes: dict[str, int]
    chunks: dict[str, int]


@dataclass(frozen=True)
class Overview:
    """Everything that `intake status` says. Days as 2031-05-17."""

    office: str | None
    fingerprint: str | None
    directory: dict[str, object] | None
    serving: bool
    accepted: dict[str, str]
    held: dict[str, int]
    quota: dict[str, int]
    disk_free_bytes: int
    board_records: int
    waiting: tuple[Waiting, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the same as plain values."""
        return asdict(self)


def overview(path: Path) -> Overview:
    """Return what there is to say about the data folder at `path`."""
    folder = open_folder(path)
    prepare(folder)
    settings = read_settings(folder)
    connection = connect(folder)
    try:
        accepted = asyncio.run(_accepted(folder, settings, connection))
        with reading(connection):
            return _look(folder, settings, connection, accepted)
    finally:
        connection.close()


def _look(
    folder: DataFolder,
    settings: Settings,
    connection: sqlite3.Connection,
    accepted: dict[str, str],
) -> Overview:
    genesis_id, document = office.genesis_id(connection), office.directory(connection)
    directory = None
    if genesis_id is not None and document is not None:
        directory = read_directory(document, genesis_id)
    disk = os.statvfs(folder.path)
    return Overview(
        office=None if directory is None else shown(name_in(directory.names, "und")),
        fingerprint=None if genesis_id is None else fingerprint(genesis_id),
        directory=None if directory is None else _directory(directory),
        serving=server_is_running(folder),
        accepted=accepted,
        held={_name(kind): items.count(connection, kind) for kind in Kind},
        quota={"envelopes": settings.envelope_quota, "chunks": settings.chunk_quota},
        disk_free_bytes=disk.f_bavail * disk.f_frsize,
        board_records=board.live_records(connection),
        waiting=() if directory is None else _waiting(connection, directory),
        warnings=tuple(_warnings(connection, directory, today())),
    )


def _name(kind: Kind) -> str:
    return f"{kind.name.lower()}s"


def _directory(directory: Directory) -> dict[str, object]:
    return {
        "delegation": directory.delegation.number,
        "sequence": directory.sequence,
        "issued": iso(directory.issued),
        "expires": iso(directory.expires),
        "delegation_end": iso(directory.delegation.end),
        "addresses": list(directory.addresses),
        "bucket_bits": directory.bucket_bits,
    }


def _waiting(connection: sqlite3.Connection, directory: Directory) -> tuple[Waiting, ...]:
    def by_week(kind: Kind, recipient: str) -> dict[str, int]:
        counts = items.waiting(connection, kind, recipient)
        return {iso(7 * week): count for week, count in counts.items()}

    return tuple(
        Waiting(
            recipient.id,
            shown(name_in(recipient.titles, "und")),
            by_week(Kind.ENVELOPE, recipient.id),
            by_week(Kind.CHUNK, recipient.id),
        )
        for recipient in directory.recipients
    )


async def _accepted(
    folder: DataFolder, settings: Settings, connection: sqlite3.Connection
) -> dict[str, str]:
    """Return "open" or a reason for each kind, as a server started now would say."""
    view = View(folder)
    containers = Containers(folder)
    try:
        free = {
            kind: len(FreeSlots(container.slots(), items.occupied(connection, kind)))
            for kind, container in containers.items()
        }
        room = Room(folder, settings.disk_floor, settings.envelope_quota)
        admission = Admission(settings, room, Office(view), view, free.__getitem__)
        await admission.work_out()
        return {_name(kind): str(admission.reason(kind) or "open") for kind in Kind}
    finally:
        containers.close()
        view.close()


def _warnings(connection: sqlite3.Connection, directory: Directory | None, day: int) -> list[str]:
    if directory is None:
        return ["there is no office here yet: intake import --data DIR FILE"]
    return [*_directory_warnings(directory, day), *_fetch_warnings(connection, directory, day)]


def _directory_warnings(directory: Directory, day: int) -> list[str]:
    renew = "at the desk `caseworker office renew DIR`, then carry its bundle here"
    end, age = min(directory.expires, directory.delegation.end), day - directory.issued
    warnings = []
    if day >= end:
        warnings.append(f"THE DIRECTORY HAS EXPIRED, and nobody can report: {renew}")
    elif age >= DIRECTORY_LOUD_DAYS:
        warnings.append(
            f"THE DIRECTORY EXPIRES in {end - day} days, then nobody can report: {renew}"
        )
    elif age >= DIRECTORY_WARN_DAYS:
        warnings.append(f"the directory is {age} days old: {renew}")
    if day < end and directory.delegation.end - day <= DELEGATION_WARN_DAYS:
        warnings.append(
            f"the delegation ends on {iso(directory.delegation.end)};"
            f" with the root key at hand, {renew}"
        )
    return warnings


def _fetch_warnings(connection: sqlite3.Connection, directory: Directory, day: int) -> list[str]:
    warnings = []
    for recipient in directory.recipients:
        weeks = items.waiting(connection, Kind.ENVELOPE, recipient.id)
        age = max((retention.age(week, day) for week in weeks), default=0)
        export = f"intake export --data DIR --recipient {recipient.id} --out FILE"
        if age >= retention.REFUSE_DAYS:
            warnings.append(
                f"NOTHING IS ACCEPTED: {recipient.id} has not confirmed envelopes for"
                f" {age} days, and after {retention.ENVELOPE_DAYS} they are deleted: {export}"
            )
        elif age >= retention.WARN_DAYS:
            warnings.append(
                f"{recipient.id} has not confirmed envelopes for {age} days; after"
                f" {retention.REFUSE_DAYS} nothing is accepted any more: {export}"
            )
    return warnings
