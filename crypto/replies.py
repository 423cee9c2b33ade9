"""Replies of the office, as the source finds and reads them: SPEC 9. Secret: it takes keys."""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crypto.directory import Directory, signing_keys_of
from crypto.errors import Malformed, ProtocolError, TooLarge, Unauthentic
from crypto.hpke import hpke_open
from crypto.labels import Label, bound
from crypto.names import Day, GenesisId, ThreadId
from crypto.padding import unpad
from crypto.public_keys import recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import (
    RECIPIENTS_MAX,
    RECORD_SIZE,
    REPLY_INDEXES,
    REPLY_MESSAGE_MAX_SIZE,
    SIGNATURE_SIZE,
    TAG_SIZE,
)
from crypto.source_keys import SourceKeys, set_token
from crypto.strict_json import Fields, encode_json, parse_json

__all__ = [
    "Reply",
    "ReplyPart",
    "bucket",
    "bucket_value",
    "encode_reply_message",
    "follow_up_recipients",
    "open_board",
    "open_reply",
    "parse_reply_message",
    "reply_tag",
]

# SPEC 9: what is padded and sealed in a record.
REPLY_PADDED_SIZE = 2944
REPLY_PARTS_MAX = 64
REPLY_KINDS = ("reply", "acknowledgement")

# SPEC 9, in its order
_MEMBERS = ("kind", "reply_id", "part", "parts", "day", "recipients", "set_token", "text")


@dataclass(frozen=True, kw_only=True, repr=False)
class ReplyPart:
    """The message in one record: a reply, or one part of it."""

    kind: str
    reply_id: bytes
    part: int
    parts: int
    day: Day
    recipients: tuple[str, ...]
    set_token: bytes
    text: str

    def __repr__(self) -> str:
        return "ReplyPart(hidden)"


@dataclass(frozen=True, kw_only=True, repr=False)
class Reply:
    """A reply as its parts make it; `missing_parts` count from 0."""

    recipient_id: str
    reply_id: bytes
    kind: str
    day: Day
    text: str
    missing_parts: tuple[int, ...]
    recipients: tuple[str, ...]
    set_token: bytes

    def __repr__(self) -> str:
        return "Reply(hidden)"


def reply_tag(thread_secret: bytes, genesis_id: GenesisId, recipient_id: str, index: int) -> bytes:
    """Return the tag, 16 bytes, of a recipient's record of the given index in a thread."""
    # SPEC 9: HMAC(thread secret, bound(TAG) || rid || u32(i))
    message = bound(Label.TAG, genesis_id) + recipient_bytes(recipient_id)
    return hmac.digest(thread_secret, message + index.to_bytes(4, "big"), "sha256")[:TAG_SIZE]


def bucket(thread_secret: bytes, genesis_id: GenesisId) -> bytes:
    """Return the 32 bytes whose first bits say where on the board a thread's replies lie."""
    # SPEC 9: HMAC(thread secret, bound(BUCKET))
    return hmac.digest(thread_secret, bound(Label.BUCKET, genesis_id), "sha256")


def bucket_value(bucket: bytes, bits: int) -> int:
    """Return the first `bits` bits of a bucket as a number."""
    return int.from_bytes(bucket, "big") >> 8 * len(bucket) - bits


def parse_reply_message(data: bytes) -> ReplyPart:
    """Return what `encode_reply_message` was given; Malformed outside the grammar."""
    fields = Fields(parse_json(data), known=_MEMBERS)
    parts = fields.integer("parts", 1, REPLY_PARTS_MAX)
    recipients = fields.texts("recipients", 1, RECIPIENTS_MAX)
    rids = list(map(recipient_bytes, recipients))
    if rids != sorted(set(rids)):
        raise Malformed("recipients not sorted, or one twice")
    return ReplyPart(
        kind=fields.choice("kind", REPLY_KINDS),
        reply_id=fields.hex("reply_id", 16),
        part=fields.integer("part", 0, parts - 1),
        parts=parts,
        day=Day(fields.integer("day")),
        recipients=tuple(recipients),
        set_token=fields.hex("set_token", 16),
        text=fields.text("text", REPLY_MESSAGE_MAX_SIZE),
    )


def encode_reply_message(part: ReplyPart) -> bytes:
    """Return the message of a record, 1 to 2,876 bytes; TooLarge where it does not fit."""
    message = encode_json(
        {
            "kind": part.kind,
            "reply_id": part.reply_id.hex(),
            "part": part.part,
            "parts": part.parts,
            "day": part.day,
            "recipients": list(part.recipients),
            "set_token": part.set_token.hex(),
            "text": part.text,
        }
    )
    if len(message) > REPLY_MESSAGE_MAX_SIZE:
        raise TooLarge("the text does not fit a reply record")
    return message


