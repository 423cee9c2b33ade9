"""The grammar of a directory: SPEC 10.2."""

from collections.abc import Iterator

from crypto.office.directory import listed_weeks
from crypto.strict_json import encode_json
from tests.vectors.documents import (
    EXPIRES,
    ISSUED,
    Members,
    directory_members,
    document,
    keys_of,
    read_members,
    recipient,
    recipients,
)
from tests.vectors.people import GENESIS_ID, RETIRED
from tests.vectors.vector import Vector, randomness, refused


def vectors() -> Iterator[Vector]:
    """Yield directories that are signed well, and outside the grammar."""
    good, office = encode_json(directory_members()), GENESIS_ID.hex().encode()
    board, investigations = recipients()
    for variant, text in {
        "white_space": good + b"\n",
        "duplicate": good.replace(b'{"genesis_id"', b'{"sequence":7,"genesis_id"'),
        "array": b"[]",
        "upper_case_hex": good.replace(office, office.upper()),
    }.items():
        yield _refused("directory_json", "Outside the grammar.", document(text), variant)
    for variant, members in _out_of_range(board).items():
        what = "A member of another type, length or range."
        data = document(directory_members(**members))
        yield _refused("directory_json", what, data, variant)
    for variant, critical in {"": ["new"], "known_too": ["retired", "new"], "type": "new"}.items():
        members = directory_members(critical=critical) | {"new": 1}
        what = "A critical member that nobody knows."
        data = document(members)
        yield _refused("directory_critical", what, data, variant)
    for size in (0, 1, 8, 15, 17, 48, 257, 512):
        what = f"Batches of {size} records."
        data = document(directory_members(batch_size=size))
        yield _refused("directory_batch_size", what, data, f"{size}")
    five = [randomness(f"server {place}", 32).hex() for place in range(5)]
    what = "Five servers."
    yield _refused("directory_servers", what, document(directory_members(servers=five)), "")
    for name in directory_members():
        members = directory_members()
        del members[name]
        data = document(members)
        what = f"Without {name}."
        yield _refused("directory_member_missing", what, data, name)
    for variant, listing in {
        "order": [investigations, board],
        "repeated": [board, board, investigations],
    }.items():
        data = document(directory_members(recipients=listing))
        what = "Recipients that are not sorted, or repeated."
        yield _refused("directory_recipients_order", what, data, variant)


def _out_of_range(board: Members) -> dict[str, Members]:
    policy = directory_members()["policy"]
    assert isinstance(policy, dict)
    weeks = list(listed_weeks(ISSUED, EXPIRES))
    long_text = "x" * 201
    five = [recipient("board", id=f"board{n}") for n in range(5)]
    faults: dict[str, Members] = {
        "sequence": {"sequence": 0},
        "sequence_text": {"sequence": "7"},
        "sequence_true": {"sequence": True},
        "no_names": {"names": {}},
        "name": {"names": {"en": long_text}},
        "name_language": {"names": {"e": "Office"}},
        "no_addresses": {"addresses": []},
        "no_recipients": {"recipients": []},
        "five_recipients": {"recipients": five},
        "recipient_id": {"recipients": [board | {"id": "-board"}]},
        "recipient_title": {"recipients": [board | {"titles": "Board"}]},
        "recipient_key": {"recipients": [board | {"signing_key": "00"}]},
        "no_keys": {"recipients": [board | {"keys": []}]},
        "keys_order": {"recipients": [board | {"keys": keys_of("board", weeks[::-1])}]},
        "retired": {"retired": [{"id": "board", "signing_key": RETIRED.public_key.hex()}]},
        "retired_id": {
            "retired": [{"id": "", "signing_key": RETIRED.public_key.hex(), "until": 1}]
        },
        "directory_recipient": {"directory_recipient": "nobody"},
        "server": {"servers": ["00" * 31]},
        "server_number": {"servers": [1]},
        "form": {"form": "00" * 31},
        "release": {"release": 8},
        "release_text": {"release": "1"},
        "mirrors": {"mirrors": [f"https://mirror{n}.example.org" for n in range(9)]},
        "mirror": {"mirrors": ["https://mirror.example.org/board"]},
        "reply_days": {"policy": policy | {"reply_days": 29}},
        "max_chunks": {"policy": policy | {"max_chunks": 65_536}},
        "puzzle": {"policy": policy | {"puzzle_chunk": 33}},
        "contacts": {"contacts": ["x"] * 17},
        "contact": {"contacts": ["é" * 251]},
    }
    for place, address in enumerate(
        (
            "ftp://example.org",
            "https://Example.org",
            "https://example.org/",
            "https://example.org:443",
            "http://example.org:80",
            "http://example.org:0",
            "http://example.org:65536",
            "http://example.org:08",
            "https://user@example.org",
            "https://",
            "https://example.org\n",
            "https://" + long_text,
        ),
        1,
    ):
        faults[f"address_{place}"] = {"addresses": [address]}
    return faults


def _refused(rule: str, what: str, data: bytes, variant: str) -> Vector:
    return refused(rule, what, "Malformed", "read_directory", variant=variant, **read_members(data))
