"""The servers that a vault believes: SPEC 14.1. Of what, says caseworker/keys/servers.py."""

from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, newest_directory
from caseworker.vault.servers import pinned_servers
from crypto.directory import read_directory


def believed_servers(vault: Vault) -> tuple[bytes, ...]:
    """Return the public keys (32 bytes each) of the servers that a vault believes."""
    if directory_key(vault.db):
        return pinned_servers(vault.db)
    document = newest_directory(vault.db)
    return read_directory(document, vault.genesis_id).servers if document else ()
