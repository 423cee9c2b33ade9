"""The board's volumes: one a week, the same for everybody: SPEC 9.2.

The list says which there are; each is named by its hash, so that anybody may give it out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from crypto.errors import Malformed, Unauthentic
from crypto.names import Week
from crypto.sizes import RECORD_SIZE
from crypto.strict_json import Fields, encode_json, parse_json

__all__ = ["Volume", "check_volume", "encode_volumes", "parse_volumes", "volume_of"]

# SPEC 5: elements of an array
VOLUMES_MAX = 1024
# SPEC 11: 256 MiB, more than any board should have; a server that lists more wants to be loaded.
VOLUME_RECORDS_MAX = 262_144

_HASH_SIZE = 32


@dataclass(frozen=True)
class Volume:
    """What the list says of a volume: the week, how many records, and its SHA-256 (32 bytes)."""

    week: Week
    records: int
    hash: bytes


def volume_of(records: Iterable[bytes]) -> bytes:
    """Return the bytes of a volume that holds these records, each once, in their one order."""
    # SPEC 9.2: sorted by their SHA-256
    by_hash = {hashlib.sha256(record).digest(): record for record in records}
    return b"".join(record for _, record in sorted(by_hash.items()))


def encode_volumes(volumes: Iterable[Volume]) -> bytes:
    """Return the list of volumes as JSON; Malformed where a reader would refuse it."""
    encoded = encode_json(
        {
            "volumes": [
                {"week": one.week, "records": one.records, "hash": one.hash.hex()}
                for one in volumes
            ]
        }
    )
    parse_volumes(encoded)
    return encoded


def parse_volumes(data: bytes) -> list[Volume]:
    """Return the list of volumes, newest first; Malformed outside its grammar and order."""
    fields = Fields(parse_json(data), known=("volumes",))
    volumes = [
        Volume(
            Week(one.integer("week")),
            one.integer("records", 1, VOLUME_RECORDS_MAX),
            one.hex("hash", _HASH_SIZE),
        )
        for one in fields.objects("volumes", 0, VOLUMES_MAX)
    ]
    weeks = [volume.week for volume in volumes]
    if weeks != sorted(set(weeks), reverse=True):
        raise Malformed("volumes that are not by week descending")
    return volumes


def check_volume(data: bytes, listed: Volume) -> None:
    """Return if these are the bytes of a listed volume; Malformed and Unauthentic otherwise."""
    if len(data) != listed.records * RECORD_SIZE:
        raise Malformed("a volume of another size than listed")
    if hashlib.sha256(data).digest() != listed.hash:
        raise Unauthentic("a volume with another hash than listed")
