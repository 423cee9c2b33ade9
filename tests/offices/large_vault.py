"""A vault with many cases, written straight into its tables: sealing them all would take hours."""

import hashlib
from dataclasses import replace

from caseworker.log.case_events import Acknowledged, CarriedOut, Received, Sealed
from caseworker.log.chain import append_event
from caseworker.log.kinds import Event
from caseworker.log.texts import add_text
from caseworker.vault.arrivals import add_envelope
from caseworker.vault.folder import Vault
from caseworker.vault.messages import add_message, message_mark, message_proof
from crypto.names import Address, ThreadId
from tests.offices.vaults import DAY, at


def fill_vault(vault: Vault, cases: int) -> None:
    """Add cases like case 1, each of another source, until there are so many.

    One in twenty was acknowledged, and that was carried out long ago.
    """
    pattern, proof = message_mark(vault.db, 1), message_proof(vault.db, 1)
    with vault.db.transaction():
        text = add_text(vault.db, "Your message has arrived.")
        for number in range(2, cases + 1):
            own = hashlib.sha256(number.to_bytes(4)).digest()
            add_envelope(vault.db, Address(own), "message", "", DAY)
            mark = replace(
                pattern,
                number=number,
                case_number=number,
                thread_id=ThreadId(own),
                message_id=own[:16],
                commitment=own,
                content_hash=own,
            )
            add_message(vault.db, mark, replace(proof, address=Address(own)))
            for event in _events(number, own, text):
                append_event(vault, at(DAY), event)
        # As they would be after a bundle that the server took.
        vault.db.run("UPDATE envelopes SET confirmed_in = 1")


def _events(number: int, own: bytes, text: bytes) -> list[Event]:
    received = Received(number, number, "report", own)
    if number % 20:
        return [received]
    reply = own[:16]
    return [
        received,
        Acknowledged(number, reply, number, 1, text),
        Sealed(number, reply, 1, 0),
        CarriedOut(number, reply, own),
    ]
