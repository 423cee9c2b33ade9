"""The directory file: all that a device which is never online has to be given: SPEC 11.2."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.byte_reader import ByteReader
from crypto.directory import DOCUMENT_MAX_SIZE, Directory, read_directory
from crypto.errors import Malformed, Unauthentic
from crypto.labels import Label, labelled
from crypto.names import GenesisId
from crypto.public_keys import check_kem_public_key, key_hash
from crypto.sizes import KEM_PUBLIC_KEY_SIZE

__all__ = [
    "DirectoryFile",
    "encode_directory_file",
    "read_directory_file",
    "split_directory_file",
]


@dataclass(frozen=True)
class DirectoryFile:
    """A directory whose signatures hold, and the intake keys (1216 bytes) that it lists.

    `keys` is by their SHA-256 (32 bytes, in hex).
    """

    directory: Directory
    keys: Mapping[str, bytes]


def encode_directory_file(document: bytes, keys: Iterable[bytes]) -> bytes:
    """Return the file of a document and of its intake keys, in the order of the directory."""
    # SPEC 11.2: labelled(DIRECTORY_FILE) || u32 length || document || keys
    head = labelled(Label.DIRECTORY_FILE) + len(document).to_bytes(4, "big")
    return head + document + b"".join(keys)


def split_directory_file(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return document and keys of a file, not checked but for its layout; raises Malformed."""
    label = labelled(Label.DIRECTORY_FILE)
    if data[: len(label)] != label:
        raise Malformed("not a directory file")
    reader = ByteReader(data[len(label) :])
    document = reader.sized(DOCUMENT_MAX_SIZE)
    rest = reader.rest()
    if len(rest) % KEM_PUBLIC_KEY_SIZE:
        raise Malformed("a directory file that holds a part of a key")
    starts = range(0, len(rest), KEM_PUBLIC_KEY_SIZE)
    return document, [rest[at : at + KEM_PUBLIC_KEY_SIZE] for at in starts]


def read_directory_file(data: bytes, genesis_id: GenesisId) -> DirectoryFile:
    """Return what a file holds, as far as neither day nor place matters.

    Raises what `read_directory` raises, Unauthentic for a key that the directory does not list at
    its place, and Malformed for one that cannot be sealed to.
    """
    document, keys = split_directory_file(data)
    directory = read_directory(document, genesis_id)
    listed = [key.hash for recipient in directory.recipients for key in recipient.keys]
    if len(keys) != len(listed):
        raise Malformed("a directory file of another number of keys")
    for key, wanted in zip(keys, listed, strict=True):
        if key_hash(key) != wanted:
            raise Unauthentic("a key that the directory does not list at its place")
        check_kem_public_key(key)
    hashes = (wanted.hex() for wanted in listed)
    return DirectoryFile(directory, dict(zip(hashes, keys, strict=True)))
