"""Sealing what waits into batches: full ones, in random order, the parts of a reply together."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from caseworker.cases.cases import ACKNOWLEDGEMENT, WrittenReply, all_cases
from caseworker.keys.signing import signing_key_in_force
from caseworker.log.events import SEALED, append_event
from caseworker.log.rows import kept_text
from caseworker.vault.folder import Vault
from caseworker.vault.messages import message_mark, payload_of
from caseworker.vault.numbers import take_number, take_reply_indexes
from caseworker.vault.outgoing import RecordRow, add_outgoing, add_record
from crypto.directory import Directory
from crypto.errors import ProtocolError
from crypto.office.replies import ReplyTo, decoy_record, seal_reply
from crypto.office.signing import sign_batch
from crypto.replies import bucket, bucket_value
from crypto.statement_contents import Batch
from ground.days import Moment

_BUCKET_SIZE = 32


@dataclass
class SealedBatches:
    """What went into new batches, and what could not, with the reason."""

    sealed: list[WrittenReply] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def seal_batches(vault: Vault, moment: Moment, directory: Directory, batches: int) -> SealedBatches:
    """Make full batches of what waits, within a transaction. What does not fit waits on."""
    result = SealedBatches()
    waiting = waiting_replies(vault)
    for _ in range(batches):
        _seal_batch(vault, moment, directory, waiting, result)
        waiting = [reply for reply in waiting if reply not in result.sealed]
    return result


def waiting_replies(vault: Vault) -> list[WrittenReply]:
    """Return what waits, in the order in which it leaves.

    Acknowledgements come first, those whose report came first before the others: their day is
    the nearest. Replies follow in the order in which they were written.
    """
    cases = all_cases(vault.db).values()
    received = {number: moment for case in cases for number, moment in case.received}
    waiting = [reply for case in cases for reply in case.waiting]

    def order(reply: WrittenReply) -> tuple[bool, int, int, str]:
        reply_comes = reply.kind != ACKNOWLEDGEMENT
        due_from = received[reply.message].day if not reply_comes else reply.written.day
        return reply_comes, due_from, reply.written.day, reply.written.time

    return sorted(waiting, key=order)


def _seal_batch(
    vault: Vault,
    moment: Moment,
    directory: Directory,
    waiting: Iterable[WrittenReply],
    result: SealedBatches,
) -> None:
    number = take_number(vault.db, "batch")
    placed: list[tuple[bytes, bytes]] = []
    for reply in waiting:
        if len(placed) + reply.parts > directory.batch_size or reply.case_number in result.failed:
            continue
        try:
            placed += _seal(vault, moment, reply, number)
            result.sealed.append(reply)
        except ProtocolError as error:
            result.failed[reply.case_number] = str(error)
    while len(placed) < directory.batch_size:
        placed.append((secrets.token_bytes(_BUCKET_SIZE), decoy_record(vault.genesis_id)))
    secrets.SystemRandom().shuffle(placed)
    _keep_batch(vault, moment, number, directory.bucket_bits, placed)


def _seal(
    vault: Vault, moment: Moment, reply: WrittenReply, batch: int
) -> list[tuple[bytes, bytes]]:
    """Return the records of a reply, each with its bucket; its indexes are taken for ever."""
    payload = payload_of(vault.db, reply.message)
    first = take_reply_indexes(vault.db, payload.thread_secret, reply.parts)
    records = seal_reply(
        to=ReplyTo(
            thread_id=message_mark(vault.db, reply.message).thread_id,
            thread_secret=payload.thread_secret,
            reply_key=payload.reply_key,
            recipients=tuple(one.id for one in payload.recipients),
            set_token=payload.set_token,
        ),
        signer=signing_key_in_force(vault),
        genesis_id=vault.genesis_id,
        recipient_id=vault.recipient,
        first_index=first,
        kind=reply.kind,
        reply_id=reply.reply_id,
        day=reply.written.day,
        text=kept_text(vault.db, reply.text_id),
    )
    body = {"reply": reply.reply_id.hex(), "batch": batch, "first_index": first}
    append_event(vault, moment, SEALED, reply.case_number, body)
    where = bucket(payload.thread_secret, vault.genesis_id)
    return [(where, record) for record in records]


def _keep_batch(
    vault: Vault, moment: Moment, number: int, bits: int, placed: list[tuple[bytes, bytes]]
) -> None:
    batch = Batch(bits, tuple((bucket_value(where, bits), record) for where, record in placed))
    signer = signing_key_in_force(vault)
    statement = sign_batch(signer, vault.genesis_id, vault.recipient, number, batch)
    content_hash = hashlib.sha256(statement.content).digest()
    add_outgoing(vault.db, statement, content_hash, moment.day)
    for where, record in placed:
        add_record(vault.db, RecordRow(hashlib.sha256(record).digest(), number, where, bits))
