"""Intake secrets are destroyed when nothing more can come under them, and never by mistake."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound.importing import import_part
from caseworker.keys.destroying import destroy_old_keys
from caseworker.keys.destruction import Destruction, Doubt, destruction_due
from caseworker.vault.condition import (
    believes_clock,
    restored_day,
    set_restored_day,
)
from crypto.days import later, week_of
from crypto.errors import Unauthentic
from crypto.names import Day, Week
from crypto.office.envelope import IntakeSecret, open_slot
from crypto.signing import SigningKey
from tests.offices.vaults import DAY, Office, Server, Source, at, yes

# DAY is in this week, whose key is valid until DAY 20_789 and accepted until DAY 20_796.
WEEK = week_of(DAY)
LAST_VALID = 7 * WEEK + 13
PAST = 7 * WEEK + 21


def never(due: Destruction) -> bool:
    """Nobody may be asked."""
    raise AssertionError(due.doubts)


def come(
    office: Office,
    server: Server,
    day: int,
    *,
    dated: int | None = None,
    parts: int = 1,
    only: int | None = None,
    empty: bool = False,
) -> None:
    """Import what the server has on a day, as its export is dated."""
    envelopes = [] if empty else server.envelopes
    paths = server.export(day=day if dated is None else dated, parts=parts, envelopes=envelopes)
    office.bring(*(paths if only is None else [paths[only]]), day=day)


def destroy(
    office: Office, day: int, says_yes: Callable[[Destruction], bool] = never
) -> tuple[set[Week], set[Week], set[Doubt]]:
    """Destroy as an import does; the weeks that are gone, those kept, and why they are."""
    with office.opened() as vault:
        done = destroy_old_keys(vault, at(day), says_yes)
    gone, kept = ({one.week for one in held} for held in (done.gone, done.kept.asked))
    return gone, kept, set(done.kept.doubts)


def weekly(office: Office, server: Server, until: int) -> None:
    """Let every week bring a bundle with something in it, and destroy nothing."""
    for day in range(DAY, until, 7):
        come(office, server, day)


def held(office: Office) -> set[int]:
    """The weeks whose secrets the vault holds."""
    with office.opened() as vault:
        return {one.week for one in vault.secrets}


def test_a_key_goes_with_the_first_whole_export_past_its_acceptance(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    weekly(office, server, PAST)
    come(office, server, PAST - 1)
    assert destroy(office, PAST - 1)[0] == {WEEK - 1}
    assert WEEK in held(office)
    come(office, server, PAST)
    assert destroy(office, PAST) == ({WEEK}, set(), set())
    assert min(held(office)) == WEEK + 1


def test_a_recorded_envelope_opens_no_more(office: Office, server: Server, source: Source) -> None:
    recorded = server.report(source).envelope

    def opens() -> bool:
        with office.opened() as vault:
            secrets = [IntakeSecret(one.week, one.key) for one in vault.secrets]
        try:
            open_slot(recorded, server.genesis_id, "investigations", secrets)
        except Unauthentic:
            return False
        return True

    weekly(office, server, PAST)
    come(office, server, PAST)
    assert opens()
    destroy(office, PAST)
    assert not opens()


def test_every_replaced_key_of_a_week_goes_with_it(
    office: Office, server: Server, source: Source
) -> None:
    with office.opened() as vault:
        (one,) = [secret for secret in vault.secrets if secret.week == WEEK]
        vault.replace_secrets([*vault.secrets, one])
    server.report(source)
    weekly(office, server, PAST)
    come(office, server, PAST)
    assert WEEK in destroy(office, PAST)[0]
    assert WEEK not in held(office)


def test_a_report_of_a_keys_last_day_opens_40_days_later_from_parts_in_reverse_order(
    office: Office, server: Server, source: Source
) -> None:
    """Whatever a person answers meanwhile."""
    server.report(Source(server.genesis_id), day=LAST_VALID, files=[("a", os.urandom(600_000))])
    server.report(source, "On the last day.", day=LAST_VALID)
    late = LAST_VALID + 40
    with office.opened() as vault:
        assert believes_clock(vault.db, DAY)
    gone: set[Week] = set()
    for path in reversed(server.export(day=late, parts=3)):
        assert WEEK in held(office)
        office.bring(path, day=late)
        with office.opened() as vault:
            whole = len(all_cases(vault.db)) == 2
        gone = destroy(office, late, lambda _due: True)[0]
        assert (WEEK in gone) == whole
    assert len(gone) > 0


def test_parts_that_contradict_each_other_make_no_whole_export(
    office: Office, server: Server, source: Source
) -> None:
    """A part of an export made from other numbers or days completes none."""
    server.report(source)
    weekly(office, server, PAST)
    come(office, server, PAST, parts=2, only=0)
    with office.opened() as vault:
        with vault.db.transaction():
            vault.db.run(
                "INSERT INTO imports (sha256, export_id, part, parts, day, imported_day,"
                " chunks_left, envelopes, believed_day, server, number)"
                " SELECT zeroblob(32), export_id, 2, 3, day, imported_day, 0, 1, believed_day,"
                " server, number FROM imports ORDER BY place DESC LIMIT 1"
            )
        assert WEEK not in {one.week for one in destruction_due(vault, Day(PAST)).free}


def test_an_export_that_came_in_part_destroys_nothing(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    weekly(office, server, PAST)
    come(office, server, PAST, parts=2, only=0)
    assert WEEK not in destroy(office, PAST)[0]
    assert WEEK in held(office)


def test_a_bundle_dated_next_year_destroys_nothing_without_asking(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    come(office, server, PAST, dated=PAST + 365)
    gone, kept, doubts = destroy(office, PAST, lambda _due: False)
    assert (gone, kept, doubts) == (set(), {WEEK}, {Doubt.EXPORT_AHEAD})


def test_a_bundle_dated_next_year_does_not_stand_for_later_exports(
    office: Office, server: Server, source: Source
) -> None:
    """It counts as of the day on which it came, also a week later."""
    server.report(source)
    come(office, server, DAY, dated=DAY + 365)
    weekly(office, server, PAST)
    destroy(office, PAST - 1, lambda _due: False)
    come(office, server, PAST, parts=2, only=1)
    assert destroy(office, PAST) == (set(), set(), set())


def test_a_quiet_week_destroys_as_any_other(office: Office, server: Server) -> None:
    """An export without an envelope, signed by the office's server, is true all the same."""
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    come(office, server, PAST, empty=True)
    assert destroy(office, PAST) == ({WEEK}, set(), set())


