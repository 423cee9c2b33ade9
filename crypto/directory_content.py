"""What stands in a directory, and its grammar: SPEC 10.2."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of

from crypto.errors import Malformed
from crypto.lifetimes import DAYS_A_WEEK, POLICY_MAX_DAYS, POLICY_MIN_DAYS
from crypto.names import Day, FormHash, GenesisId, KeyHash, Week
from crypto.public_keys import recipient_bytes
from crypto.sizes import BATCH_SIZES, CHUNKS_MAX, GENESIS_ID_SIZE, RECIPIENTS_MAX
from crypto.strict_json import Fields, encode_json, parse_json

__all__ = [
    "SERVERS_MAX",
    "DirectoryContent",
    "ListedKey",
    "Policy",
    "Recipient",
    "RetiredKey",
    "encode_directory",
    "parse_directory",
    "parse_listed_key",
]

SERVERS_MAX = 4

_KEY_SIZE = 32
_HASH_SIZE = 32
_NAMES_MAX = 16
_NAME_MAX_SIZE = 200
_ADDRESSES_MAX = 8
_ADDRESS_MAX_SIZE = 200
_KEYS_MAX = 8
_RETIRED_MAX = 32
_CONTACTS_MAX = 16
_CONTACT_MAX_SIZE = 500
_ID_MAX_SIZE = 32
_PUZZLE_BITS_MAX = 32
_LANGUAGE = re.compile(r"[a-z][a-z0-9-]{1,15}")
# SPEC 10.2: an origin, as a browser writes it
_ORIGIN = re.compile(r"(https?)://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?")
_OWN_PORTS = {"http": 80, "https": 443}
_PORT_MAX = 65_535


@dataclass(frozen=True)
class ListedKey:
    """The SHA-256 of an intake public key, valid for the days [7 week, 7 week + 14)."""

    week: Week
    hash: KeyHash


@dataclass(frozen=True)
class Recipient:
    """A group that reads messages, its signing key (32 bytes) and intake keys by week."""

    id: str
    titles: Mapping[str, str]
    signing_key: bytes
    keys: tuple[ListedKey, ...]


@dataclass(frozen=True)
class RetiredKey:
    """A signing key (32 bytes) whose replies are still read."""

    id: str
    signing_key: bytes
    until: Day


@dataclass(frozen=True)
class Policy:
    """Lifetimes in days, chunks of one message, and zero bits that a puzzle asks for."""

    reply_days: int
    codename_days: int
    max_chunks: int
    puzzle_envelope: int
    puzzle_chunk: int


@dataclass(frozen=True)
class DirectoryContent:
    """What the directory key signs: SPEC 10.2. Valid on the days [issued, expires).

    `servers` are public signing keys (32 bytes each); `form` is the SHA-256 of the questionnaire;
    `release` is 0 for every export, or the day of the week, 1 for Monday, at which batches leave.
    """

    genesis_id: GenesisId
    sequence: int
    issued: Day
    expires: Day
    names: Mapping[str, str]
    addresses: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    retired: tuple[RetiredKey, ...]
    directory_recipient: str
    servers: tuple[bytes, ...]
    form: FormHash
    batch_size: int
    release: int
    mirrors: tuple[str, ...]
    policy: Policy
    contacts: tuple[str, ...]


def parse_directory(signed: bytes) -> DirectoryContent:
    """Return what a directory's JSON says; Malformed outside the grammar."""
    fields = Fields(parse_json(signed), known=[field.name for field in fields_of(DirectoryContent)])
    content = DirectoryContent(
        genesis_id=GenesisId(fields.hex("genesis_id", GENESIS_ID_SIZE)),
        sequence=fields.integer("sequence", 1),
        issued=Day(fields.integer("issued")),
        expires=Day(fields.integer("expires")),
        names=_parse_names(fields, "names"),
        addresses=tuple(fields.texts("addresses", 1, _ADDRESSES_MAX, _ADDRESS_MAX_SIZE)),
        recipients=_parse_recipients(fields),
        retired=tuple(map(_parse_retired, fields.objects("retired", 0, _RETIRED_MAX))),
        directory_recipient=fields.text("directory_recipient", _ID_MAX_SIZE),
        servers=_parse_servers(fields),
        form=FormHash(fields.hex("form", _HASH_SIZE)),
        batch_size=_parse_batch_size(fields),
        release=fields.integer("release", 0, DAYS_A_WEEK),
        mirrors=tuple(fields.texts("mirrors", 0, _ADDRESSES_MAX, _ADDRESS_MAX_SIZE)),
        policy=_parse_policy(fields.object("policy")),
        contacts=tuple(fields.texts("contacts", 0, _CONTACTS_MAX, _CONTACT_MAX_SIZE)),
    )
    for address in (*content.addresses, *content.mirrors):
        _check_origin(address)
    if content.directory_recipient not in (recipient.id for recipient in content.recipients):
        raise Malformed("a directory's recipient that is not among its recipients")
    return content


