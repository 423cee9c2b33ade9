"""`intake status`: what waits for whom, in weeks and counts, and what runs out."""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from crypto.directory import Directory, fingerprint, name_in, read_directory
from intake.exchange.dates import iso, shown, today
from intake.server.admission import Admission
from intake.server.config import Settings, read_settings
from intake.server.office import Office
from intake.status.alarms import Alarm, alarms
from intake.storage import board, items, office
from intake.storage.container import Kind, slots_on_disk
from intake.storage.disk_faults import disk_faults_said
from intake.storage.folder import DataFolder, open_folder, server_is_running
from intake.storage.room import Room
from intake.storage.sqlite import connect_to_read, reading
from intake.storage.view import View


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
    warnings: tuple[Alarm, ...]

    def as_json(self) -> dict[str, object]:
        """Return the same as plain values."""
        return asdict(self)


def overview(path: Path) -> Overview:
    """Return what there is to say about the data folder at `path`. Writes and locks nothing."""
    folder = open_folder(path)
    with disk_faults_said(folder):
        settings = read_settings(folder)
        with closing(connect_to_read(folder)) as connection:
            accepted = asyncio.run(_accepted(folder, settings, connection))
            with reading(connection):
                return _look(folder, settings, connection, accepted)


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
        warnings=tuple(alarms(connection, directory, folder.path, today())),
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
    view = View(folder, connect_to_read)
    try:
        free = {
            kind: slots - len(items.occupied(connection, kind))
            for kind, slots in slots_on_disk(folder).items()
        }
        room = Room(folder, settings.disk_floor, settings.envelope_quota)
        admission = Admission(settings, room, Office(view), view, free.__getitem__)
        await admission.work_out()
        return {_name(kind): str(admission.reason(kind) or "open") for kind in Kind}
    finally:
        view.close()
