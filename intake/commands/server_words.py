"""Words for the key under which a server signs, and for what the office's directory says of it."""

from collections.abc import Iterator

__all__ = ["NAMINGS", "stranger_warnings"]

NAMINGS = {
    "named": "named by the directory",
    "nobody": "no directory names a server yet: bring a bundle to the desk that signs it",
    "strangers": "NOT NAMED BY THE DIRECTORY, which names others",
}
"""What the directory says of the key, by the value of a `ServerNaming`."""


def stranger_warnings(naming: str, digits: str) -> Iterator[str]:
    """Yield what to say at an import where the directory names other servers only."""
    if naming == "strangers":
        yield (
            "THE OFFICE'S DIRECTORY NAMES OTHER SERVERS, NOT THIS ONE. Either this server was moved"
            " or restored without its key, or somebody else spoke to the vaults in its name, who"
            " could then have reports lost. The vaults believe nothing that this server says until"
            " the directory names it. Call the desk that signs, not by the stick, and read these"
            f" digits out: {digits}"
        )