def encode_directory(content: DirectoryContent) -> bytes:
    """Return the JSON of a directory; Malformed where a text has no UTF-8."""
    return encode_json(
        {
            "genesis_id": content.genesis_id.hex(),
            "sequence": content.sequence,
            "issued": content.issued,
            "expires": content.expires,
            "names": dict(content.names),
            "addresses": content.addresses,
            "recipients": [_recipient_members(recipient) for recipient in content.recipients],
            "retired": [
                {"id": key.id, "signing_key": key.signing_key.hex(), "until": key.until}
                for key in content.retired
            ],
            "directory_recipient": content.directory_recipient,
            "servers": [key.hex() for key in content.servers],
            "form": content.form.hex(),
            "batch_size": content.batch_size,
            "release": content.release,
            "mirrors": content.mirrors,
            "policy": vars(content.policy),
            "contacts": content.contacts,
        }
    )


def parse_listed_key(fields: Fields) -> ListedKey:
    """Return the week and hash of an intake key; Malformed outside the grammar."""
    return ListedKey(Week(fields.integer("week")), KeyHash(fields.hex("hash", _HASH_SIZE)))


def _parse_names(fields: Fields, name: str) -> dict[str, str]:
    names = fields.text_map(name, 1, _NAMES_MAX, _NAME_MAX_SIZE)
    if not all(map(_LANGUAGE.fullmatch, names)):
        raise Malformed("a name under something other than a language")
    return names


def _check_origin(address: str) -> None:
    origin = _ORIGIN.fullmatch(address)
    if not origin:
        raise Malformed("an address that is not an origin")
    scheme, port = origin.groups()
    if port and (int(port) > _PORT_MAX or int(port) == _OWN_PORTS[scheme]):
        raise Malformed("an address that is not an origin")


def _parse_recipients(fields: Fields) -> tuple[Recipient, ...]:
    recipients = tuple(map(_parse_recipient, fields.objects("recipients", 1, RECIPIENTS_MAX)))
    rids = [recipient_bytes(recipient.id) for recipient in recipients]
    if rids != sorted(set(rids)):
        raise Malformed("recipients that are not sorted, or repeated")
    return recipients


def _parse_recipient(fields: Fields) -> Recipient:
    keys = tuple(map(parse_listed_key, fields.objects("keys", 1, _KEYS_MAX)))
    weeks = [key.week for key in keys]
    if weeks != sorted(set(weeks)):
        raise Malformed("intake keys that are not by week ascending")
    return Recipient(
        id=fields.text("id", _ID_MAX_SIZE),
        titles=_parse_names(fields, "titles"),
        signing_key=fields.hex("signing_key", _KEY_SIZE),
        keys=keys,
    )


def _parse_retired(fields: Fields) -> RetiredKey:
    retired = RetiredKey(
        id=fields.text("id", _ID_MAX_SIZE),
        signing_key=fields.hex("signing_key", _KEY_SIZE),
        until=Day(fields.integer("until")),
    )
    recipient_bytes(retired.id)
    return retired


def _parse_servers(fields: Fields) -> tuple[bytes, ...]:
    # Read as an object of its own, so that each is checked as any other key.
    servers = fields.array("servers", 0, SERVERS_MAX)
    return tuple(Fields({"server": server}).hex("server", _KEY_SIZE) for server in servers)


def _parse_batch_size(fields: Fields) -> int:
    size = fields.integer("batch_size")
    if size not in BATCH_SIZES:
        raise Malformed("a batch size that no batch has")
    return size


def _parse_policy(fields: Fields) -> Policy:
    return Policy(
        reply_days=fields.integer("reply_days", POLICY_MIN_DAYS, POLICY_MAX_DAYS),
        codename_days=fields.integer("codename_days", POLICY_MIN_DAYS, POLICY_MAX_DAYS),
        max_chunks=fields.integer("max_chunks", 0, CHUNKS_MAX),
        puzzle_envelope=fields.integer("puzzle_envelope", 0, _PUZZLE_BITS_MAX),
        puzzle_chunk=fields.integer("puzzle_chunk", 0, _PUZZLE_BITS_MAX),
    )


def _recipient_members(recipient: Recipient) -> dict[str, object]:
    return {
        "id": recipient.id,
        "titles": dict(recipient.titles),
        "signing_key": recipient.signing_key.hex(),
        "keys": [{"week": key.week, "hash": key.hash.hex()} for key in recipient.keys],
    }
