"""What a directory is made of, and who signed it: SPEC 10.1 and 10.3."""

from collections.abc import Iterator

from crypto.days import first_day, later, week_of
from crypto.directory import read_directory
from crypto.names import Day
from crypto.office.directory import listed_weeks
from tests.vectors.calls.directories import shown_directory
from tests.vectors.documents import (
    DIRECTORY_KEY,
    END,
    EXPIRES,
    FIRST,
    ISSUED,
    NEXT_ROOT,
    OTHER_ROOT,
    RENEWED,
    STRANGER,
    SUCCESSOR,
    Members,
    delegation,
    directory_members,
    document,
    keys_of,
    read_members,
    recipient,
    recipients,
    successor,
)
from tests.vectors.people import GENESIS_ID, OTHER_GENESIS_ID, RETIRED, ROOT, SERVER, SIGNING
from tests.vectors.vector import Vector, accepted, refused


def vectors() -> Iterator[Vector]:
    """Yield directories that a reader accepts, and each kind that it does not."""
    yield from _good()
    yield from _layout()
    yield from _signatures()
    yield from _contradictions()
    yield from _equal_keys()


def _good() -> Iterator[Vector]:
    last = ISSUED + 21
    long = directory_members(expires=last, recipients=recipients(listed_weeks(ISSUED, Day(last))))
    board, *others = recipients()
    critical = {"critical": ["later"]}
    policy = directory_members()["policy"]
    assert isinstance(policy, dict)
    inner = document(
        directory_members(recipients=[board | critical, *others], policy=policy | critical)
    )
    for variant, what, good in (
        ("", "A directory.", document()),
        (
            "_successor",
            "A directory of an office that replaced its root.",
            document(successors=[SUCCESSOR], delegated=RENEWED),
        ),
        ("_unknown_member", "An unknown member is ignored.", document(directory_members(more=[1]))),
        (
            "_critical",
            "A known member is critical.",
            document(directory_members(critical=["retired", "critical"])),
        ),
        ("_longest", "A directory for 21 days.", document(long)),
        ("_inner_critical", "`critical` in an inner object is a member like any other.", inner),
        ("_order", "The members come in another order.", document(_reversed())),
        (
            "_bounds",
            "A directory that begins and ends with its delegation.",
            document(delegated=delegation(first=ISSUED, end=EXPIRES)),
        ),
        ("_least", "A directory with as little in it as can be.", document(_least())),
    ):
        result = shown_directory(read_directory(good, GENESIS_ID))
        name = f"directory_ok{variant}"
        yield accepted(name, what, "read_directory", result, **read_members(good))


def _layout() -> Iterator[Vector]:
    good = document()
    for variant, data in {
        "empty": b"",
        "one_byte_less": good[:-1],
        "one_byte_more": good + b"\0",
        "no_delegation": good[:34],
        "no_directory": good[:142] + bytes(4) + good[-64:],
        "length": good[:142] + (2**32 - 1).to_bytes(4, "big") + good[146:],
        "successors": good[:33] + bytes([17]) + successor(ROOT, 1, NEXT_ROOT) * 17 + good[34:],
    }.items():
        what = "Another size than its parts have."
        yield _refused("directory_size", what, "Malformed", data, variant)
    for version in (0, 2, 255):
        what = f"Version {version}."
        data = document(version=version)
        yield _refused("directory_version", what, "Malformed", data, f"{version}")
    what = "The directory of an office, where another one's is wanted."
    yield refused(
        "directory_office",
        what,
        "Foreign",
        "read_directory",
        document=good.hex(),
        genesis_id=OTHER_GENESIS_ID.hex(),
    )
    what = "Another first root."
    data = document(first_root=STRANGER)
    yield _refused("directory_office", what, "Foreign", data, "root")
    what = "Signed for this office, but names another inside."
    data = document(directory_members(genesis_id=OTHER_GENESIS_ID.hex()))
    yield _refused("directory_office_inside", what, "Foreign", data)


