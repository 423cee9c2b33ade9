"""Reply records whose randomness is fixed: right but for what is said."""

from dataclasses import dataclass, replace

from crypto.chain_keys import ChainKey, reply_tag
from crypto.days import later
from crypto.labels import Label
from crypto.names import GenesisId, ThreadId
from crypto.office.replies import seal_record
from crypto.padding import pad
from crypto.replies import REPLY_PADDED_SIZE, ReplyPart, encode_reply_message, signed_reply
from crypto.signing import SigningKey
from crypto.source_keys import SourceKeys, set_token
from tests.vectors.people import DAY, GENESIS_ID, RECIPIENTS, SIGNING, SOURCE, WEEK, chain_at
from tests.vectors.vector import randomness

PART = ReplyPart(
    kind="reply",
    reply_id=randomness("reply id", 16),
    part=0,
    parts=1,
    day=later(DAY, 10),
    recipients=RECIPIENTS,
    set_token=set_token(SOURCE, RECIPIENTS),
    text="Thank you. Кто ещё это видел?",
)


@dataclass(frozen=True)
class Record:
    """A record to be made, for the source of the vectors.

    `chain_signer` is the signing key (32 bytes) to which its pair chain is bound.
    """

    message: bytes
    index: int = 0
    recipient_id: str = "board"
    week: int = WEEK
    chain_signer: bytes | None = None
    chain_source: SourceKeys = SOURCE
    signer: SigningKey = SIGNING["board"]
    signed_recipient: str = "board"
    signed_thread: bytes = SOURCE.thread_id
    signed_tag: bytes | None = None
    sealed_thread: bytes = SOURCE.thread_id
    genesis_id: GenesisId = GENESIS_ID
    padding: bytes = b""
    length: int | None = None
    chance: str = "record"

    @property
    def chain(self) -> ChainKey:
        """The chain key of the record's index."""
        return chain_at(
            self.index,
            self.recipient_id,
            week=self.week,
            signing_key=self.chain_signer,
            source=self.chain_source,
        )

    @property
    def tag(self) -> bytes:
        """The tag, 16 bytes."""
        return reply_tag(self.chain, self.genesis_id, ThreadId(self.sealed_thread))

    @property
    def padded(self) -> bytes:
        """What is sealed, 976 bytes."""
        signed = signed_reply(
            tag=self.signed_tag or self.tag,
            thread_id=ThreadId(self.signed_thread),
            recipient_id=self.signed_recipient,
            message=self.message,
        )
        signature = self.signer.sign(Label.REPLY_MESSAGE, self.genesis_id, signed)
        padded = bytearray(pad(self.message + signature, REPLY_PADDED_SIZE))
        if self.length is not None:
            padded[:4] = self.length.to_bytes(4, "big")
        if self.padding:
            padded[-len(self.padding) :] = self.padding
        return bytes(padded)

    @property
    def random(self) -> bytes:
        """The randomness, 32 bytes, that goes into its salt."""
        return randomness(f"{self.chance} {self.index}", 32)

    def sealed(self) -> bytes:
        """Return the record, 1,024 bytes."""
        thread = ThreadId(self.sealed_thread)
        return seal_record(self.chain, self.genesis_id, thread, self.padded, random=self.random)


def record(part: ReplyPart = PART, **changes: object) -> Record:
    """Return a record of this message, with these changes to how it is made."""
    return replace(Record(encode_reply_message(part)), **changes)  # type: ignore[arg-type]


def part(**changes: object) -> ReplyPart:
    """Return the message of the vectors with changes."""
    return replace(PART, **changes)  # type: ignore[arg-type]
