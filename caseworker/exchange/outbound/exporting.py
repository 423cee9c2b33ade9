"""Exporting an outbound bundle: new batches, and all that the server has not yet taken.

First everything new is made and is durable in the vault, then the file is written, then the log
says what it carried. Stopped anywhere in between, the next export carries what this one did not;
where only the log is behind, the same command finds its own file and has nothing to add but that.
Stopped after that, it has nothing to add at all.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from caseworker.cases.lists import (
    append_to_case,
    check_with_log,
    replies_in_batches,
    waiting_replies,
)
from caseworker.cases.written_replies import WrittenReply
from caseworker.exchange.outbound.batches import SealedBatches, seal_batches
from caseworker.exchange.outbound.confirming import make_confirmations
from caseworker.exchange.outbound.releases import next_release
from caseworker.exchange.outbound.signing_anew import sign_anew
from caseworker.keys.cards import card_document, own_card
from caseworker.keys.directories import known_directory, refuse_if_stray
from caseworker.keys.upkeep import Upkeep, renew_what_is_due
from caseworker.log.case_events import CarriedOut
from caseworker.log.chain import append_event, ends_with_export, was_exported
from caseworker.log.vault_events import Exported
from caseworker.moments import Moment
from caseworker.vault.condition import awaits_bundle_of, record_clock
from caseworker.vault.folder import Vault
from caseworker.vault.forms import form_of
from caseworker.vault.keys import directory_key, intake_key, newest_directory
from caseworker.vault.of_before import refuse_of_before
from caseworker.vault.outgoing import OutgoingRow, outgoing_statement
from caseworker.vault.taken import drop_what_is_over, to_repeat
from crypto.bundle import BundleWriter, ItemType, OutboundHeader
from crypto.errors import ProtocolError
from crypto.names import Day
from crypto.statements import StatementKind, encode_statement
from ground.disk.new_files import (
    new_file,
    refuse_missing_folder,
    refuse_name_in_use,
    remove_left_over,
)
from ground.shell.figures import date_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal


@dataclass(frozen=True)
class ExportResult:
    """What a bundle carries, and what still waits; `again` where it had been written before.

    `new_batches` were made for it; where none were, `next_release` is the day of the next.
    """

    carried: tuple[OutgoingRow, ...]
    new_batches: int
    new_replies: tuple[WrittenReply, ...]
    waiting: tuple[WrittenReply, ...]
    failed: dict[int, ProtocolError]
    next_release: Day | None
    upkeep: Upkeep
    again: bool = False


def export_bundle(vault: Vault, path: Path, moment: Moment) -> ExportResult:
    """Write an outbound bundle; Refusal where nothing may leave."""
    refuse_before_a_bundle(vault)
    refuse_if_stray(vault)
    written = _written_already(vault, path)
    if written is not None:
        # Killed between its name and its end, a writer leaves the file a second name.
        remove_left_over(path, undo=False)
        if not was_exported(vault.db, written):
            return _logged(vault, moment, SealedBatches(), None, Upkeep())
        # Nothing has happened here, and no day has begun, since that was written.
        if ends_with_export(vault.db) == (moment.day, written):
            return ExportResult(
                carried=tuple(to_repeat(vault)),
                new_batches=0,
                new_replies=(),
                waiting=tuple(waiting_replies(vault.db)),
                failed={},
                next_release=None,
                upkeep=Upkeep(),
                again=True,
            )
    refuse_unwritable(path)
    upkeep = renew_what_is_due(vault, moment)
    directory = known_directory(vault)
    with vault.db.transaction():
        drop_what_is_over(vault, moment.day, directory.policy.reply_days)
        release = next_release(vault.db, moment.day, directory.release)
        sealed = SealedBatches() if release else seal_batches(vault, moment, directory)
        make_confirmations(vault, moment)
        sign_anew(vault)
        record_clock(vault.db, moment.day)
    try:
        with new_file(path) as file:
            _write_items(vault, file.write)
    except OSError as error:
        raise Refusal(
            f"{foreign_path(path)} could not be written: {error.strerror}",
            "nothing was lost: the next export carries what this one should have",
        ) from None
    return _logged(vault, moment, sealed, release, upkeep)


def _written_already(vault: Vault, path: Path) -> bytes | None:
    """Return the SHA-256 of a file that is, to the last byte, what this vault would repeat now."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        written = hashlib.file_digest(file, "sha256").digest()
    return written if written == _digest(vault) else None


def _digest(vault: Vault) -> bytes:
    """Return the SHA-256 of the bundle that carries all that is not yet taken."""
    digest = hashlib.sha256()
    _write_items(vault, digest.update)
    return digest.digest()


def _logged(
    vault: Vault, moment: Moment, sealed: SealedBatches, release: Day | None, upkeep: Upkeep
) -> ExportResult:
    """Log what was written, and return it."""
    rows = tuple(to_repeat(vault))
    return ExportResult(
        carried=rows,
        new_batches=sealed.made,
        new_replies=tuple(_log_carried(vault, moment, rows, _digest(vault))),
        waiting=tuple(waiting_replies(vault.db)),
        failed=sealed.failed,
        next_release=release,
        upkeep=upkeep,
    )


def refuse_before_a_bundle(vault: Vault) -> None:
    """Raise Refusal where a vault came from a backup and was not told yet what the server has."""
    refuse_of_before(vault.db)
    since = awaits_bundle_of(vault.db)
    if since is not None:
        raise Refusal(
            "this vault came from a backup, and does not know yet what the server has of it",
            f"import a bundle first that the server wrote on {date_text(since)} or later",
        )


def refuse_unwritable(path: Path) -> None:
    """Raise Refusal where no new bundle can be written under this name."""
    refuse_name_in_use(path)
    refuse_missing_folder(path.parent)


def _write_items(vault: Vault, write: Callable[[bytes], object]) -> None:
    bundle = BundleWriter(write, OutboundHeader(vault.genesis_id, vault.recipient))
    document = newest_directory(vault.db)
    if document and directory_key(vault.db):
        bundle.add(ItemType.DIRECTORY, document)
    for public_key in _public_keys(vault):
        bundle.add(ItemType.INTAKE_KEY, public_key)
    form = form_of(vault.db, known_directory(vault).form) if directory_key(vault.db) else None
    if form is not None:
        bundle.add(ItemType.FORM, form)
    bundle.add(ItemType.CARD, card_document(vault))
    for row in sorted(to_repeat(vault), key=lambda row: (row.kind, row.number)):
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


def _log_carried(
    vault: Vault, moment: Moment, rows: tuple[OutgoingRow, ...], written: bytes
) -> list[WrittenReply]:
    """Log what the bundle carried; return the replies that it carried for the first time."""
    batches = {row.number for row in rows if row.kind == StatementKind.BATCH}
    replies = replies_in_batches(vault.db, batches)
    first = [reply for reply in replies if reply.carried_out is None]
    with vault.db.transaction():
        for reply in first:
            check_with_log(vault.db, reply)
            event = CarriedOut(reply.case_number, reply.reply_id, written)
            append_to_case(vault, moment, event)
        append_event(vault, moment, Exported(written, len(batches), len(rows)))
    return first
