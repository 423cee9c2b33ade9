"""Exporting an outbound bundle: one new full batch, and all that the server has not yet taken.

First everything new is made and is durable in the vault, then the file is written, then the log
says what it carried. Stopped anywhere in between, the next export carries what this one did not.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from caseworker.cases.cases import WrittenReply, all_cases
from caseworker.cases.events import CARRIED_OUT, EXPORTED, append_event
from caseworker.days import Moment
from caseworker.durable import refuse_existing, write_new_file
from caseworker.errors import Refusal
from caseworker.exchange.confirming import make_confirmations, make_refinements
from caseworker.exchange.taken import drop_what_is_over, to_repeat
from caseworker.office.cards import card_document, own_card
from caseworker.office.directories import known_directory
from caseworker.office.upkeep import keep_current
from caseworker.replies.sealing import seal_batches, waiting_replies
from caseworker.vault.condition import is_behind, note_clock
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, intake_key, newest_directory
from caseworker.vault.outgoing import OutgoingRow, outgoing_statement
from crypto.bundle import BundleWriter, ItemType, OutboundHeader
from crypto.statements import StatementKind, encode_statement


@dataclass(frozen=True)
class ExportResult:
    """What a bundle carries, and what still waits."""

    carried: tuple[OutgoingRow, ...]
    new_replies: tuple[WrittenReply, ...]
    waiting: tuple[WrittenReply, ...]
    failed: dict[int, str]
    notes: tuple[str, ...]


def export_bundle(vault: Vault, path: Path, moment: Moment, batches: int = 1) -> ExportResult:
    """Write an outbound bundle; Refusal where nothing may leave."""
    _refuse_unwritable(path)
    refuse_if_behind(vault)
    notes = keep_current(vault, moment)
    directory = known_directory(vault)
    with vault.db.transaction():
        drop_what_is_over(vault, moment.day, directory.policy.reply_days)
        sealed = seal_batches(vault, moment, directory, batches)
        make_confirmations(vault, moment)
        make_refinements(vault, moment, directory.bucket_bits)
        note_clock(vault.db, moment.day)
    rows = tuple(to_repeat(vault))
    written = hashlib.sha256()

    def write(file: BinaryIO) -> None:
        def write_on(data: bytes) -> None:
            written.update(data)
            file.write(data)

        _write_items(vault, BundleWriter(write_on, _header(vault)), rows)

    try:
        write_new_file(path, write)
    except OSError as error:
        raise Refusal(
            f"{path} could not be written: {error.strerror}",
            "nothing was lost: the next export carries what this one should have",
        ) from None
    return ExportResult(
        carried=rows,
        new_replies=tuple(_note_carried(vault, moment, rows, written.digest())),
        waiting=tuple(waiting_replies(vault)),
        failed=sealed.failed,
        notes=tuple(notes),
    )


def refuse_if_behind(vault: Vault) -> None:
    """Raise Refusal where the server has more of this vault than the vault knows."""
    if is_behind(vault.db):
        raise Refusal(
            "this vault is older than what the server has of it: it came from a backup",
            f"nothing may leave before its numbers are moved on: "
            f"caseworker restored {vault.folder}",
        )


def _refuse_unwritable(path: Path) -> None:
    refuse_existing(path)
    if not path.parent.is_dir():
        raise Refusal(f"there is no folder {path.parent}", "is the stick in?")


def _header(vault: Vault) -> OutboundHeader:
    return OutboundHeader(vault.genesis_id, vault.recipient)


def _write_items(vault: Vault, bundle: BundleWriter, rows: tuple[OutgoingRow, ...]) -> None:
    document = newest_directory(vault.db)
    if document and directory_key(vault.db):
        bundle.add(ItemType.DIRECTORY, document)
    for public_key in _public_keys(vault):
        bundle.add(ItemType.INTAKE_KEY, public_key)
    bundle.add(ItemType.CARD, card_document(vault))
    for row in sorted(rows, key=lambda row: (row.kind, row.number)):
        bundle.add(ItemType.of(row.kind), encode_statement(outgoing_statement(vault.db, row)))
    bundle.end()


def _public_keys(vault: Vault) -> Iterator[bytes]:
    """Yield the intake keys of the card and, from the directory's vault, of the directory."""
    listed = []
    if directory_key(vault.db):
        listed = [key for one in known_directory(vault).recipients for key in one.keys]
    card = own_card(vault)
    for key_hash in sorted({key.hash for key in [*listed, *(card.keys if card else ())]}):
        public_key = intake_key(vault.db, key_hash)
        if public_key is None:
            raise Refusal(
                "a key that the directory names has not arrived here",
                "import a newer bundle from the server first",
            )
        yield public_key


def _note_carried(
    vault: Vault, moment: Moment, rows: tuple[OutgoingRow, ...], written: bytes
) -> list[WrittenReply]:
    """Log what the bundle carried; return the replies that it carried for the first time."""
    batches = {row.number for row in rows if row.kind == StatementKind.BATCH}
    first = [
        reply
        for case in all_cases(vault.db).values()
        for reply in case.replies.values()
        if reply.batch in batches and reply.carried_out is None
    ]
    with vault.db.transaction():
        for reply in first:
            body = {"reply": reply.reply_id.hex(), "bundle": written.hex()}
            append_event(vault, moment, CARRIED_OUT, reply.case_number, body)
        totals = {"bundle": written.hex(), "batches": len(batches), "items": len(rows)}
        append_event(vault, moment, EXPORTED, None, totals)
    return first
