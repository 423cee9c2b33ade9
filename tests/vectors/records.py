"""Reply records whose randomness is fixed: right but for what is said."""

from dataclasses import dataclass, replace

from crypto.days import later
from crypto.labels import Label
from crypto.names import GenesisId, ThreadId
from crypto.padding import pad
from crypto.replies import (
    REPLY_PADDED_SIZE,
    ReplyPart,
    encode_reply_message,
    reply_info,
    reply_tag,
    signed_reply,
)
from crypto.signing import SigningKey
from crypto.source_keys import set_token
from tests.vectors import derandomised_hpke
from tests.vectors.people import DAY, GENESIS_ID, RECIPIENTS, SIGNING, SOURCE
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
    """A record to be made, for the source of the vectors."""

    message: bytes
    index: int = 0
    recipient_id: str = "board"
    signer: SigningKey = SIGNING["board"]
    signed_recipient: str = "board"
    signed_thread: bytes = SOURCE.thread_id
    signed_tag: bytes | None = None
    reply_key: bytes = SOURCE.reply.public_key
    genesis_id: GenesisId = GENESIS_ID
    padding: bytes = b""
    length: int | None = None

    @property
    def tag(self) -> bytes:
        """The tag, 16 bytes."""
        return reply_tag(SOURCE.thread_secret, GENESIS_ID, self.recipient_id, self.index)

    def sealed(self) -> bytes:
        """Return the record, 4,096 bytes."""
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
        info = reply_info(self.tag, self.genesis_id)
        chance = randomness(f"record {self!r}", 64)
        return self.tag + derandomised_hpke.seal(self.reply_key, info, bytes(padded), chance)


def record(part: ReplyPart = PART, **changes: object) -> Record:
    """Return a record of this message, with these changes to how it is made."""
    return replace(Record(encode_reply_message(part)), **changes)  # type: ignore[arg-type]


def part(**changes: object) -> ReplyPart:
    """Return the message of the vectors with changes."""
    return replace(PART, **changes)  # type: ignore[arg-type]
