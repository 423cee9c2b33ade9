"""Confirmations of what arrived, and refinements of where records lie on the board."""

import hashlib
from collections.abc import Iterator
from typing import TypeVar

from caseworker.keys.signing import signing_key_in_force
from caseworker.moments import Moment
from caseworker.vault.arrivals import confirm_envelopes, unconfirmed_envelopes
from caseworker.vault.chunks import confirm_chunks, unconfirmed_chunks
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import give_out_number
from caseworker.vault.outgoing import add_outgoing, coarse_records, set_bits
from crypto.office.signing import sign_confirmation, sign_refinement
from crypto.replies import bucket_value
from crypto.statement_contents import Refinement, confirm
from crypto.statements import Statement

# SPEC 14: a statement has at most 16 MiB; an envelope takes 32 bytes of it, a chunk 64.
_ENTRIES_MAX = 150_000

_Entry = TypeVar("_Entry")


def make_confirmations(vault: Vault, moment: Moment) -> None:
    """Confirm, within a transaction, all that arrived and that no confirmation names yet."""
    envelopes, chunks = unconfirmed_envelopes(vault.db), unconfirmed_chunks(vault.db)
    for at in range(0, max(len(envelopes), len(chunks)), _ENTRIES_MAX):
        addresses, names = envelopes[at : at + _ENTRIES_MAX], chunks[at : at + _ENTRIES_MAX]
        number = give_out_number(vault.db, "confirmation")
        content = confirm(addresses, names)
        signer = signing_key_in_force(vault)
        _add(
            vault,
            moment,
            sign_confirmation(signer, vault.genesis_id, vault.recipient, number, content),
        )
        confirm_envelopes(vault.db, addresses, number)
        confirm_chunks(vault.db, names, number)


def make_refinements(vault: Vault, moment: Moment, bits: int) -> None:
    """Tell the finer bucket of each record, where the directory's buckets became finer."""
    for records in _slices(coarse_records(vault.db, bits)):
        number = give_out_number(vault.db, "refinement")
        refined = Refinement(
            bits, tuple((one.hash, bucket_value(one.bucket, bits)) for one in records)
        )
        signer = signing_key_in_force(vault)
        _add(
            vault,
            moment,
            sign_refinement(signer, vault.genesis_id, vault.recipient, number, refined),
        )
        set_bits(vault.db, records, bits)


def _add(vault: Vault, moment: Moment, statement: Statement) -> None:
    add_outgoing(vault.db, statement, hashlib.sha256(statement.content).digest(), moment.day)


def _slices(entries: list[_Entry]) -> Iterator[list[_Entry]]:
    return (entries[at : at + _ENTRIES_MAX] for at in range(0, len(entries), _ENTRIES_MAX))
