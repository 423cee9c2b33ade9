"""What the board weighs, which whoever looks for an answer loads whole: SPEC 9.2."""

from collections import Counter

from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from caseworker.vault.taken import believed_lines, last_live_day
from crypto.names import Day
from crypto.sizes import BATCH_SIZES, RECORD_SIZE
from crypto.statements import StatementKind

_WEEKS = 26
# Records for each report: an answer has several parts, and more than one answer may follow.
_ROOM_A_REPORT = 4


def live_board_size(vault: Vault, today: Day) -> int:
    """Return the bytes of all batches on the heaviest board, as each server's newest export tells.

    Every server has a board of its own.
    """
    reply_days = known_directory(vault).policy.reply_days
    sizes: Counter[bytes] = Counter()
    for line in believed_lines(vault):
        if line.kind is StatementKind.BATCH and today <= last_live_day(line.week, reply_days):
            sizes[line.server] += line.count * RECORD_SIZE
    return max(sizes.values(), default=0)


def proposed_batch_size(reports: int, exports: int, recipients: int) -> int:
    """Return the records of a batch for so many reports and exports a week, each recipient's."""
    wanted = _ROOM_A_REPORT * reports / (exports * recipients)
    return next((size for size in BATCH_SIZES if size >= wanted), max(BATCH_SIZES))


def half_a_year_of_batches(batch_size: int, batches_a_week: int) -> int:
    """Return the bytes that a visit loads once batches have come for half a year."""
    return batch_size * RECORD_SIZE * batches_a_week * _WEEKS
