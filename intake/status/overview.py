"""How a server stands: what waits for whom, in weeks and counts, and what runs out."""

from dataclasses import dataclass
from pathlib import Path

from crypto.directory import Directory, fingerprint, name_in, server_fingerprint
from crypto.names import Week
from crypto.sizes import RECORD_SIZE
from ground.disk.room import free_bytes
from ground.shell.foreign import ForeignText
from intake.clock import today
from intake.server.admission import Admission
from intake.server.config import Settings, read_settings
from intake.server.naming import ServerNaming, naming
from intake.server.served_office import InForce
from intake.status.alarms import Alarm, alarms
from intake.storage.board import live_records
from intake.storage.condition import Condition, condition_of
from intake.storage.disk_faults import disk_faults_said
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, open_folder, server_is_running
from intake.storage.kinds import Kind

__all__ = ["Overview", "Waiting", "overview"]

ByWeek = dict[Week, int]


@dataclass(frozen=True)
class Waiting:
    """How many items one recipient has not confirmed, by week of arrival, oldest first."""

    recipient: str
    title: ForeignText
    envelopes: ByWeek
    chunks: ByWeek


@dataclass(frozen=True)
class Overview:
    """Everything that there is to say about a data folder.

    `name` is the office's. `accepted` says "open" or why not, by "envelopes" and "chunks", as do
    the counts of what is there, and their `quota`. `board_bytes` are what every visitor loads now.
    `naming` is what the directory says of this server's key, whose digits `server` has.
    """

    name: ForeignText | None
    fingerprint: str | None
    server: str | None
    naming: ServerNaming | None
    directory: Directory | None
    serving: bool
    accepted: dict[str, str]
    counts: dict[str, int]
    quota: dict[str, int]
    disk_free_bytes: int
    board_records: int
    board_bytes: int
    waiting: tuple[Waiting, ...]
    alarms: tuple[Alarm, ...]


def overview(path: Path) -> Overview:
    """Return what there is to say about the data folder at `path`. Writes and locks nothing."""
    folder = open_folder(path)
    with disk_faults_said(folder):
        settings = read_settings(folder)
        found = condition_of(folder)
        office, directory, server_key = found.office, found.directory, found.server_key
        board_records = 0 if directory is None else _board_records(found, directory)
        return Overview(
            name=None if directory is None else ForeignText(name_in(directory.names, "und")),
            fingerprint=None if office is None else fingerprint(office.genesis_id),
            server=None if server_key is None else server_fingerprint(server_key),
            naming=naming(server_key, directory) if server_key and directory else None,
            directory=directory,
            serving=server_is_running(folder),
            accepted=_accepted(folder, settings, found),
            counts={_name(kind): count for kind, count in found.counts.items()},
            quota={"envelopes": settings.envelope_quota, "chunks": settings.chunk_quota},
            disk_free_bytes=free_bytes(folder.path),
            board_records=board_records,
            board_bytes=board_records * RECORD_SIZE,
            waiting=() if directory is None else _waiting(found, directory),
            alarms=tuple(alarms(found, folder.path, today())),
        )


def _board_records(found: Condition, directory: Directory) -> int:
    return live_records(found.board, directory.policy.reply_days, today())


def _name(kind: Kind) -> str:
    return f"{kind.name.lower()}s"


def _waiting(found: Condition, directory: Directory) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            recipient.id,
            ForeignText(name_in(recipient.titles, "und")),
            found.waiting[recipient.id][Kind.ENVELOPE],
            found.waiting[recipient.id][Kind.CHUNK],
        )
        for recipient in directory.recipients
    )


def _accepted(folder: DataFolder, settings: Settings, found: Condition) -> dict[str, str]:
    """Return "open" or a reason for each kind, as a server started now would say."""
    in_force = None if found.office is None else InForce.read(found.office)
    room = DiskRoom(folder, settings.disk_floor, settings.envelope_quota)
    admission = Admission(settings, room, lambda: in_force, found.free.__getitem__)
    admission.work_out(found.load())
    return {_name(kind): str(admission.reason(kind) or "open") for kind in Kind}
