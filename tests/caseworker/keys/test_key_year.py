"""A year of an office's weeks, played with the real commands."""

from pathlib import Path

import pytest

from tests.offices.key_life import FIRST, WEEK, Life, opens


@pytest.mark.long
async def test_over_a_year_of_weeks_each_key_goes_in_its_time_and_no_report_is_lost(
    tmp_path: Path,
) -> None:
    """A report a week, a bundle back every other one, and what status says is done."""
    life = Life.begin(tmp_path, FIRST)
    recorded, renewals = [], 0
    for week in range(53):
        day = FIRST + 7 * week
        recorded.append(await life.report(day, f"Week {week:02}."))
        told = life.fetch(day)
        assert told["old_keys"]["kept"] == []
        if week % 2 == 0:
            life.deliver(day)
            warnings = life.caseworker(day, "status")["warnings"]
            assert not [one for one in warnings if one["loud"]], warnings
            if any("office renew" in one["command"] for one in warnings):
                renewals += 1
                life.renew(day)
        if week % 13 == 12:
            held = life.secrets()
            # Accepted for 7 days after two weeks: those that began 21 days ago are gone.
            assert min(one.week for one in held) == WEEK + week - 2
            still = [opens(one, life, held) for one in recorded]
            assert still == [False] * (week - 2) + [True] * 3
    assert renewals >= 4
    assert life.begins(FIRST + 7 * 52) == [f"Week {week:02}." for week in range(53)]
