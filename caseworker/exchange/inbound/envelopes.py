"""Reading envelopes: opened with every secret that is held, set aside where that fails.

What was altered is noted as set aside and nothing of it kept: no update can ever read it, and
whoever has an envelope's bytes can send them altered.
"""

import hashlib
from functools import cache
from importlib.metadata import version

from caseworker.cases.files import FILL_PLACE, AnnouncedFile, announced_files
from caseworker.log.case_events import Received
from caseworker.log.chain import append_event
from caseworker.moments import Moment
from caseworker.vault.arrivals import (
    SetAside,
    add_envelope,
    add_set_aside,
    addresses_set_aside,
    envelope_outcome,
    set_aside,
)
from caseworker.vault.chains import remember_chain, set_newest_message
from caseworker.vault.condition import set_tried_with, tried_with
from caseworker.vault.folder import Vault
from caseworker.vault.messages import (
    FileRow,
    MessageMark,
    MessageProof,
    add_file,
    add_message,
    case_of_thread,
    is_known_commitment,
    is_known_message,
    next_case_number,
    next_message_number,
)
from crypto.chunks import chunk_id
from crypto.errors import ProtocolError, Unauthentic
from crypto.names import Address
from crypto.office.envelope import (
    IntakeSecret,
    OpenedEnvelope,
    OpenedSlot,
    open_body,
    open_slot,
)
from crypto.payload import Payload
from crypto.strict_json import encode_json

MESSAGE = "message"
DUPLICATE = "duplicate"
SET_ASIDE = "set-aside"
UNOPENED = "unopened"
_BEGINNING_LETTERS = 200
# What a recipient was left out of, or what was made for nobody, looks like this.
_NO_SLOT = "no slot opens with a key of this vault"


class EnvelopeReader:
    """Reads envelopes into a vault, within one transaction."""

    def __init__(self, vault: Vault, moment: Moment) -> None:
        self._vault = vault
        self._moment = moment
        self._secrets = [IntakeSecret(one.week, one.key) for one in vault.secrets]
        self._updated = tried_with(vault.db) != program_version()

    def read(self, address: Address, envelope: bytes) -> str:
        """Return what becomes of an envelope that arrived, new or known.

        What this version could not read before, it cannot read now: junk that comes again and
        again costs its first look alone.
        """
        before = envelope_outcome(self._vault.db, address)
        if before in (MESSAGE, DUPLICATE) or (before and not self._updated):
            return DUPLICATE
        outcome = self._try(address, envelope)
        return DUPLICATE if outcome == before else outcome

    def try_again(self) -> int:
        """Return how many of the envelopes that were set aside an update can read."""
        if not self._updated:
            return 0
        set_tried_with(self._vault.db, program_version())
        outcomes = []
        for address in addresses_set_aside(self._vault.db):
            one = set_aside(self._vault.db, address)
            outcomes.append(self._open(one.address, one.body, one.slot, one.chain))
        return len(outcomes) - outcomes.count(SET_ASIDE)

    def _try(self, address: Address, envelope: bytes) -> str:
        try:
            slot = open_slot(envelope, self._vault.genesis_id, self._vault.recipient, self._secrets)
        except Unauthentic:
            self._set_outcome(address, UNOPENED, _NO_SLOT)
            return UNOPENED
        except ProtocolError as error:
            self._set_outcome(address, SET_ASIDE, _reason(error))
            return SET_ASIDE
        return self._open(address, envelope, slot)

    def _open(
        self, address: Address, envelope: bytes, slot: OpenedSlot, chain: int | None = None
    ) -> str:
        """Read a body; `chain` is the number of the slot's chain where it was remembered before."""
        vault = self._vault
        try:
            opened = open_body(envelope, vault.genesis_id, vault.recipient, slot)
        except ProtocolError as error:
            self._set_outcome(address, SET_ASIDE, _reason(error))
            if not isinstance(error, Unauthentic):
                chain = chain or self._remember_chain(slot)
                add_set_aside(vault.db, SetAside(address, envelope, slot, chain))
            return SET_ASIDE
        return self._add_message(address, opened, chain)

    def _remember_chain(self, slot: OpenedSlot) -> int:
        vault = self._vault
        return remember_chain(vault.db, vault.genesis_id, slot.thread_id, slot.week, slot.chain)

    def _add_message(self, address: Address, opened: OpenedEnvelope, chain: int | None) -> str:
        db, payload = self._vault.db, opened.payload
        content = content_hash(payload)
        if is_known_message(db, opened.thread_id, payload.message_id, content):
            self._set_outcome(address, DUPLICATE, "")
            return DUPLICATE
        self._set_outcome(address, MESSAGE, "")
        mark = self._mark(opened, content)
        proof = MessageProof(address, opened.payload_bytes, opened.slots_hash, opened.signature)
        add_message(db, mark, proof)
        for file in announced_files(payload):
            add_file(db, _file_row(mark.number, file))
        set_newest_message(db, chain or self._remember_chain(opened.slot), mark.number)
        event = Received(mark.case_number, mark.number, mark.kind, address)
        append_event(self._vault, self._moment, event)
        return MESSAGE

    def _mark(self, opened: OpenedEnvelope, content: bytes) -> MessageMark:
        payload = opened.payload
        return MessageMark(
            number=next_message_number(self._vault.db),
            case_number=self._case_of(opened),
            thread_id=opened.thread_id,
            message_id=payload.message_id,
            kind=payload.kind,
            commitment=opened.commitment,
            content_hash=content,
            within_key_dates=opened.within_key_dates,
            received_day=self._moment.day,
            language=payload.language,
            beginning=payload.text[:_BEGINNING_LETTERS],
        )

    def _case_of(self, opened: OpenedEnvelope) -> int:
        """Return the case that a message continues, or a new one.

        A message continues a thread exactly if its signing key is the thread. One that is
        suspicious by itself stands alone.
        """
        # SPEC 16, end
        db, known = self._vault.db, None
        shares = is_known_commitment(db, opened.thread_id, opened.commitment)
        if opened.within_key_dates and not shares:
            known = case_of_thread(db, opened.thread_id)
        return known or next_case_number(db)

    def _set_outcome(self, address: Address, outcome: str, reason: str) -> None:
        add_envelope(self._vault.db, address, outcome, reason, self._moment.day)


def _file_row(message: int, file: AnnouncedFile) -> FileRow:
    return FileRow(
        message=message,
        place=file.place,
        chunks=file.chunks,
        first_chunk=chunk_id(file.key, 0),
        last_chunk=chunk_id(file.key, file.chunks - 1),
        claimed=0,
        looked_to=0,
        sha256=None,
    )


@cache
def program_version() -> str:
    """Return the version of this program."""
    return version("fidelio-intake")


def content_hash(payload: Payload) -> bytes:
    """Return the hash of what a source says and attaches, however often it was sealed anew."""
    files = [file for file in announced_files(payload) if file.place != FILL_PLACE]
    said = {
        "kind": payload.kind,
        "answers": dict(payload.answers),
        "text": payload.text,
        "names": [one.name for one in payload.attachments],
        "files": [f"{one.size} {one.key.secret.hex()} {one.hash.hex()}" for one in files],
    }
    return hashlib.sha256(encode_json(said)).digest()


def _reason(error: ProtocolError) -> str:
    return f"{type(error).__name__}: {error}"
