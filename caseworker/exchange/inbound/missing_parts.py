"""Which parts of an export are still on their way."""

from collections import defaultdict

from caseworker.vault.arrivals import ImportRow, all_imports
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.folder import Vault


def missing_parts(vault: Vault) -> dict[str, list[int]]:
    """Return the parts that were not imported, by export, of exports of which some were.

    An export that came whole brought all that those of its server before it had. Of a server
    that is not believed nothing is awaited, and it stands for nothing, once there is one that is.
    """
    servers, imported = believed_servers(vault), list(all_imports(vault.db))
    waiting: dict[tuple[object, ...], ImportRow] = {}
    seen: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for row in [row for row in imported if row.server in servers] or imported:
        seen[row.export].add(row.part)
        waiting[row.export] = row
        if len(seen[row.export]) == row.parts:
            waiting = {
                one: last
                for one, last in waiting.items()
                if last.server != row.server or last.number > row.number
            }
    return {
        row.export_id.hex(): sorted(set(range(1, row.parts + 1)) - seen[export])
        for export, row in waiting.items()
    }
