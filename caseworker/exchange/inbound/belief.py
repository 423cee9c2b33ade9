"""What is believed of a part beside what proves itself: SPEC 14.1, caseworker/keys/servers.py."""

from dataclasses import dataclass
from enum import Enum

from caseworker.keys.servers import newest_export_day, newest_exports
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.folder import Vault
from crypto.bundle import InboundHeader
from crypto.names import Day


class Belief(Enum):
    """What is believed, as a word for programs."""

    ALL = "all"
    """It is of the export that counts."""
    OLDER = "older"
    """Its export is older than one of its server that was imported."""
    OTHER_SERVER = "other-server"
    """It was signed by a key that the directory does not list."""
    NO_SERVER_YET = "no-server-yet"
    """The directory lists no server yet."""


@dataclass(frozen=True)
class PartBelief:
    """What was believed of a part, and of which day what the vault knows of the server is.

    `server` is the public key (32 bytes) that signed the part. `export_day` is None where nothing
    was ever believed.
    """

    belief: Belief
    server: bytes
    export_day: Day | None


def belief_in(vault: Vault, header: InboundHeader, server: bytes) -> Belief:
    """Return what is believed of a part whose directory was imported, and whose signature holds."""
    servers = believed_servers(vault)
    if not servers:
        return Belief.NO_SERVER_YET
    if server not in servers:
        return Belief.OTHER_SERVER
    newest = max((row.number for row in newest_exports(vault)[server]), default=0)
    return Belief.ALL if header.number >= newest else Belief.OLDER


def part_belief(vault: Vault, belief: Belief, server: bytes) -> PartBelief:
    """Return how the vault stands after a part of which this was believed."""
    return PartBelief(belief, server, newest_export_day(vault))
