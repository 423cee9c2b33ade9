"""Sealing what waits into batches: as many as SPEC 13 allows, the parts of a reply together."""

import hashlib
from dataclasses import dataclass, field

from caseworker.cases.lists import append_to_case, check_with_log, waiting_replies
from caseworker.cases.written_replies import WrittenReply
from caseworker.keys.signing import signing_key_in_force
from caseworker.log.case_events import Sealed
from caseworker.log.texts import text_of
from caseworker.moments import Moment
from caseworker.vault.chains import advance_chain, chain_of_thread
from caseworker.vault.folder import Vault
from caseworker.vault.messages import message_mark, payload_of
from caseworker.vault.numbers import give_out_number
from caseworker.vault.outgoing import add_outgoing
from crypto.directory import Directory
from crypto.errors import ProtocolError, TooLarge
from crypto.office.replies import ReplyTo, decoy_record, seal_reply
from crypto.office.signing import sign_batch
from crypto.statement_contents import batch_of


@dataclass
class SealedBatches:
    """What went into new batches, how many there are, and what could not, with the reason."""

    made: int = 0
    sealed: list[WrittenReply] = field(default_factory=list)
    failed: dict[int, ProtocolError] = field(default_factory=dict)


@dataclass
class _Batch:
    """A batch to be: the replies that share it, and how many records they take."""

    replies: list[WrittenReply] = field(default_factory=list)
    records: int = 0


def seal_batches(vault: Vault, moment: Moment, directory: Directory) -> SealedBatches:
    """Make the batches of an export, within a transaction. What cannot be sealed waits on."""
    result = SealedBatches()
    batches = _packed(waiting_replies(vault.db), directory.batch_size, result)
    result.made = batch_count(len(batches))
    batches += [_Batch() for _ in range(result.made - len(batches))]
    for batch in batches:
        _seal_batch(vault, moment, directory, batch, result)
    return result


def batch_count(needed: int) -> int:
    """Return how many batches an export makes whose replies need so many."""
    # SPEC 13: each power of two, and one and a half times it
    power = 1
    while power < needed:
        if power >= 2 and needed <= power * 3 // 2:
            return power * 3 // 2
        power *= 2
    return power


def _packed(waiting: list[WrittenReply], batch_size: int, result: SealedBatches) -> list[_Batch]:
    """Put each reply into the first batch that has room for all of its parts."""
    batches: list[_Batch] = []
    for reply in waiting:
        if reply.parts > batch_size:
            result.failed[reply.case_number] = TooLarge("batches have become too small for a reply")
            continue
        batch = next((one for one in batches if one.records + reply.parts <= batch_size), None)
        if batch is None:
            batch = _Batch()
            batches.append(batch)
        batch.replies.append(reply)
        batch.records += reply.parts
    return batches


def _seal_batch(
    vault: Vault, moment: Moment, directory: Directory, batch: _Batch, result: SealedBatches
) -> None:
    number = give_out_number(vault.db, "batch")
    records: list[bytes] = []
    for reply in batch.replies:
        if reply.case_number in result.failed:
            continue
        try:
            records += _seal(vault, moment, reply, number)
            result.sealed.append(reply)
        except ProtocolError as error:
            result.failed[reply.case_number] = error
    records += [decoy_record() for _ in range(directory.batch_size - len(records))]
    signer = signing_key_in_force(vault)
    statement = sign_batch(signer, vault.genesis_id, vault.recipient, number, batch_of(records))
    content_hash = hashlib.sha256(statement.content).digest()
    add_outgoing(vault.db, statement, content_hash, moment.day)


def _seal(vault: Vault, moment: Moment, reply: WrittenReply, batch: int) -> tuple[bytes, ...]:
    """Return the records of a reply; the chain keys that they were made from are overwritten."""
    check_with_log(vault.db, reply)
    payload = payload_of(vault.db, reply.message)
    thread_id = message_mark(vault.db, reply.message).thread_id
    chain = chain_of_thread(vault.db, thread_id)
    if chain is None:
        raise TooLarge("its source has no pair chain")
    sealed = seal_reply(
        to=ReplyTo(
            thread_id=thread_id,
            recipients=tuple(one.id for one in payload.recipients),
            set_token=payload.set_token,
        ),
        chain=chain.key,
        index=chain.next_index,
        signer=signing_key_in_force(vault),
        genesis_id=vault.genesis_id,
        recipient_id=vault.recipient,
        kind=reply.kind,
        reply_id=reply.reply_id,
        day=reply.written.day,
        text=text_of(vault.db, reply.text_id),
    )
    advance_chain(vault.db, chain, len(sealed.records), sealed.next_chain)
    event = Sealed(reply.case_number, reply.reply_id, batch, chain.next_index)
    append_to_case(vault, moment, event)
    return sealed.records