def _signatures() -> Iterator[Vector]:
    for variant, one in {
        "signer": successor(STRANGER, 1, NEXT_ROOT),
        "itself": successor(NEXT_ROOT, 1, NEXT_ROOT),
        "number": successor(ROOT, 2, NEXT_ROOT),
        "key": STRANGER.public_key + SUCCESSOR[32:],
    }.items():
        what = "A successor that the root before it did not sign."
        data = document(successors=[one], delegated=RENEWED)
        yield _refused("directory_successor_signature", what, "Unauthentic", data, variant)
    third = document(
        successors=[SUCCESSOR, successor(ROOT, 2, OTHER_ROOT)],
        delegated=delegation(OTHER_ROOT, successors=2),
    )
    what = "A second successor that the first root signed."
    rule = "directory_successor_signature"
    yield _refused(rule, what, "Unauthentic", third, "replaced_root")
    for variant, delegated, successors in (
        ("signer", delegation(STRANGER), []),
        ("itself", delegation(DIRECTORY_KEY), []),
        ("replaced_root", delegation(ROOT, successors=1), [SUCCESSOR]),
        ("successors", delegation(NEXT_ROOT, successors=0), [SUCCESSOR]),
        ("altered", delegation()[:11] + b"\xff" + delegation()[12:], []),
    ):
        what = "A delegation that the last root did not sign."
        data = document(successors=successors, delegated=delegated)
        yield _refused("directory_delegation_signature", what, "Unauthentic", data, variant)
    altered = bytearray(document())
    altered[-100] ^= 1
    for variant, data in {
        "stranger": document(signer=STRANGER),
        "root": document(signer=ROOT),
        "recipient": document(signer=SIGNING["board"]),
        "altered": bytes(altered),
    }.items():
        what = "A directory that the delegated key did not sign."
        yield _refused("directory_signature", what, "Unauthentic", data, variant)
    yield from _in_order()


def _in_order() -> Iterator[Vector]:
    """Yield directories with two faults, of which the first in the order of SPEC 10.3 is told."""
    unsigned_text = document(b"no JSON", signer=STRANGER)
    other_root = document(first_root=STRANGER, signer=STRANGER)
    other_office = directory_members(genesis_id=OTHER_GENESIS_ID.hex())
    for rule, variant, expect, data in (
        ("directory_size", "before_office", "Malformed", other_root + b"\0"),
        ("directory_office", "before_signature", "Foreign", other_root),
        ("directory_signature", "before_grammar", "Unauthentic", unsigned_text),
        (
            "directory_delegation_signature",
            "before_grammar",
            "Unauthentic",
            document(b"no JSON", delegated=delegation(STRANGER)),
        ),
        (
            "directory_json",
            "before_office_inside",
            "Malformed",
            document(other_office | {"sequence": 0}),
        ),
        (
            "directory_office_inside",
            "before_dates",
            "Foreign",
            document(other_office | {"expires": ISSUED + 22}),
        ),
    ):
        what = "Two faults, of which the first is told."
        yield _refused(rule, what, expect, data, variant)