def open_reply(
    record: bytes, source: SourceKeys, recipient_id: str, signing_keys: Iterable[bytes]
) -> ReplyPart:
    """Return the message of a record that one of a recipient's signing keys signed.

    Raises Malformed for another size, padding or grammar, and Unauthentic where the record is
    not for this source or none of the keys signed it for this thread, recipient and tag.
    """
    if len(record) != RECORD_SIZE:
        raise Malformed("a reply record of another size")
    tag, sealed = record[:TAG_SIZE], record[TAG_SIZE:]
    info = reply_info(tag, source.genesis_id)
    content = unpad(hpke_open(source.reply, info=info, sealed=sealed))
    if len(content) <= SIGNATURE_SIZE:
        raise Malformed("a reply too short for its signature")
    message, signature = content[:-SIGNATURE_SIZE], content[-SIGNATURE_SIZE:]
    signed = signed_reply(
        tag=tag, thread_id=source.thread_id, recipient_id=recipient_id, message=message
    )
    for signing_key in signing_keys:
        try:
            check_signature(
                signing_key,
                signature=signature,
                label=Label.REPLY_MESSAGE,
                genesis_id=source.genesis_id,
                message=signed,
            )
        except Unauthentic:
            continue
        return parse_reply_message(message)
    raise Unauthentic("none of the recipient's keys signed this reply for this thread")


def reply_info(tag: bytes, genesis_id: GenesisId) -> bytes:
    """Return the HPKE info of a record."""
    # SPEC 9: bound(REPLY) || tag
    return bound(Label.REPLY, genesis_id) + tag


def signed_reply(*, tag: bytes, thread_id: ThreadId, recipient_id: str, message: bytes) -> bytes:
    """Return what a recipient signs under the label REPLY_MESSAGE."""
    # SPEC 9: tag || thread id || rid || message
    return tag + thread_id + recipient_bytes(recipient_id) + message


def open_board(board: bytes, source: SourceKeys, directory: Directory) -> list[Reply]:
    """Return the replies to a source among the records of a board, in the order of SPEC 9.1.

    Raises Malformed where the board is not a whole number of records. A record with one of the
    source's tags that does not open or verify is passed over, whatever it is.
    """
    if len(board) % RECORD_SIZE:
        raise Malformed("a board that is not a whole number of records")
    gathered: dict[tuple[object, ...], dict[int, ReplyPart]] = defaultdict(dict)
    places: dict[tuple[object, ...], tuple[int, str, int]] = {}
    for recipient_id, index, part in _own_parts(board, source, directory):
        # Parts that disagree are not parts of one reply. Of doubles the first one counts.
        agreeing = (part.kind, part.parts, part.day, part.recipients, part.set_token)
        same = (recipient_id, part.reply_id, *agreeing)
        gathered[same].setdefault(part.part, part)
        place = (part.day, recipient_id, index)
        places[same] = min(place, places.get(same, place))
    # Indexes are given out in turn, so within a day they tell what was said first.
    ordered = sorted(gathered, key=lambda same: places[same])
    return [_join(places[same][1], gathered[same]) for same in ordered]


def follow_up_recipients(
    replies: Iterable[Reply], source: SourceKeys, directory: Directory
) -> list[str]:
    """Return the ids to propose for a follow-up, sorted; none where the replies give no answer.

    They are the active recipients that stand in every set that the source itself chose: so no
    recipient can redirect a follow-up, and one that was left out stays out.
    """
    # SPEC 9.1
    sets = [
        set(reply.recipients)
        for reply in replies
        if hmac.compare_digest(reply.set_token, set_token(source, reply.recipients))
    ]
    if not sets:
        return []
    chosen = set.intersection(*sets)
    return [recipient.id for recipient in directory.recipients if recipient.id in chosen]


def _own_parts(
    board: bytes, source: SourceKeys, directory: Directory
) -> Iterator[tuple[str, int, ReplyPart]]:
    active = {recipient.id for recipient in directory.recipients}
    known = active | {retired.id for retired in directory.retired}
    signing_keys = {one: signing_keys_of(directory, one) for one in known}
    owners = {
        reply_tag(source.thread_secret, source.genesis_id, one, index): (one, index)
        for one in known
        for index in range(REPLY_INDEXES)
    }
    for start in range(0, len(board), RECORD_SIZE):
        owner = owners.get(board[start : start + TAG_SIZE])
        if owner is None:
            continue
        recipient_id, index = owner
        record = board[start : start + RECORD_SIZE]
        try:
            part = open_reply(record, source, recipient_id, signing_keys[recipient_id])
        except ProtocolError:
            continue
        yield recipient_id, index, part


def _join(recipient_id: str, parts: dict[int, ReplyPart]) -> Reply:
    first = next(iter(parts.values()))
    present = sorted(parts)
    return Reply(
        recipient_id=recipient_id,
        reply_id=first.reply_id,
        kind=first.kind,
        day=first.day,
        text="".join(parts[part].text for part in present),
        missing_parts=tuple(part for part in range(first.parts) if part not in parts),
        recipients=first.recipients,
        set_token=first.set_token,
    )
