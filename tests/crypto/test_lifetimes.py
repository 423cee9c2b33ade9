"""How the counts of days hang together, and that the specification has the same: SPEC 10.4."""

import ast
import re
from itertools import pairwise
from pathlib import Path

from crypto import lifetimes as days
from tests.means.repository import REPOSITORY

TWIN = REPOSITORY / "intake" / "web" / "protocol" / "lifetimes.ts"
SPEC = (Path(days.__file__).parent / "SPEC.md").read_text()
# What is kept by age counts from the last day of a week: so many days longer for what came first.
AGE_BEGINS_LATE = days.DAYS_A_WEEK - 1


def _module_rows() -> list[tuple[str, int, str]]:
    """Return name, days and reason of each constant, in the order of the module."""
    body = ast.parse(Path(days.__file__).read_text()).body
    return [
        (name.target.id, getattr(days, name.target.id), ast.literal_eval(why.value))
        for name, why in pairwise(body)
        if isinstance(name, ast.AnnAssign)
        and isinstance(name.target, ast.Name)
        and isinstance(why, ast.Expr)
    ]


def test_the_table_of_the_specification_is_that_of_the_module() -> None:
    section = SPEC.partition("\n### 10.4 ")[2].partition("\n## 11. ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([\d,]+) \| (.+) \|$", section, re.MULTILINE)

    table = [(name, int(count.replace(",", "")), f"{why}.") for name, count, why in rows]
    assert table == _module_rows()


def test_every_count_of_days_is_public_and_has_its_reason() -> None:
    assert sorted(name for name, _, _ in _module_rows()) == sorted(days.__all__)


def test_the_twin_counts_the_same_days() -> None:
    twin = re.findall(r"^export const (\w+) = (\d+);$", TWIN.read_text(), re.MULTILINE)

    assert twin != []
    assert [(name, getattr(days, name)) for name, _ in twin] == [
        (name, int(count)) for name, count in twin
    ]


def test_an_envelope_is_gone_before_a_vault_may_destroy_its_key_without_an_export() -> None:
    last_to_arrive = days.KEY_ACCEPTED_DAYS - 1
    assert last_to_arrive + AGE_BEGINS_LATE + days.ENVELOPE_KEPT_DAYS < days.KEY_GONE_DAYS


def test_a_chunk_stays_on_the_server_until_the_envelope_that_names_it_is_gone() -> None:
    assert days.CHUNK_KEPT_DAYS >= (
        days.STORED_FOR_DAYS + AGE_BEGINS_LATE + days.ENVELOPE_KEPT_DAYS
    )


def test_a_vault_waits_longer_for_an_envelope_than_a_server_can_keep_it_after_its_chunks() -> None:
    assert days.UNCLAIMED_DAYS >= days.CHUNK_KEPT_DAYS + days.ENVELOPE_KEPT_DAYS
    assert days.UNCLAIMED_DAYS < days.SET_ASIDE_DAYS


def test_a_confirmation_is_repeated_until_what_it_names_is_gone_from_the_server_anyway() -> None:
    assert days.CONFIRMATION_REPEATED_DAYS > AGE_BEGINS_LATE + days.CHUNK_KEPT_DAYS


def test_a_server_says_that_it_took_a_confirmation_for_as_long_as_it_is_repeated() -> None:
    assert days.LINE_KEPT_DAYS >= days.CONFIRMATION_REPEATED_DAYS


def test_a_server_warns_before_it_refuses_and_refuses_before_it_deletes() -> None:
    assert (
        days.UNCONFIRMED_WARN_DAYS
        < days.UNCONFIRMED_REFUSE_DAYS
        <= days.ENVELOPE_KEPT_DAYS - days.DAYS_A_WEEK
    )


def test_a_clock_that_is_wrong_by_as_much_as_is_believed_outlives_no_envelope() -> None:
    assert days.CLOCK_GRACE_DAYS < days.CLOCK_BELIEVED_DAYS < days.ENVELOPE_KEPT_DAYS


def test_a_directory_is_renewed_before_it_is_loud_and_loud_a_week_before_it_ends() -> None:
    assert days.DIRECTORY_RENEW_DAYS < days.DIRECTORY_LOUD_DAYS
    assert days.DIRECTORY_LOUD_DAYS + days.DAYS_A_WEEK <= days.DIRECTORY_MAX_DAYS


def test_a_new_directory_is_issued_before_the_one_before_has_only_keys_of_its_last_week() -> None:
    assert days.DIRECTORY_RENEW_DAYS <= days.DIRECTORY_MAX_DAYS - days.KEY_DAYS


def test_whoever_issues_a_directory_is_asked_for_the_root_before_anybody_is_warned() -> None:
    assert days.DELEGATION_WARN_DAYS <= days.DIRECTORY_MAX_DAYS < days.DELEGATION_MAX_DAYS


def test_the_keys_of_a_new_card_outlast_the_directory_that_lists_them() -> None:
    assert days.CARD_AHEAD_DAYS >= days.DELEGATION_MAX_DAYS > days.DIRECTORY_MAX_DAYS


def test_a_new_card_is_wanted_while_the_old_one_still_fills_a_whole_directory() -> None:
    assert days.DIRECTORY_MAX_DAYS <= days.KEYS_WARN_DAYS < days.CARD_AHEAD_DAYS


def test_the_keys_of_two_weeks_overlap_by_a_week() -> None:
    assert days.KEY_DAYS == 2 * days.DAYS_A_WEEK


def test_a_key_is_accepted_for_as_long_as_chunks_may_go_up_and_clocks_may_differ() -> None:
    assert max(days.STORED_FOR_DAYS, days.CLOCK_GRACE_DAYS) <= days.KEY_ACCEPTED_DAYS


def test_a_puzzle_for_the_last_day_of_a_sealed_file_counts_from_its_first_day_on() -> None:
    last_day = days.KEY_DAYS - 1
    assert last_day + days.CLOCK_GRACE_DAYS <= days.PUZZLE_AHEAD_DAYS
    assert days.PUZZLE_AHEAD_DAYS == days.SEALED_FILE_AHEAD_DAYS
    assert days.PUZZLE_BEFORE_DAYS == days.CLOCK_GRACE_DAYS


def test_a_replaced_signing_key_is_listed_until_nobody_can_hold_a_directory_without_it() -> None:
    assert days.RETIRED_MARGIN_DAYS >= days.DIRECTORY_MAX_DAYS + AGE_BEGINS_LATE


def test_an_office_can_promise_a_reply_for_longer_than_a_directory_holds() -> None:
    assert days.DIRECTORY_MAX_DAYS < days.POLICY_MIN_DAYS < days.POLICY_MAX_DAYS
