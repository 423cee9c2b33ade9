"""Sealing what waits into batches: as many as SPEC 13 allows, the parts of a reply together."""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Final

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

_CHANCE: Final = random.SystemRandom()


@dataclass
class SealedBatches:
    """What went into new batches, how many there are, and what could not, with the reason."""

    made: int = 0
    sealed: list[WrittenReply] = field(default_factory=list)
    failed: dict[int, ProtocolError] = field(default_factory=dict)


@dataclass(eq=False)
class _Batch:
    """A batch to be: the replies that share it, how many records they take, and these."""

    replies: list[WrittenReply] = field(default_factory=list)
    size: int = 0
    records: list[bytes] = field(default_factory=list)


def seal_batches(vault: Vault, moment: Moment, directory: Directory) -> SealedBatches:
    """Make the batches of an export, within a transaction. What cannot be sealed waits on.

    Whoever runs the server gave out the messages in an order of its own, and sees each batch: so
    which one a reply is in, and which of them has none, is drawn at random.
    """
    result = SealedBatches()
    waiting = waiting_replies(vault.db)
    batches = _packed(_CHANCE.sample(waiting, len(waiting)), directory.batch_size, result)
    result.made = batch_count(len(batches))
    batches += [_Batch() for _ in range(result.made - len(batches))]
    _CHANCE.shuffle(batches)
    numbered = [(give_out_number(vault.db, "batch"), batch) for batch in batches]
    _seal_replies(vault, moment, waiting, numbered, result)
    for number, batch in numbered:
        _sign_batch(vault, moment, directory, number, batch)
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


def _packed(replies: list[WrittenReply], batch_size: int, result: SealedBatches) -> list[_Batch]:
    """Put each reply into the first batch that has room for all of its parts."""
    batches: list[_Batch] = []
    for reply in replies:
        if reply.parts > batch_size:
            result.failed[reply.case_number] = TooLarge("batches have become too small for a reply")
            continue
        batch = next((one for one in batches if one.size + reply.parts <= batch_size), None)
        if batch is None:
            batch = _Batch()
            batches.append(batch)
        batch.replies.append(reply)
        batch.size += reply.parts
    return batches


def _seal_replies(
    vault: Vault,
    moment: Moment,
    waiting: list[WrittenReply],
    numbered: list[tuple[int, _Batch]],
    result: SealedBatches,
) -> None:
    """Seal what waits, in its order: a source reads its replies in that of their indexes."""
    place = {reply.reply_id: entry for entry in numbered for reply in entry[1].replies}
    for reply in waiting:
        if reply.case_number in result.failed or reply.reply_id not in place:
            continue
        number, batch = place[reply.reply_id]
        try:
            batch.records += _seal(vault, moment, reply, number)
            result.sealed.append(reply)
        except ProtocolError as error:
            result.failed[reply.case_number] = error


def _sign_batch(
    vault: Vault, moment: Moment, directory: Directory, number: int, batch: _Batch
) -> None:
    decoys = [decoy_record() for _ in range(directory.batch_size - len(batch.records))]
    content = batch_of(batch.records + decoys)
    signer = signing_key_in_force(vault)
    statement = sign_batch(signer, vault.genesis_id, vault.recipient, number, content)
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
