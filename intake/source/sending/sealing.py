"""From a draft to a sealed file, to be sent from another device."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from crypto.codename import Codename
from crypto.names import Day
from crypto.sealed_file import sealed_file_size
from crypto.source_keys import derive_source_keys
from intake.clock import today
from intake.source.message.drafting import snapshots_of
from intake.source.message.plan import Draft, make_plan
from intake.source.person.session import Session
from intake.source.reach.api import Admission
from intake.source.reach.office import Office
from intake.source.sending.sealed_file_writing import write_sealed_file

__all__ = ["SealedFile", "for_later", "seal_into_file"]


@dataclass(frozen=True)
class SealedFile:
    """A message in a file: its size in bytes, and the last day on which it can be sent."""

    path: Path
    size: int
    last_day: Day
    recipient_ids: tuple[str, ...]


def for_later(office: Office) -> Office:
    """Return an office as it is for a file: what its server takes now does not matter."""
    is_open = Admission(open=True, reason="")
    return replace(office, status=replace(office.status, envelopes=is_open, chunks=is_open))


def seal_into_file(
    session: Session,
    office: Office,
    draft: Draft,
    codename: Callable[[], Codename],
    path: Path,
) -> SealedFile:
    """Seal a draft into a new file; `codename` is asked once all is known to fit."""
    plan = make_plan(draft, snapshots_of(draft.files, session.progress), office, today())
    source = derive_source_keys(codename(), office.genesis_id)
    head = write_sealed_file(path, plan, source, office, session.progress)
    return SealedFile(path, sealed_file_size(head.chunks), head.last_day, draft.recipient_ids)