def test_a_forged_empty_export_destroys_nothing(
    office: Office, server: Server, source: Source
) -> None:
    """Of any number and day, also after all that was ever true; nor is anybody asked."""
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    courier = replace(server, key=SigningKey(os.urandom(32)), number=2**50)
    for dated in (PAST, PAST + 365):
        come(office, courier, PAST, dated=dated, empty=True)
        assert destroy(office, PAST) == (set(), set(), set())
    server.report(source, day=LAST_VALID)
    come(office, server, PAST)
    assert destroy(office, PAST)[0] == {WEEK}
    with office.opened() as vault:
        assert len(all_cases(vault.db)) == 1


def test_an_older_export_that_is_brought_late_destroys_nothing(
    office: Office, server: Server
) -> None:
    """It came whole, and is past the key's end; but one with a higher number has a part missing."""
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    late = server.export(day=PAST)
    come(office, server, PAST + 1, parts=2, only=0)
    office.bring(*late, day=PAST + 1)
    assert destroy(office, PAST + 1) == (set(), set(), set())
    come(office, server, PAST + 2)
    assert destroy(office, PAST + 2) == ({WEEK}, set(), set())


def test_parts_of_two_exports_mixed_destroy_nothing(office: Office, server: Server) -> None:
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    first, second = server.export(day=PAST, parts=2), server.export(day=PAST, parts=2)
    office.bring(second[1], first[0], day=PAST)
    assert destroy(office, PAST) == (set(), set(), set())
    office.bring(second[0], day=PAST)
    assert destroy(office, PAST) == ({WEEK}, set(), set())


def test_a_forged_export_takes_no_key_that_may_still_get_reports(
    office: Office, server: Server
) -> None:
    """Also with a yes: keys within their acceptance are not in question."""
    come(office, server, DAY, dated=DAY + 365, empty=True)
    gone, _, _ = destroy(office, DAY, lambda _due: True)
    assert gone == set()
    assert WEEK in held(office)


