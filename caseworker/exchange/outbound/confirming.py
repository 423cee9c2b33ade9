"""Confirmations of what arrived."""

import hashlib

from caseworker.keys.signing import signing_key_in_force
from caseworker.moments import Moment
from caseworker.vault.arrivals import confirm_envelopes, unconfirmed_envelopes
from caseworker.vault.chunks import confirm_chunks, unconfirmed_chunks
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import give_out_number
from caseworker.vault.outgoing import add_outgoing
from crypto.office.signing import sign_confirmation
from crypto.statement_contents import confirm

# SPEC 14: a statement has at most 16 MiB; an envelope takes 32 bytes of it, a chunk 64.
_ENTRIES_MAX = 150_000


def make_confirmations(vault: Vault, moment: Moment) -> None:
    """Confirm, within a transaction, all that arrived and that no confirmation names yet."""
    envelopes, chunks = unconfirmed_envelopes(vault.db), unconfirmed_chunks(vault.db)
    for at in range(0, max(len(envelopes), len(chunks)), _ENTRIES_MAX):
        addresses, names = envelopes[at : at + _ENTRIES_MAX], chunks[at : at + _ENTRIES_MAX]
        number = give_out_number(vault.db, "confirmation")
        content = confirm(addresses, names)
        signer = signing_key_in_force(vault)
        statement = sign_confirmation(signer, vault.genesis_id, vault.recipient, number, content)
        content_hash = hashlib.sha256(statement.content).digest()
        add_outgoing(vault.db, statement, content_hash, moment.day)
        confirm_envelopes(vault.db, addresses, number)
        confirm_chunks(vault.db, names, number)
