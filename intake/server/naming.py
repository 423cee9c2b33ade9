"""What the office says of the key under which this server signs: SPEC 14.1."""

from enum import Enum

from crypto.directory import Directory

__all__ = ["ServerNaming", "naming"]


class ServerNaming(Enum):
    """Whether the directory in force names this server's key.

    `NOBODY` where it names no server at all, as before the first bundle came to its vault;
    `STRANGERS` where it names others: somebody else spoke in this server's name, or it was moved.
    """

    NAMED = "named"
    NOBODY = "nobody"
    STRANGERS = "strangers"


def naming(server_key: bytes, directory: Directory) -> ServerNaming:
    """Return what a directory says of a server's public key (32 bytes)."""
    if not directory.servers:
        return ServerNaming.NOBODY
    return ServerNaming.NAMED if server_key in directory.servers else ServerNaming.STRANGERS
