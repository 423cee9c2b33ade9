"""Counts for a vault's status."""

from dataclasses import dataclass

from caseworker.vault.arrivals import all_imports, outcomes
from caseworker.vault.chunks import unclaimed_count
from caseworker.vault.database import Database
from crypto.names import Day


@dataclass(frozen=True)
class ArrivalSummary:
    """What arrived: the last import, envelopes by what became of them and why, loose chunks."""

    last_import_day: Day | None
    envelopes: dict[str, int]
    reasons: dict[str, int]
    unclaimed_chunks: int


def summarise_arrivals(db: Database) -> ArrivalSummary:
    """Return what arrived in a vault."""
    last = max((row.imported_day for row in all_imports(db)), default=None)
    envelopes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for (outcome, reason), number in outcomes(db).items():
        envelopes[outcome] = envelopes.get(outcome, 0) + number
        if outcome == "set-aside":
            reasons[reason] = number
    return ArrivalSummary(
        last_import_day=last,
        envelopes=envelopes,
        reasons=reasons,
        unclaimed_chunks=unclaimed_count(db),
    )
