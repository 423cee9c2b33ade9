"""Which parts of an export are still on their way."""

from collections import defaultdict

from caseworker.vault.arrivals import ImportRow, all_imports
from caseworker.vault.database import Database


def missing_parts(db: Database) -> dict[str, list[int]]:
    """Return the parts that were not imported, by export, of exports of which some were.

    An export that came whole, and is not older, brought all that those before it had.
    """
    waiting: dict[bytes, ImportRow] = {}
    seen: dict[bytes, set[int]] = defaultdict(set)
    for row in all_imports(db):
        seen[row.export_id].add(row.part)
        waiting[row.export_id] = row
        if len(seen[row.export_id]) == row.parts:
            waiting = {one: last for one, last in waiting.items() if last.day > row.day}
    return {
        export_id.hex(): sorted(set(range(1, row.parts + 1)) - seen[export_id])
        for export_id, row in waiting.items()
    }
