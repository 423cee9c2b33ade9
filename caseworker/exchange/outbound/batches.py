"""Sealing what waits into batches: full ones, in random order, the parts of a reply together."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from caseworker.cases.lists import append_to_case, check_with_log, waiting_replies
from caseworker.cases.written_replies import WrittenReply
from caseworker.keys.signing import signing_key_in_force
from caseworker.log.case_events import Sealed
from caseworker.log.texts import text_of
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from caseworker.vault.messages import message_mark, payload_of
from caseworker.vault.numbers import give_out_number, give_out_reply_indexes
from caseworker.vault.outgoing import RecordRow, add_outgoing, add_record
from crypto.directory import Directory
from crypto.errors import ProtocolError
from crypto.office.replies import ReplyTo, decoy_record, seal_reply
from crypto.office.signing import sign_batch
from crypto.replies import bucket, bucket_value
from crypto.statement_contents import Batch

_BUCKET_SIZE = 32


@dataclass
class SealedBatches:
    """What went into new batches, and what could not, with the reason."""

    sealed: list[WrittenReply] = field(default_factory=list)
    failed: dict[int, ProtocolError] = field(default_factory=dict)


def seal_batches(vault: Vault, moment: Moment, directory: Directory, batches: int) -> SealedBatches:
    """Make full batches of what waits, within a transaction. What does not fit waits on."""
    result = SealedBatches()
    waiting = waiting_replies(vault.db)
    for _ in range(batches):
        _seal_batch(vault, moment, directory, waiting, result)
        gone = {reply.reply_id for reply in result.sealed}
        waiting = [reply for reply in waiting if reply.reply_id not in gone]
    return result


def _seal_batch(
    vault: Vault,
    moment: Moment,
    directory: Directory,
    waiting: Iterable[WrittenReply],
    result: SealedBatches,
) -> None:
    number = give_out_number(vault.db, "batch")
    placed: list[tuple[bytes, bytes]] = []
    for reply in waiting:
        if len(placed) + reply.parts > directory.batch_size or reply.case_number in result.failed:
            continue
        try:
            placed += _seal(vault, moment, reply, number)
            result.sealed.append(reply)
        except ProtocolError as error:
            result.failed[reply.case_number] = error
    while len(placed) < directory.batch_size:
        placed.append((secrets.token_bytes(_BUCKET_SIZE), decoy_record(vault.genesis_id)))
    secrets.SystemRandom().shuffle(placed)
    _add_batch(vault, moment, number, directory.bucket_bits, placed)


def _seal(
    vault: Vault, moment: Moment, reply: WrittenReply, batch: int
) -> list[tuple[bytes, bytes]]:
    """Return the records of a reply, each with its bucket; its indexes are given out for ever."""
    check_with_log(vault.db, reply)
    payload = payload_of(vault.db, reply.message)
    first = give_out_reply_indexes(vault.db, payload.thread_secret, reply.parts)
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
        text=text_of(vault.db, reply.text_id),
    )
    event = Sealed(reply.case_number, reply.reply_id, batch, first)
    append_to_case(vault, moment, event)
    where = bucket(payload.thread_secret, vault.genesis_id)
    return [(where, record) for record in records]


def _add_batch(
    vault: Vault, moment: Moment, number: int, bits: int, placed: list[tuple[bytes, bytes]]
) -> None:
    batch = Batch(bits, tuple((bucket_value(where, bits), record) for where, record in placed))
    signer = signing_key_in_force(vault)
    statement = sign_batch(signer, vault.genesis_id, vault.recipient, number, batch)
    content_hash = hashlib.sha256(statement.content).digest()
    add_outgoing(vault.db, statement, content_hash, moment.day)
    for where, record in placed:
        add_record(vault.db, RecordRow(hashlib.sha256(record).digest(), number, where, bits))
