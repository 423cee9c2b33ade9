"""How large an office's batches are to be, and what a visit loads because of it."""

import pytest

from caseworker.keys.board_weight import half_a_year_of_batches, proposed_batch_size


@pytest.mark.parametrize(
    ("reports", "exports", "recipients", "size"),
    [
        (1, 5, 4, 16),
        (8, 1, 2, 16),
        (9, 1, 2, 32),
        (16, 1, 1, 64),
        (70, 5, 1, 64),
        (65, 1, 1, 256),
        (1000, 1, 1, 256),
    ],
)
def test_a_batch_has_four_records_a_report_rounded_up_to_a_size_that_there_is(
    reports: int, exports: int, recipients: int, size: int
) -> None:
    assert proposed_batch_size(reports, exports, recipients) == size


def test_half_a_year_of_weekly_batches_of_32_from_two_recipients_is_below_1_8_mb() -> None:
    assert half_a_year_of_batches(32, 2) == 1_703_936
