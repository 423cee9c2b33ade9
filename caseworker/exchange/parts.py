"""Which parts of an export are still on their way."""

from collections import defaultdict

from caseworker.vault.arrivals import all_imports
from caseworker.vault.database import Database


def missing_parts(db: Database) -> dict[str, list[int]]:
    """Return the parts that were not imported, by export, of exports of which some were."""
    seen: dict[bytes, set[int]] = defaultdict(set)
    parts: dict[bytes, int] = {}
    for row in all_imports(db):
        seen[row.export_id].add(row.part)
        parts[row.export_id] = row.parts
    missing = {
        export_id.hex(): sorted(set(range(1, parts[export_id] + 1)) - found)
        for export_id, found in seen.items()
    }
    return {export_id: numbers for export_id, numbers in missing.items() if numbers}
