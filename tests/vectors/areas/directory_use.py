"""Directories by day, by address and by what a reader remembers; fingerprints: SPEC 3 and 10.3."""

from collections.abc import Iterator

from crypto.directory import current_key, fingerprint, read_directory, seen
from crypto.names import Day
from tests.vectors.calls.directories import shown_seen
from tests.vectors.documents import (
    ADDRESSES,
    EXPIRES,
    ISSUED,
    NEXT_ROOT,
    OTHER_ROOT,
    RENEWED,
    SUCCESSOR,
    Members,
    delegation,
    directory_members,
    document,
    read_members,
    successor,
)
from tests.vectors.people import GENESIS_ID, ROOT
from tests.vectors.vector import Vector, accepted, refused


def vectors() -> Iterator[Vector]:
    """Yield directories that may be used, and such as may not."""
    yield from _usable()
    yield from _dates()
    yield from _memory()
    yield from _fingerprints()


def _usable() -> Iterator[Vector]:
    for variant, day in {"early": ISSUED - 2, "issued": ISSUED, "last": EXPIRES - 1}.items():
        name = f"directory_ok_{variant}_day"
        yield accepted(name, "A day on which it is good.", "check_current", None, **_on(day))
        directory = read_directory(document(), GENESIS_ID)
        key = current_key(directory.recipients[0], Day(day))
        yield accepted(
            f"directory_ok_key_on_{variant}_day",
            "The key to seal to.",
            "current_key",
            {"week": key.week, "hash": key.hash.hex()},
            recipient="board",
            **_on(day),
        )
    for place, address in enumerate(ADDRESSES, 1):
        name = f"directory_ok_address_{place}"
        yield accepted(name, "Valid here.", "check_address", None, **_at(address))
    for language, name in {"ru": "Б", "en": "O", "ja": "O", "de": "A"}.items():
        names = {"en": "O", "ru": "Б"} if language != "de" else {"en": "O", "und": "A"}
        yield accepted(
            f"directory_ok_name_{language}",
            "The name in a language, else in any, else the first.",
            "name_in",
            name,
            names=names,
            language=language,
        )


def _dates() -> Iterator[Vector]:
    ends_together = document(delegated=delegation(first=ISSUED, end=EXPIRES))
    for rule, variant, data, day in (
        ("directory_expired", "", document(), EXPIRES),
        ("directory_expired", "long_ago", document(), EXPIRES + 1000),
        ("directory_early", "", document(), ISSUED - 3),
        ("directory_early", "long_before", document(), 0),
        ("directory_delegation_expired", "", ends_together, EXPIRES),
        ("directory_delegation_expired", "before", ends_together, ISSUED - 3),
    ):
        what = f"Issued on day {ISSUED}, expired on day {EXPIRES}, used on day {day}."
        members = read_members(data) | {"day": day}
        yield refused(rule, what, "Outdated", "check_current", variant=variant, **members)
    for place, address in enumerate(
        (
            "https://tips.example.net",
            "http://tips.example.org",
            "https://tips.example.org:8443",
            "https://tips.example.org.evil.example",
            "",
        ),
        1,
    ):
        what = "Not valid at this address."
        members = _at(address)
        yield refused(
            "directory_address", what, "Foreign", "check_address", variant=f"{place}", **members
        )


def _memory() -> Iterator[Vector]:
    successors = [SUCCESSOR]
    old, new = document(), document(successors=successors, delegated=RENEWED)
    twin = document(directory_members(contacts=[]))
    low_sequence = document(directory_members(sequence=6))
    low_delegation = document(directory_members(sequence=9), delegated=delegation(number=2))
    high = document(delegated=delegation(number=9))
    other_successor = document(
        successors=[successor(ROOT, 1, OTHER_ROOT)],
        delegated=delegation(OTHER_ROOT, successors=1, number=5),
    )
    same_number = document(delegated=delegation(number=4))
    other_and_old = document(
        directory_members(sequence=1),
        successors=[successor(ROOT, 1, OTHER_ROOT)],
        delegated=delegation(OTHER_ROOT, successors=1, number=1),
    )
    longer = document(
        successors=[SUCCESSOR, successor(NEXT_ROOT, 2, OTHER_ROOT)],
        delegated=delegation(OTHER_ROOT, successors=2, number=5),
    )
    later = document(directory_members(sequence=1), successors=successors, delegated=RENEWED)
    for variant, what, data, before in (
        ("same", "The same bytes again.", old, old),
        ("sequence", "A higher sequence.", old, low_sequence),
        ("delegation", "A higher delegation, a lower sequence.", later, old),
        ("successor", "Under a new root.", new, old),
    ):
        members = _after(data, before)
        yield accepted(f"directory_ok_seen_{variant}", what, "check_not_older", None, **members)
    for rule, variant, expect, data, before in (
        ("directory_older", "sequence", "Outdated", low_sequence, old),
        ("directory_older", "delegation", "Outdated", low_delegation, old),
        ("directory_older", "replaced_root", "Outdated", high, new),
        ("directory_other_bytes", "", "Contradictory", twin, old),
        ("directory_two_successors", "", "Contradictory", other_successor, new),
        ("directory_two_successors", "older_seen", "Contradictory", new, other_successor),
        # In the order of SPEC 10.3, where more than one of them is wrong.
        ("directory_two_successors", "before_fewer", "Contradictory", other_and_old, longer),
        ("directory_two_successors", "before_older", "Contradictory", other_and_old, new),
        ("directory_older", "replaced_root_before_other_bytes", "Outdated", same_number, new),
        ("directory_older", "replaced_root_and_sequence", "Outdated", later, longer),
    ):
        what = "A reader remembers a directory that excludes this one."
        members = _after(data, before)
        yield refused(rule, what, expect, "check_not_older", variant=variant, **members)


def _fingerprints() -> Iterator[Vector]:
    for variant, genesis_id in {
        "": GENESIS_ID,
        "_zeros": bytes(32),
        "_ones": b"\xff" * 32,
    }.items():
        text = fingerprint(genesis_id)
        name = f"directory_ok_fingerprint{variant}"
        what = "The fingerprint of an office."
        yield accepted(name, what, "fingerprint", text, genesis_id=genesis_id.hex())
        typed = "Fingerprint: " + text.replace(" ", "-") + ".\n"
        name = f"directory_ok_typed_fingerprint{variant}"
        what = "A fingerprint as someone typed it."
        yield accepted(name, what, "read_fingerprint", genesis_id.hex(), text=typed)


def _on(day: int) -> Members:
    return read_members(document()) | {"day": day}


def _at(address: str) -> Members:
    return read_members(document()) | {"address": address}


def _after(data: bytes, before: bytes) -> Members:
    return read_members(data) | {"seen": shown_seen(seen(read_directory(before, GENESIS_ID)))}
