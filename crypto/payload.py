"""What an envelope carries: SPEC 7.1 and 7.2. Secret: it holds file keys and what a source says."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from crypto.characters import WHITE_SPACE, is_forbidden
from crypto.chunks import FileKey, chunk_count
from crypto.errors import Contradictory, Malformed
from crypto.form import is_question_id
from crypto.names import Day, FormHash, KeyHash
from crypto.padding import padded_chunk_count
from crypto.public_keys import recipient_bytes
from crypto.sizes import (
    ANSWER_MAX_SIZE,
    ANSWERS_MAX,
    ATTACHMENTS_MAX,
    CHOICES_MAX,
    CHUNKS_MAX,
    ENVELOPE_SLOTS,
    FILE_NAME_MAX_SIZE,
    PAYLOAD_MAX_SIZE,
    RECIPIENTS_MAX,
)
from crypto.strict_json import Fields, JsonValue, encode_json, parse_json

__all__ = [
    "Answer",
    "Attachment",
    "Fill",
    "Payload",
    "SealedFor",
    "TextRest",
    "check_file_name",
    "encode_payload",
    "parse_payload",
    "safe_file_name",
]

MESSAGE_KINDS = ("report", "follow-up")

Answer = str | tuple[str, ...]
"""What stands under a question: a text, or the ids of what was chosen."""

_HASH_SIZE = 32
_MEDIA_TYPE_MAX_SIZE = 100
_CLIENT_MAX_SIZE = 64
_LANGUAGE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")

# SPEC 7.1, in its order
_MEMBERS = (
    "kind",
    "message_id",
    "recipients",
    "set_token",
    "signing_key",
    "day",
    "language",
    "client",
    "directory",
    "form",
    "answers",
    "text",
    "rest",
    "attachments",
    "fill",
)

# SPEC 7.2
_EXTENSION_MAX_SIZE = 16
_NAME_WITHOUT_NAME = "file"


@dataclass(frozen=True)
class SealedFor:
    """A recipient that an envelope was sealed for: the hash of its key (32 bytes) and its slot."""

    id: str
    key: KeyHash
    slot: int


@dataclass(frozen=True, repr=False)
class TextRest:
    """The rest of a text that does not fit, as a file: bytes, key, chunks and file hash."""

    size: int
    key: FileKey
    chunks: int
    hash: bytes

    def __repr__(self) -> str:
        return "TextRest(hidden)"


@dataclass(frozen=True, repr=False)
class Attachment:
    """A file of a message: its name as announced, bytes, media type, key, chunks and file hash."""

    name: str
    size: int
    media_type: str
    key: FileKey
    chunks: int
    hash: bytes

    def __repr__(self) -> str:
        return "Attachment(hidden)"


@dataclass(frozen=True, repr=False)
class Fill:
    """Chunks of zeros that hide how many others there are."""

    key: FileKey
    chunks: int

    def __repr__(self) -> str:
        return "Fill(hidden)"


@dataclass(frozen=True, kw_only=True, repr=False)
class Payload:
    """A message with all that the office needs to answer it."""

    kind: str
    message_id: bytes
    recipients: tuple[SealedFor, ...]
    set_token: bytes
    signing_key: bytes
    day: Day
    language: str
    client: str
    delegation: int
    sequence: int
    form: FormHash
    answers: Mapping[str, Answer]
    text: str
    rest: TextRest | None
    attachments: tuple[Attachment, ...]
    fill: Fill | None

    def __repr__(self) -> str:
        return "Payload(hidden)"


def encode_payload(payload: Payload) -> bytes:
    """Return the JSON of a payload, its members in the order of the specification."""
    return encode_json(
        {
            "kind": payload.kind,
            "message_id": payload.message_id.hex(),
            "recipients": [
                {"id": one.id, "key": one.key.hex(), "slot": one.slot} for one in payload.recipients
            ],
            "set_token": payload.set_token.hex(),
            "signing_key": payload.signing_key.hex(),
            "day": payload.day,
            "language": payload.language,
            "client": payload.client,
            "directory": {"delegation": payload.delegation, "sequence": payload.sequence},
            "form": payload.form.hex(),
            "answers": dict(payload.answers),
            "text": payload.text,
            "rest": payload.rest and {"size": payload.rest.size, **_sealed_file(payload.rest)},
            "attachments": [
                {"name": one.name, "size": one.size, "type": one.media_type, **_sealed_file(one)}
                for one in payload.attachments
            ],
            "fill": payload.fill
            and {"key": payload.fill.key.secret.hex(), "chunks": payload.fill.chunks},
        }
    )


def parse_payload(data: bytes) -> Payload:
    """Return what `encode_payload` was given.

    Raises Malformed outside the grammar, and Contradictory where file keys repeat, chunks do not
    fit a size, or the number of chunks is not padded. Says nothing of who signed.
    """
    fields = Fields(parse_json(data), known=_MEMBERS)
    directory = fields.object("directory")
    payload = Payload(
        kind=fields.choice("kind", MESSAGE_KINDS),
        message_id=fields.hex("message_id", 16),
        recipients=tuple(map(_read_sealed_for, fields.objects("recipients", 1, RECIPIENTS_MAX))),
        set_token=fields.hex("set_token", 16),
        signing_key=fields.hex("signing_key", 32),
        day=Day(fields.integer("day")),
        language=fields.text("language", 16, 2),
        client=fields.text("client", _CLIENT_MAX_SIZE),
        delegation=directory.integer("delegation"),
        sequence=directory.integer("sequence"),
        form=FormHash(fields.hex("form", _HASH_SIZE)),
        answers=read_answers(fields),
        text=fields.text("text", len(data)),
        rest=None if fields.is_null("rest") else _read_rest(fields.object("rest")),
        attachments=tuple(map(_read_attachment, fields.objects("attachments", 0, ATTACHMENTS_MAX))),
        fill=None if fields.is_null("fill") else _read_fill(fields.object("fill")),
    )
    if not _LANGUAGE_LETTERS.issuperset(payload.language):
        raise Malformed("a language that is not a tag")
    _check_recipients(payload.recipients)
    _check_files(payload)
    return payload


def _sealed_file(file: Attachment | TextRest) -> dict[str, str | int]:
    return {"key": file.key.secret.hex(), "chunks": file.chunks, "hash": file.hash.hex()}


def check_file_name(name: str) -> None:
    """Raise Malformed for a file name that could be mistaken for a path or mislead a reader."""
    if name in ("", ".", ".."):
        raise Malformed("a file name that names nothing")
    if "/" in name or "\\" in name:
        raise Malformed("a file name with a path in it")
    if any(map(is_forbidden, name)):
        raise Malformed("a file name with control or format characters")
    if name != name.strip(WHITE_SPACE):
        raise Malformed("a file name with white space at an end")
    if len(name.encode()) > FILE_NAME_MAX_SIZE:
        raise Malformed("a file name of more than 120 bytes")


def safe_file_name(name: str) -> str:
    """Return the name under which a file is announced: the given one, made acceptable."""
    # SPEC 7.2: what follows the last / or \, without what is refused
    own = name.replace("\\", "/").rpartition("/")[2]
    own = "".join(letter for letter in own if not _is_dropped(letter)).strip(WHITE_SPACE)
    stem, dot, extension = own.rpartition(".")
    kept = dot + extension
    if not stem or len(kept.encode()) > _EXTENSION_MAX_SIZE:
        stem, kept = own, ""
    # Cut between characters: what a cut tears is dropped.
    stem = stem.encode()[: FILE_NAME_MAX_SIZE - len(kept.encode())].decode(errors="ignore")
    own = (stem + kept).strip(WHITE_SPACE)
    return _NAME_WITHOUT_NAME if own in ("", ".", "..") else own


def _read_sealed_for(fields: Fields) -> SealedFor:
    return SealedFor(
        id=fields.text("id", 32),
        key=KeyHash(fields.hex("key", _HASH_SIZE)),
        slot=fields.integer("slot", 0, ENVELOPE_SLOTS - 1),
    )


def _read_attachment(fields: Fields) -> Attachment:
    return Attachment(
        name=_read_name(fields),
        size=fields.integer("size"),
        media_type=fields.text("type", _MEDIA_TYPE_MAX_SIZE),
        key=_read_file_key(fields),
        chunks=_read_chunks(fields),
        hash=fields.hex("hash", _HASH_SIZE),
    )


def _read_name(fields: Fields) -> str:
    name = fields.text("name", PAYLOAD_MAX_SIZE)
    try:
        check_file_name(name)
    except Malformed:
        # SPEC 7.1: a bad name costs the name, never the message
        return _NAME_WITHOUT_NAME
    return name


def read_answers(fields: Fields) -> dict[str, Answer]:
    """Return the member `answers`, texts and choices by their questions; Malformed. SPEC 7.1."""
    answers: dict[str, Answer] = {}
    for question, value in fields.members("answers", 0, ANSWERS_MAX).items():
        if isinstance(value, str):
            if len(value.encode()) > ANSWER_MAX_SIZE:
                raise Malformed("an answer too long")
            answers[question] = value
        elif isinstance(value, list):
            answers[question] = _read_choices(value)
        else:
            raise Malformed("an answer that is neither a text nor choices")
    return answers


def _read_choices(values: list[JsonValue]) -> tuple[str, ...]:
    chosen = tuple(value for value in values if isinstance(value, str))
    whole = len(chosen) == len(values) == len(set(chosen))
    if not whole or not 1 <= len(chosen) <= CHOICES_MAX or not all(map(is_question_id, chosen)):
        raise Malformed("an answer whose choices are none")
    return chosen


def _read_rest(fields: Fields) -> TextRest:
    return TextRest(
        size=fields.integer("size"),
        key=_read_file_key(fields),
        chunks=_read_chunks(fields),
        hash=fields.hex("hash", _HASH_SIZE),
    )


def _read_fill(fields: Fields) -> Fill:
    return Fill(key=_read_file_key(fields), chunks=_read_chunks(fields))


def _read_file_key(fields: Fields) -> FileKey:
    return FileKey(fields.hex("key", 32))


def _read_chunks(fields: Fields) -> int:
    return fields.integer("chunks", 1, CHUNKS_MAX)


def _check_recipients(recipients: tuple[SealedFor, ...]) -> None:
    rids = [recipient_bytes(one.id) for one in recipients]
    if rids != sorted(set(rids)):
        raise Malformed("recipients not sorted, or one twice")
    if len({one.key for one in recipients}) != len(recipients):
        raise Malformed("two recipients of one key")
    if len({one.slot for one in recipients}) != len(recipients):
        raise Malformed("two recipients of one slot")


def _check_files(payload: Payload) -> None:
    """Raise Contradictory where the files of a message cannot all be as they are announced."""
    files: list[Attachment | TextRest] = list(payload.attachments)
    if payload.rest:
        files.append(payload.rest)
    keys = [one.key.secret for one in files]
    if payload.fill:
        keys.append(payload.fill.key.secret)
    if len(set(keys)) != len(keys):
        raise Contradictory("two files under one key")
    if any(one.chunks != chunk_count(one.size) for one in files):
        raise Contradictory("a number of chunks that does not fit the size")
    chunks = sum(one.chunks for one in files)
    filling = payload.fill.chunks if payload.fill else 0
    if chunks + filling > CHUNKS_MAX or chunks + filling != padded_chunk_count(chunks):
        raise Contradictory("a number of chunks that is not padded")


def _is_dropped(letter: str) -> bool:
    # What this device knows nothing of may be a format character to another.
    return is_forbidden(letter) or unicodedata.category(letter) == "Cn"
