"""Replies of the office, as the source finds and reads them: SPEC 9. Secret: it takes keys."""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crypto.aes import aes_open
from crypto.chain_keys import ChainKey, next_chain_key, record_key, reply_tag
from crypto.days import later, week_of, weeks
from crypto.directory import Directory, signing_keys_of
from crypto.errors import Malformed, ProtocolError, TooLarge, Unauthentic
from crypto.labels import Label
from crypto.lifetimes import CLOCK_GRACE_DAYS, KEY_DAYS
from crypto.names import Day, GenesisId, ThreadId, Week
from crypto.padding import unpad
from crypto.public_keys import recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import (
    RECIPIENTS_MAX,
    RECORD_SIZE,
    REPLY_INDEXES,
    REPLY_MESSAGE_MAX_SIZE,
    SALT_SIZE,
    SIGNATURE_SIZE,
    TAG_SIZE,
)
from crypto.source_keys import SourceKeys, pair_chain, set_token
from crypto.strict_json import Fields, encode_json, parse_json

__all__ = [
    "Reply",
    "ReplyPart",
    "encode_reply_message",
    "follow_up_recipients",
    "open_board",
    "open_reply",
    "parse_reply_message",
]

# SPEC 9: what is padded and sealed in a record.
REPLY_PADDED_SIZE = 976
# A record's key is used once, so its nonce need not differ from anything.
RECORD_NONCE = bytes(12)
SEALED_AT = TAG_SIZE + SALT_SIZE
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
    """A reply as its parts make it; `missing_parts` count from 0.

    `came_twice`: a part of it lies in two records, so a backup of the recipient's was in use.
    """

    recipient_id: str
    reply_id: bytes
    kind: str
    day: Day
    text: str
    missing_parts: tuple[int, ...]
    recipients: tuple[str, ...]
    set_token: bytes
    came_twice: bool = False

    def __repr__(self) -> str:
        return "Reply(hidden)"


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
    """Return the message of a record, 1 to 908 bytes; TooLarge where it does not fit."""
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
    record: bytes,
    chain: ChainKey,
    *,
    genesis_id: GenesisId,
    thread_id: ThreadId,
    recipient_id: str,
    signing_keys: Iterable[bytes],
) -> ReplyPart:
    """Return the message of a record that one of a recipient's signing keys signed.

    `chain` is the chain key of the record's index. Raises Malformed for another size, padding or
    grammar, and Unauthentic where the record is not of this chain, index and thread, or none of
    the keys signed it for this thread, recipient and tag.
    """
    if len(record) != RECORD_SIZE:
        raise Malformed("a reply record of another size")
    tag, salt, sealed = record[:TAG_SIZE], record[TAG_SIZE:SEALED_AT], record[SEALED_AT:]
    key = record_key(chain, genesis_id, thread_id, tag=tag, salt=salt)
    content = unpad(aes_open(key, nonce=RECORD_NONCE, aad=b"", sealed=sealed))
    if len(content) <= SIGNATURE_SIZE:
        raise Malformed("a reply too short for its signature")
    message, signature = content[:-SIGNATURE_SIZE], content[-SIGNATURE_SIZE:]
    signed = signed_reply(tag=tag, thread_id=thread_id, recipient_id=recipient_id, message=message)
    for signing_key in signing_keys:
        try:
            check_signature(
                signing_key,
                signature=signature,
                label=Label.REPLY_MESSAGE,
                genesis_id=genesis_id,
                message=signed,
            )
        except Unauthentic:
            continue
        return parse_reply_message(message)
    raise Unauthentic("none of the recipient's keys signed this reply for this thread")


def signed_reply(*, tag: bytes, thread_id: ThreadId, recipient_id: str, message: bytes) -> bytes:
    """Return what a recipient signs under the label REPLY_MESSAGE."""
    # SPEC 9: tag || thread || rid || message
    return tag + thread_id + recipient_bytes(recipient_id) + message


def open_board(
    board: Iterable[bytes], source: SourceKeys, directory: Directory, day: Day
) -> list[Reply]:
    """Return the replies to a source among volumes of the board, in the order of SPEC 9.1.

    `board` are pieces of the board, each a whole number of records, else Malformed; `day` is the
    reader's. A record with one of the source's tags that does not open or verify is passed over,
    whatever it is.
    """
    gathered: dict[tuple[object, ...], dict[int, _Found]] = defaultdict(dict)
    for found in _own_parts(board, source, directory, day):
        part = found.part
        # Parts that disagree are not parts of one reply.
        agreeing = (part.kind, part.parts, part.day, part.recipients, part.set_token)
        parts = gathered[(found.recipient_id, part.reply_id, *agreeing)]
        before = parts.get(part.part)
        parts[part.part] = found if before is None else _first_of(before, found)
    # Indexes are given out in turn, so within a day they tell what was said first.
    ordered = sorted(gathered.values(), key=_place)
    return [_join(parts) for parts in ordered]


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


