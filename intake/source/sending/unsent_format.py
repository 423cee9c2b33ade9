"""How a message that is not stored yet is written down: its plan and its envelope, as JSON."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.chunks import FileKey
from crypto.errors import Malformed
from crypto.names import Day
from crypto.payload import read_answers
from crypto.sizes import (
    ATTACHMENTS_MAX,
    ENVELOPE_SIZE,
    FILE_NAME_MAX_SIZE,
    RECIPIENTS_MAX,
)
from crypto.strict_json import INTEGER_MAX, Fields
from intake.source.message.files import ChosenFile
from intake.source.message.pieces import Snapshot
from intake.source.message.plan import Draft, Plan
from intake.source.message.sealed_copies import COPY_KEY_SIZE, SealedCopy

__all__ = ["DatedEnvelope", "plan_members", "read_envelope", "read_plan"]

_FILE_KEY_SIZE: Final = 32


@dataclass(frozen=True, repr=False)
class DatedEnvelope:
    """An envelope as it is sent each time, with its day and the first day on which it is not."""

    envelope: bytes
    day: Day
    until: Day

    def __repr__(self) -> str:
        return "DatedEnvelope(hidden)"


def plan_members(plan: Plan, sealed: DatedEnvelope | None) -> dict[str, object]:
    """Return the members of a JSON object that `read_plan` and `read_envelope` read."""
    draft = plan.draft
    return {
        "kind": draft.kind,
        "text": draft.text,
        "answers": dict(draft.answers),
        "recipients": list(draft.recipient_ids),
        "language": draft.language,
        "message_id": plan.message_id.hex(),
        "files": [
            {
                "path": _path_text(chosen.path),
                "copy": chosen.copy
                and {"path": _path_text(chosen.copy.path), "key": chosen.copy.key.hex()},
                "name": chosen.name,
                "type": chosen.media_type,
                **_snapshot_members(snapshot),
            }
            for chosen, snapshot in zip(draft.files, plan.attachments, strict=True)
        ],
        "kept": plan.in_envelope,
        "rest": plan.rest and _snapshot_members(plan.rest),
        "fill": {"key": plan.fill_key.secret.hex(), "chunks": plan.fill_chunks},
        "envelope": sealed
        and {"bytes": sealed.envelope.hex(), "day": sealed.day, "until": sealed.until},
    }


def _snapshot_members(snapshot: Snapshot) -> dict[str, object]:
    return {
        "key": snapshot.key.secret.hex(),
        "size": snapshot.size,
        "digests": snapshot.digests.hex(),
    }


def read_plan(fields: Fields) -> Plan:
    """Return a plan; raises Malformed."""
    files = fields.objects("files", 0, ATTACHMENTS_MAX)
    fill = fields.object("fill")
    draft = Draft(
        kind=fields.choice("kind", ("report", "follow-up")),
        text=fields.text("text", INTEGER_MAX),
        answers=read_answers(fields),
        files=tuple(
            ChosenFile(
                path=_read_path(file, "path"),
                name=file.text("name", FILE_NAME_MAX_SIZE, 1),
                media_type=file.text("type", 100),
                copy=None if file.is_null("copy") else _read_copy(file.object("copy")),
            )
            for file in files
        ),
        recipient_ids=tuple(fields.texts("recipients", 1, RECIPIENTS_MAX)),
        language=fields.text("language", 16, 2),
    )
    return Plan(
        draft=draft,
        message_id=fields.hex("message_id", 16),
        attachments=tuple(map(_read_snapshot, files)),
        in_envelope=fields.integer("kept"),
        rest=None if fields.is_null("rest") else _read_snapshot(fields.object("rest")),
        fill_key=FileKey(fill.hex("key", _FILE_KEY_SIZE)),
        fill_chunks=fill.integer("chunks"),
    )


def _read_copy(fields: Fields) -> SealedCopy:
    return SealedCopy(_read_path(fields, "path"), fields.hex("key", COPY_KEY_SIZE))


def _read_snapshot(fields: Fields) -> Snapshot:
    return Snapshot(
        key=FileKey(fields.hex("key", _FILE_KEY_SIZE)),
        size=fields.integer("size"),
        digests=_read_bytes(fields, "digests"),
    )


def read_envelope(fields: Fields) -> DatedEnvelope | None:
    """Return the envelope that was sealed for a plan, None where none was; raises Malformed."""
    if fields.is_null("envelope"):
        return None
    found = fields.object("envelope")
    envelope = found.hex("bytes", ENVELOPE_SIZE)
    return DatedEnvelope(envelope, Day(found.integer("day")), Day(found.integer("until")))


def _path_text(path: Path) -> str:
    # A path need not be Unicode.
    return os.fsencode(path).hex()


def _read_path(fields: Fields, name: str) -> Path:
    return Path(os.fsdecode(_read_bytes(fields, name)))


def _read_bytes(fields: Fields, name: str) -> bytes:
    try:
        return bytes.fromhex(fields.text(name, INTEGER_MAX))
    except ValueError:
        raise Malformed("a member that is not hexadecimal") from None