def _contradictions() -> Iterator[Vector]:
    def dated(issued: Day, expires: Day) -> bytes:
        weeks = list(listed_weeks(issued, expires)) or [week_of(issued)]
        listing = recipients(weeks)
        return document(directory_members(issued=issued, expires=expires, recipients=listing))

    for variant, expires in {"": ISSUED + 22, "no_day": ISSUED, "backwards": ISSUED - 1}.items():
        what = f"Valid for {expires - ISSUED} days."
        data = dated(ISSUED, Day(expires))
        yield _refused("directory_too_long", what, "Contradictory", data, variant)
    for variant, end in {"": FIRST + 91, "no_day": FIRST, "backwards": FIRST - 1}.items():
        what = f"A delegation of {end - FIRST} days."
        data = document(delegated=delegation(end=end))
        yield _refused("directory_delegation_too_long", what, "Contradictory", data, variant)
    for variant, data in {
        "before": dated(later(FIRST, -1), later(FIRST, 13)),
        "after": dated(later(END, -13), later(END, 1)),
    }.items():
        what = "One day is not within the delegation."
        yield _refused("directory_outlasts_delegation", what, "Contradictory", data, variant)
    weeks = list(listed_weeks(ISSUED, EXPIRES))
    for rule, variant, listed in (
        ("directory_outlasts_keys", "", weeks[:-1]),
        ("directory_outlasts_keys", "first_days", weeks[1:]),
        ("directory_outlasts_keys", "gap", [weeks[0], *weeks[2:]]),
        ("directory_key_superfluous", "before", [weeks[0] - 1, *weeks]),
        ("directory_key_superfluous", "after", [*weeks, weeks[-1] + 1]),
    ):
        what = "The intake keys of one recipient are not exactly those of the directory's days."
        last = recipient("investigations", keys=keys_of("investigations", listed))
        data = document(directory_members(recipients=[recipient("board"), last]))
        yield _refused(rule, what, "Contradictory", data, variant)


def _equal_keys() -> Iterator[Vector]:
    board, investigations = recipients()
    board_key = SIGNING["board"].public_key.hex()
    retired = {"id": "board", "signing_key": board_key, "until": EXPIRES}
    again = [_retired(RETIRED.public_key, "board"), _retired(RETIRED.public_key, "other")]
    other_keys = [board, investigations | {"keys": keys_of("board", listed_weeks(ISSUED, EXPIRES))}]
    keys = keys_of("board", listed_weeks(ISSUED, EXPIRES))
    repeated = [keys[0], keys[1] | {"hash": keys[0]["hash"]}, *keys[2:]]
    equal: dict[str, Members] = {
        "signing_keys": {"recipients": [board, investigations | {"signing_key": board_key}]},
        "active_and_retired": {"retired": [retired]},
        "retired": {"retired": again},
        "root": {"recipients": [board | {"signing_key": ROOT.public_key.hex()}, investigations]},
        "directory_key": {"retired": [_retired(DIRECTORY_KEY.public_key, "board")]},
        "servers": {"servers": [SERVER.public_key.hex()] * 2},
        "server_and_root": {"servers": [ROOT.public_key.hex()]},
        "server_and_recipient": {"servers": [board_key]},
        "server_and_retired": {"servers": [RETIRED.public_key.hex()]},
        "intake_keys": {"recipients": other_keys},
        "intake_keys_of_one": {"recipients": [board | {"keys": repeated}, investigations]},
    }
    for variant, members in equal.items():
        data = document(directory_members(**members))
        yield _refused("directory_equal_keys", "Two equal keys.", "Contradictory", data, variant)
    for variant, data in {
        "root_is_directory_key": document(delegated=delegation(key=ROOT), signer=ROOT),
        "root_returns": document(
            successors=[SUCCESSOR, successor(NEXT_ROOT, 2, ROOT)],
            delegated=delegation(ROOT, successors=2),
        ),
    }.items():
        yield _refused("directory_equal_keys", "Two equal keys.", "Contradictory", data, variant)


def _reversed() -> Members:
    return dict(reversed(directory_members().items()))


def _least() -> Members:
    issued = first_day(week_of(ISSUED))
    weeks = listed_weeks(issued, later(issued, 1))
    return directory_members(
        issued=issued,
        expires=issued + 1,
        names={"und": ""},
        addresses=["http://a"],
        recipients=[recipient("board", keys=keys_of("board", weeks))],
        retired=[],
        contacts=[],
        servers=[],
        batch_size=16,
        release=0,
        mirrors=[],
    )


def _retired(signing_key: bytes, recipient_id: str) -> Members:
    return {"id": recipient_id, "signing_key": signing_key.hex(), "until": EXPIRES}


def _refused(rule: str, what: str, expect: str, data: bytes, variant: str = "") -> Vector:
    return refused(rule, what, expect, "read_directory", variant=variant, **read_members(data))
