"""Whose word on the server counts: SPEC 14.1.

Envelopes and chunks prove themselves. All else that a bundle from the server says (what was taken,
of which day it is, in which week something came) is believed only of a server that the directory
lists, or in the directory's vault of one that a person compared; and only of the export with the
highest number of that server. So a courier who writes a bundle, or brings an old one, says nothing,
and one who brings a server's bundles says nothing about another server.
"""

import hashlib
from dataclasses import dataclass

from caseworker.log.chain import append_event
from caseworker.log.vault_events import ServerDropped, ServerPinned
from caseworker.moments import Moment
from caseworker.vault.arrivals import ImportRow, all_imports
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key
from caseworker.vault.servers import drop_server, pin_server, pinned_servers, servers_seen
from crypto.directory import SERVERS_MAX
from crypto.names import Day
from ground.shell.refusals import Refusal


def server_digest(public_key: bytes) -> bytes:
    """Return what is compared of a server's key: its SHA-256 (32 bytes)."""
    return hashlib.sha256(public_key).digest()


def wants_first_server(vault: Vault) -> bool:
    """Tell whether a person has to compare the key of the first server that this vault meets."""
    return directory_key(vault.db) is not None and not pinned_servers(vault.db)


def newest_exports(vault: Vault) -> dict[bytes, list[ImportRow]]:
    """Return the parts, imported here, of the export that counts of each server that is believed.

    None of a server that was not heard yet.
    """
    parts: dict[bytes, list[ImportRow]] = {one: [] for one in believed_servers(vault)}
    for row in all_imports(vault.db):
        if row.server in parts:
            parts[row.server].append(row)
    return {server: _of_newest(rows) for server, rows in parts.items()}


def _of_newest(rows: list[ImportRow]) -> list[ImportRow]:
    newest: ImportRow | None = None
    for row in rows:
        # Of two exports under one number the one that was heard last counts.
        if newest is None or row.number >= newest.number:
            newest = row
    return [row for row in rows if newest and row.export == newest.export]


def newest_export_day(vault: Vault) -> Day | None:
    """Return of which day all is that this vault knows of the server; None where it knows nothing.

    Never later than the day on which it was imported. Of several servers that were heard, that of
    the one heard longest ago.
    """
    exports = newest_exports(vault).values()
    days = [min(row.day, row.imported_day) for rows in exports for row in rows]
    return min(days, default=None)


def pin(vault: Vault, moment: Moment, public_key: bytes) -> None:
    """Believe, within a transaction, a server whose key (32 bytes) a person compared."""
    pin_server(vault.db, public_key, moment.day)
    append_event(vault, moment, ServerPinned(public_key))


@dataclass(frozen=True)
class ServerChanges:
    """Servers to believe from now on, and others no more, each by its key's SHA-256 (32 bytes)."""

    add: tuple[bytes, ...] = ()
    drop: tuple[bytes, ...] = ()


SAME_SERVERS = ServerChanges()


def refuse_unknown_servers(vault: Vault, changes: ServerChanges) -> None:
    """Raise Refusal for a server never heard of, and where none, or too many, would be left."""
    before, left = pinned_servers(vault.db), _after(vault, changes)
    if before and not left:
        raise Refusal(
            "no server would be left that this office believes",
            "name the one that takes its place: --server DIGITS",
        )
    if len(left) > SERVERS_MAX:
        raise Refusal(
            f"a directory lists {SERVERS_MAX} servers at most",
            "name those that are gone: --drop-server DIGITS",
        )


def change_servers(vault: Vault, moment: Moment, changes: ServerChanges) -> None:
    """Believe other servers from now on; Refusal, and nothing changes, as above."""
    refuse_unknown_servers(vault, changes)
    before, after = pinned_servers(vault.db), _after(vault, changes)
    with vault.db.transaction():
        for one in sorted(after.difference(before)):
            pin(vault, moment, one)
        for one in sorted(set(before) - after):
            drop_server(vault.db, one)
            append_event(vault, moment, ServerDropped(one))


def _after(vault: Vault, changes: ServerChanges) -> set[bytes]:
    before = pinned_servers(vault.db)
    new = {_of_digest(servers_seen(vault.db), one, _NOT_SEEN) for one in changes.add}
    old = {_of_digest(before, one, _NOT_LISTED) for one in changes.drop}
    return {*before, *new} - old


_NOT_SEEN = (
    "no bundle by a server of this fingerprint was imported into the directory's vault",
    "compare all 80 digits with what intake status shows; then import a bundle of that server: "
    "caseworker import VAULT FILE",
)
_NOT_LISTED = (
    "no server of this fingerprint is believed here",
    "caseworker status shows the fingerprint of each that is",
)


def _of_digest(known: tuple[bytes, ...], digest: bytes, otherwise: tuple[str, str]) -> bytes:
    for one in known:
        if server_digest(one) == digest:
            return one
    raise Refusal(*otherwise)
