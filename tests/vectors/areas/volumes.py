"""The list of volumes, and the volumes themselves: SPEC 9.2 and 11."""

import hashlib
from collections.abc import Iterator

from crypto.names import Week
from crypto.strict_json import encode_json
from crypto.volumes import Volume, encode_volumes, volume_of
from tests.vectors.people import WEEK
from tests.vectors.vector import Vector, accepted, randomness, refused

Members = dict[str, object]

RECORDS = [randomness(f"record of a volume {place}", 1024) for place in range(5)]
VOLUME = volume_of(RECORDS)


def vectors() -> Iterator[Vector]:
    """Yield lists and volumes that are read, and each kind that is not."""
    yield from _good()
    yield from _bad_lists()
    yield from _bad_volumes()


def _listed(week: int, records: int = 64) -> Members:
    return {"week": week, "records": records, "hash": randomness(f"volume {week}", 32).hex()}


def _good() -> Iterator[Vector]:
    for variant, what, volumes in (
        ("", "Volumes of some weeks.", [_listed(WEEK + 1, 1), _listed(WEEK), _listed(WEEK - 5)]),
        ("empty", "No volume.", []),
        ("week_0", "A volume of the first week there is.", [_listed(0)]),
        ("most_records", "As many records as a volume has at most.", [_listed(WEEK, 262_144)]),
        ("most", "As many as a list holds.", [_listed(week) for week in range(1023, -1, -1)]),
    ):
        name = "_".join(filter(None, ("volumes_ok", variant)))
        text = encode_json({"volumes": volumes}).decode()
        yield accepted(name, what, "parse_volumes", volumes, text=text)
    more = encode_json({"volumes": [_listed(1) | {"more": 1}], "more": 2}).decode()
    what = "Unknown members."
    yield accepted("volumes_ok_unknown_member", what, "parse_volumes", [_listed(1)], text=more)
    listed = [_listed(WEEK + 1), _listed(WEEK)]
    written = encode_volumes(
        Volume(Week(one["week"]), one["records"], bytes.fromhex(one["hash"]))  # type: ignore[arg-type]
        for one in listed
    )
    what = "A list as it is written."
    yield accepted("volumes_ok_written", what, "encode_volumes", written.decode(), volumes=listed)
    shown = {"size": len(VOLUME), "sha256": hashlib.sha256(VOLUME).hexdigest()}
    for variant, records in (("", RECORDS), ("other_order", [*RECORDS[::-1], RECORDS[0]])):
        yield accepted(
            "_".join(filter(None, ("volume_ok_made", variant))),
            "The volume of some records, each once, in the order of their hashes.",
            "volume_of",
            shown,
            records=[record.hex() for record in records],
        )
    what = "A volume as it is listed."
    yield accepted("volume_ok", what, "check_volume", None, **_check(VOLUME))


def _bad_lists() -> Iterator[Vector]:
    good = _listed(WEEK)
    bad: dict[str, object] = {
        "array": [],
        "missing": {},
        "null": {"volumes": None},
        "week_missing": {"volumes": [{"records": 1, "hash": "00" * 32}]},
        "week_text": {"volumes": [good | {"week": "1"}]},
        "no_records": {"volumes": [good | {"records": 0}]},
        "too_many_records": {"volumes": [good | {"records": 262_145}]},
        "hash_short": {"volumes": [good | {"hash": "00" * 31}]},
        "hash_upper_case": {"volumes": [good | {"hash": "AB" * 32}]},
        "critical": {"volumes": [good], "critical": ["more"]},
    }
    for variant, value in bad.items():
        yield _refused("volumes_json", variant, "Outside the grammar.", encode_json(value))
    text = encode_json({"volumes": [good]})
    what = "White space."
    yield _refused("volumes_json", "white_space", what, text.replace(b":", b": ", 1))
    what = "More than an array holds."
    many = ",".join(encode_json(_listed(week)).decode() for week in range(1024, -1, -1))
    yield _refused("volumes_json", "many", what, f'{{"volumes":[{many}]}}'.encode())
    for variant, weeks in (("ascending", (WEEK, WEEK + 1)), ("repeated", (WEEK, WEEK))):
        listed = encode_json({"volumes": [_listed(week) for week in weeks]})
        yield _refused("volumes_order", variant, "Not by week descending.", listed)


def _bad_volumes() -> Iterator[Vector]:
    altered = bytes([VOLUME[0] ^ 1]) + VOLUME[1:]
    for variant, data in (("", altered), ("order", volume_of(RECORDS)[1024:] + VOLUME[:1024])):
        what = "Another hash than listed."
        yield refused(
            "volume_hash", what, "Unauthentic", "check_volume", variant=variant, **_check(data)
        )
    for variant, data in (
        ("fewer", VOLUME[:-1024]),
        ("more", VOLUME + RECORDS[0]),
        ("short", VOLUME[:-1]),
        ("empty", b""),
    ):
        what = f"{len(data)} bytes, where {len(VOLUME)} are listed."
        yield refused(
            "volume_size", what, "Malformed", "check_volume", variant=variant, **_check(data)
        )


def _check(data: bytes) -> Members:
    listed = {"week": WEEK, "records": 5, "hash": hashlib.sha256(VOLUME).hexdigest()}
    return {"volume": data.hex(), "listed": listed}


def _refused(rule: str, variant: str, what: str, text: bytes) -> Vector:
    call = "parse_volumes"
    return refused(rule, what, "Malformed", call, variant=variant, text=text.decode())