@dataclass(frozen=True, repr=False)
class _Owner:
    """Whose record a tag marks: chain key, week and index of a recipient's pair chain."""

    recipient_id: str
    week: Week
    index: int
    chain: ChainKey


@dataclass(frozen=True, repr=False)
class _Found:
    """A part as it was found; `doubled` where another record holds the same."""

    recipient_id: str
    week: Week
    index: int
    record: bytes
    part: ReplyPart
    doubled: bool = False


def _own_parts(
    board: Iterable[bytes], source: SourceKeys, directory: Directory, day: Day
) -> Iterator[_Found]:
    owners: dict[bytes, _Owner] = {}
    for owner in _owners(source, directory, day):
        owners.setdefault(reply_tag(owner.chain, source.genesis_id, source.thread_id), owner)
    for piece in board:
        if len(piece) % RECORD_SIZE:
            raise Malformed("a board that is not a whole number of records")
        for start in range(0, len(piece), RECORD_SIZE):
            found_owner = owners.get(piece[start : start + TAG_SIZE])
            if found_owner is None:
                continue
            found = _found(piece[start : start + RECORD_SIZE], found_owner, source, directory)
            if found is not None:
                yield found


def _owners(source: SourceKeys, directory: Directory, day: Day) -> Iterator[_Owner]:
    """Yield each index of each pair chain under which a reply to this source may lie."""
    # SPEC 9.1
    for recipient_id, signing_key in signers_read(directory, day):
        for week in weeks_read(directory.policy.codename_days, day):
            chain = pair_chain(source, recipient_id, signing_key, week)
            for index in range(REPLY_INDEXES):
                yield _Owner(recipient_id, week, index, chain)
                chain = next_chain_key(chain, source.genesis_id)


def signers_read(directory: Directory, day: Day) -> list[tuple[str, bytes]]:
    """Return each recipient id with each signing key (32 bytes) whose pair chains are tried."""
    # SPEC 9.1: active, or retired and not past `until`
    active = [(one.id, one.signing_key) for one in directory.recipients]
    retired = [(one.id, one.signing_key) for one in directory.retired if day < one.until]
    return active + retired


def weeks_read(codename_days: int, day: Day) -> list[Week]:
    """Return the weeks of the intake keys to which a source's messages may have been sealed."""
    # SPEC 9.1: from that of day t - codename_days - 14 to that of day t + 2
    first = week_of(Day(max(0, day - codename_days - KEY_DAYS)))
    return weeks(first, Week(week_of(later(day, CLOCK_GRACE_DAYS)) + 1))


def _found(record: bytes, owner: _Owner, source: SourceKeys, directory: Directory) -> _Found | None:
    try:
        part = open_reply(
            record,
            owner.chain,
            genesis_id=source.genesis_id,
            thread_id=source.thread_id,
            recipient_id=owner.recipient_id,
            signing_keys=signing_keys_of(directory, owner.recipient_id),
        )
    except ProtocolError:
        return None
    return _Found(owner.recipient_id, owner.week, owner.index, record, part)


def _first_of(one: _Found, other: _Found) -> _Found:
    """Return that of two records of the same part which counts, flagged where they differ."""
    if one.record == other.record:
        return one
    first = min(one, other, key=lambda found: (found.week, found.index, found.record))
    return replace(first, doubled=True)


def _place(parts: dict[int, _Found]) -> tuple[Day, str, Week, int]:
    first = min(parts.values(), key=lambda found: (found.week, found.index))
    return first.part.day, first.recipient_id, first.week, first.index


def _join(found: dict[int, _Found]) -> Reply:
    first = next(iter(found.values()))
    part, present = first.part, sorted(found)
    return Reply(
        recipient_id=first.recipient_id,
        reply_id=part.reply_id,
        kind=part.kind,
        day=part.day,
        text="".join(found[number].part.text for number in present),
        missing_parts=tuple(number for number in range(part.parts) if number not in found),
        recipients=part.recipients,
        set_token=part.set_token,
        came_twice=any(one.doubled for one in found.values()),
    )
