"""A sealed file made on this device, from a plan (SPEC 11.1)."""

import os
from pathlib import Path
from typing import BinaryIO

from crypto.days import first_day, week_of
from crypto.envelope import envelope_address, seal_envelope
from crypto.names import Address, ChunkId
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE, puzzle_nonce, solve_puzzle
from crypto.sealed_file import SealedFileHead, SealedFileWriter, last_day_of
from crypto.sizes import PUZZLE_NONCE_SIZE
from crypto.source_keys import SourceKeys
from ground.disk.new_files import NameInUseError, new_file
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.message.pieces import ChangedError
from intake.source.message.plan import Plan
from intake.source.person.upload_progress import ProgressInWords, Sent
from intake.source.reach.office import Office

__all__ = ["check_new", "write_sealed_file"]


def check_new(path: Path) -> None:
    """Return if a file can be made here, else Refusal: before anything is typed."""
    if path.exists():
        raise _exists(path)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Refusal(
            _("No file can be written to {path}.").format(path=foreign_path(path.parent)),
            _("Choose a folder that is there and open to you."),
        )


def write_sealed_file(
    path: Path, plan: Plan, source: SourceKeys, office: Office, progress: ProgressInWords
) -> SealedFileHead:
    """Seal a plan into a new file, durably; Refusal, and no file, where that fails."""
    try:
        with new_file(path) as file:
            return _write(file, plan, source, office, progress)
    except NameInUseError:
        raise _exists(path) from None
    except ChangedError:
        raise Refusal(
            _("A file has changed while it was being sealed."),
            _("Nothing was written. Try again with copies that nobody writes to."),
        ) from None
    finally:
        progress.clear()


def _write(
    file: BinaryIO, plan: Plan, source: SourceKeys, office: Office, progress: ProgressInWords
) -> SealedFileHead:
    if week_of(today()) != office.week:
        raise Refusal(
            _("The office's keys have run out meanwhile. Nothing was written."),
            _("Begin again."),
        )
    policy, genesis_id = office.directory.policy, office.genesis_id
    last_day = last_day_of(first_day(office.week))
    files = plan.files()
    chunks = sum(one.snapshot.chunks for one in files)
    head = SealedFileHead(genesis_id, last_day, chunks)
    writer = SealedFileWriter(head)

    def nonce(kind: int, name: Address | ChunkId, bits: int) -> bytes:
        if not bits:
            return bytes(PUZZLE_NONCE_SIZE)
        header = solve_puzzle(
            genesis_id, kind, name, bits, last_day, lambda tried: progress.working(tried, 1 << bits)
        )
        return puzzle_nonce(header)

    file.write(writer.begin())
    done = 0
    for one in files:
        for index in range(one.snapshot.chunks):
            chunk_id, chunk = one.sealed(index)
            solved = nonce(PUZZLE_CHUNK, chunk_id, policy.puzzle_chunk)
            file.write(writer.chunk(chunk_id, nonce=solved, chunk=chunk))
            done += 1
            progress.sealing(Sent(done, chunks))
    message = plan.message(office.directory, today())
    recipients = [office.seal_to(one) for one in plan.draft.recipient_ids]
    envelope = seal_envelope(message, source, recipients)
    solved = nonce(PUZZLE_ENVELOPE, envelope_address(envelope), policy.puzzle_envelope)
    file.write(writer.end(nonce=solved, envelope=envelope))
    return head


def _exists(path: Path) -> Refusal:
    return Refusal(
        _("There is a file of this name already: {path}").format(path=foreign_path(path)),
        _("Choose another name: nothing is ever written over."),
    )
