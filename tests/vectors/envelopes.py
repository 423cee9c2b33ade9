"""Envelopes whose randomness is fixed: right but for what is said: SPEC 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crypto.aes import aes_seal
from crypto.envelope import BODY_NONCE, PADDED_SIZE, commitment_of, signed_message, slot_info
from crypto.hpke import KemSecretKey
from crypto.labels import Label
from crypto.names import GenesisId
from crypto.padding import pad
from crypto.public_keys import recipient_bytes
from crypto.signing import SigningKey
from tests.vectors import derandomised_hpke
from tests.vectors.messages import ORDER, message, payload_of
from tests.vectors.people import GENESIS_ID, INTAKE, RECIPIENTS, SIGNING, SOURCE, chain_at
from tests.vectors.vector import randomness

PLAIN = payload_of(message())
BOARD_SLOT = ORDER[0]
# Slots 2 and 0 are the recipients', the others throw-away keys.
KEYS: dict[int, bytes] = {
    slot: INTAKE[one].key.public_key for one, slot in zip(RECIPIENTS, ORDER, strict=True)
} | {slot: KemSecretKey(randomness(f"thrown away {slot}", 32)).public_key for slot in (1, 3)}

# By slot, whose it is; of the others, nobody.
IDS = dict(zip(ORDER, RECIPIENTS, strict=True))

SLOT_SIZE = 1232


@dataclass(frozen=True)
class Envelope:
    """An envelope to be made, right but for what is said."""

    purpose: str
    payload: bytes = PLAIN
    keys: Mapping[int, bytes] = field(default_factory=lambda: KEYS)
    ids: Mapping[int, str] = field(default_factory=lambda: IDS)
    slot_thread: bytes = SOURCE.thread_id
    copied: Mapping[int, bytes] = field(default_factory=dict)
    key_of: str | None = None
    zero_share: bool = False
    commitment: bytes | None = None
    signed_payload: bytes | None = None
    signed_slots: bytes | None = None
    signed_office: bytes = GENESIS_ID
    signer: SigningKey = SOURCE.signing
    length: int | None = None
    padding: bytes | None = None

    @property
    def content_key(self) -> bytes:
        """The content key, 32 bytes."""
        return randomness(f"{self.key_of or self.purpose}: content key", 32)

    @cached_property
    def slots(self) -> bytes:
        """The four slots, 4,928 bytes."""
        return b"".join(map(self._slot, range(4)))

    def _slot(self, slot: int) -> bytes:
        if slot in self.copied:
            return self.copied[slot]
        seal = derandomised_hpke.seal
        if self.zero_share and slot == BOARD_SLOT:
            seal = derandomised_hpke.seal_with_zero_share
        chance = randomness(f"{self.purpose}: slot {slot}", 64)
        rid = recipient_bytes(self.ids[slot]) if slot in self.ids else bytes(32)
        return seal(self.keys[slot], slot_info(GENESIS_ID, rid), self._content(slot), chance)

    def _content(self, slot: int) -> bytes:
        """Return what a slot holds, 96 bytes."""
        if slot not in self.ids:
            return bytes(96)
        recipient = self.ids[slot]
        chain = chain_at(0, recipient, signing_key=SIGNING[recipient].public_key)
        return self.content_key + chain.secret + self.slot_thread

    def slot_bytes(self, slot: int) -> bytes:
        """Return one of the slots, 1,232 bytes."""
        return self.slots[slot * SLOT_SIZE : (slot + 1) * SLOT_SIZE]

    @cached_property
    def signature(self) -> bytes:
        """The source's signature, 64 bytes."""
        slots = self.slots if self.signed_slots is None else self.signed_slots
        payload = self.payload if self.signed_payload is None else self.signed_payload
        signed = signed_message(commitment=self.true_commitment, slots=slots, payload=payload)
        return self.signer.sign(Label.MESSAGE, GenesisId(self.signed_office), signed)

    @property
    def true_commitment(self) -> bytes:
        """The commitment, 32 bytes, as it stands in the envelope."""
        return self.commitment or commitment_of(self.content_key, GENESIS_ID)

    def sealed(self) -> bytes:
        """Return the envelope, 32,768 bytes."""
        padded = bytearray(pad(self.payload + self.signature, PADDED_SIZE))
        if self.length is not None:
            padded[:4] = self.length.to_bytes(4, "big")
        if self.padding is not None:
            padded[-len(self.padding) :] = self.padding
        head = b"\1" + self.true_commitment + self.slots
        return head + aes_seal(
            self.content_key, nonce=BODY_NONCE, aad=head, plaintext=bytes(padded)
        )


BASE = Envelope("plain")