def test_a_clock_moved_by_a_year_destroys_nothing_without_asking(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    weekly(office, server, PAST)
    before = held(office)
    for day, dated in ((DAY + 365, PAST), (DAY + 365, DAY + 365)):
        come(office, server, day, dated=dated)
        gone, kept, doubts = destroy(office, day, lambda _due: False)
        assert gone == set()
        assert kept
        assert Doubt.CLOCK_JUMPED in doubts
    assert held(office) == before


def test_commands_after_a_jump_do_not_vouch_for_the_clock(
    office: Office, server: Server, source: Source
) -> None:
    """Nor does an export, and a bundle of that time counts for nothing when the clock is mended."""
    server.report(source)
    weekly(office, server, PAST)
    destroy(office, PAST - 1)
    office.carry(server.folder / "out", day=DAY + 365)
    come(office, server, DAY + 365)
    with office.opened() as vault:
        assert not believes_clock(vault.db, later(DAY, 365))
    assert WEEK in held(office)
    come(office, server, PAST, parts=2, only=0)
    assert destroy(office, PAST) == (set(), set(), set())


def test_a_yes_says_that_the_clock_is_right(office: Office, server: Server, source: Source) -> None:
    server.report(source)
    weekly(office, server, PAST)
    late = PAST + 60
    come(office, server, late)
    gone, _, _ = destroy(office, late, lambda _due: True)
    assert {WEEK, WEEK + 1} <= gone
    come(office, server, late + 7)
    gone, kept, _ = destroy(office, late + 7)
    assert gone
    assert not kept


def test_a_clock_far_past_the_newest_export_is_asked_about(
    office: Office, server: Server, source: Source
) -> None:
    """Also where the vault was used all the time."""
    server.report(source)
    weekly(office, server, PAST + 7)
    for day in range(PAST, PAST + 36, 7):
        office.carry(server.folder / f"out{day}", day=day)
    come(office, server, PAST + 36, dated=PAST + 1)
    gone, kept, doubts = destroy(office, PAST + 36, lambda _due: False)
    assert gone == set()
    assert WEEK in kept
    assert doubts == {Doubt.CLOCK_AHEAD}


def test_a_key_long_over_is_destroyed_after_a_question(
    office: Office, server: Server, source: Source
) -> None:
    """Where only parts came all the time."""
    server.report(source)
    over = LAST_VALID + 1 + 60
    for day in range(DAY, over, 7):
        come(office, server, day, parts=2, only=0)
    come(office, server, over, parts=2, only=0)
    assert WEEK not in destroy(office, over, lambda _due: False)[1]
    come(office, server, over + 1, parts=2, only=0)
    gone, kept, doubts = destroy(office, over + 1, lambda _due: False)
    assert (gone, WEEK in kept, doubts) == (set(), True, {Doubt.LONG_OVER})
    assert WEEK in destroy(office, over + 1, lambda _due: True)[0]


def test_after_a_restore_nothing_goes_before_kept_bundles_are_said_to_be_back(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    weekly(office, server, PAST)
    with office.opened() as vault, vault.db.transaction():
        set_restored_day(vault.db, Day(PAST))
    come(office, server, PAST)
    gone, kept, doubts = destroy(office, PAST, lambda _due: False)
    assert (gone, kept, doubts) == (set(), {WEEK - 1, WEEK}, {Doubt.RESTORED})
    destroy(office, PAST, lambda _due: True)
    with office.opened() as vault:
        assert restored_day(vault.db) is None
    come(office, server, PAST + 7)
    assert destroy(office, PAST + 7) == ({WEEK + 1}, set(), set())


def test_stopping_just_after_the_commit_keeps_the_chunks(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """A signal that comes when the import is committed, and not yet known to be."""
    server.report(source, files=[("a", b"bytes")])
    (path,) = server.export()

    class StoppedAfterCommit:
        def __init__(self, connection: object) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

        def execute(self, statement: str, *values: object) -> object:
            result = self._connection.execute(statement, *values)  # type: ignore[attr-defined]
            if statement == "COMMIT":
                raise KeyboardInterrupt
            return result

    with office.opened() as vault:
        vault.db._connection = StoppedAfterCommit(vault.db._connection)
        with pytest.raises(KeyboardInterrupt):
            import_part(vault, path, at(DAY), yes)
    assert office.bring(path).known_since == DAY
    assert len(list((office.vault() / "chunks").glob("??/*"))) == 1
