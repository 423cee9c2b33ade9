"""Confirmations of what arrived, and refinements of where records lie on the board."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

from caseworker.days import Moment
from caseworker.vault.arrivals import confirm_envelopes, unconfirmed_envelopes
from caseworker.vault.chunks import ChunkName, confirm_chunks, unconfirmed_chunks
from caseworker.vault.folder import Vault
from caseworker.vault.keys import signing_key
from caseworker.vault.numbers import take_number
from caseworker.vault.outgoing import add_outgoing, coarse_records, set_bits
from crypto.office.signing import sign_confirmation, sign_refinement
from crypto.replies import bucket_value
from crypto.statement_contents import Refinement, confirm
from crypto.statements import Statement

# SPEC 14: a statement has at most 16 MiB; an entry at most 64 bytes.
_ENTRIES_MAX = 200_000

_Entry = TypeVar("_Entry")


def make_confirmations(vault: Vault, moment: Moment) -> None:
    """Confirm, within a transaction, all that arrived and that no confirmation names yet."""
    for addresses in _slices(unconfirmed_envelopes(vault.db)):
        number = _sign_confirmation(vault, moment, addresses, ())
        confirm_envelopes(vault.db, addresses, number)
    for names in _slices(unconfirmed_chunks(vault.db)):
        number = _sign_confirmation(vault, moment, (), names)
        confirm_chunks(vault.db, names, number)


def make_refinements(vault: Vault, moment: Moment, bits: int) -> None:
    """Tell the finer bucket of each record, where the directory's buckets became finer."""
    for records in _slices(coarse_records(vault.db, bits)):
        number = take_number(vault.db, "refinement")
        refined = Refinement(
            bits, tuple((one.hash, bucket_value(one.bucket, bits)) for one in records)
        )
        signer = signing_key(vault.db)
        _keep(
            vault,
            moment,
            sign_refinement(signer, vault.genesis_id, vault.recipient, number, refined),
        )
        set_bits(vault.db, records, bits)


def _sign_confirmation(
    vault: Vault, moment: Moment, addresses: Sequence[bytes], names: Sequence[ChunkName]
) -> int:
    number = take_number(vault.db, "confirmation")
    signer, content = signing_key(vault.db), confirm(addresses, names)
    _keep(
        vault,
        moment,
        sign_confirmation(signer, vault.genesis_id, vault.recipient, number, content),
    )
    return number


def _keep(vault: Vault, moment: Moment, statement: Statement) -> None:
    add_outgoing(vault.db, statement, hashlib.sha256(statement.content).digest(), moment.day)


def _slices(entries: list[_Entry]) -> Iterator[list[_Entry]]:
    return (entries[at : at + _ENTRIES_MAX] for at in range(0, len(entries), _ENTRIES_MAX))
