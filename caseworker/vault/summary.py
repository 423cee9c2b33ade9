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
    last_export_day: Day | None
    envelopes: dict[str, int]
    reasons: dict[str, int]
    unclaimed_chunks: int


def summarise_arrivals(db: Database) -> ArrivalSummary:
    """Return what arrived in a vault."""
    last = max(all_imports(db), key=lambda row: (row.imported_day, row.day), default=None)
    envelopes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for (outcome, reason), number in outcomes(db).items():
        envelopes[outcome] = envelopes.get(outcome, 0) + number
        if outcome == "set-aside":
            reasons[reason] = number
    return ArrivalSummary(
        last_import_day=last.imported_day if last else None,
        last_export_day=last.day if last else None,
        envelopes=envelopes,
        reasons=reasons,
        unclaimed_chunks=unclaimed_count(db),
    )
