"""The directory file: all that a device which is never online has to be given: SPEC 11.2."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.byte_reader import ByteReader
from crypto.directory import DOCUMENT_MAX_SIZE, Directory, read_directory
from crypto.errors import Malformed, Unauthentic
from crypto.form import FORM_MAX_SIZE, Form, read_form
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
    """A directory whose signatures hold, its form, and the intake keys (1216 bytes) that it lists.

    `keys` is by their SHA-256 (32 bytes, in hex).
    """

    directory: Directory
    form: Form
    keys: Mapping[str, bytes]


def encode_directory_file(document: bytes, *, form: bytes, keys: Iterable[bytes]) -> bytes:
    """Return the file of a document, its form and its intake keys in the directory's order."""
    # SPEC 11.2: labelled(DIRECTORY_FILE) || u32 length || document || u32 length || form || keys
    sized = (len(part).to_bytes(4, "big") + part for part in (document, form))
    return labelled(Label.DIRECTORY_FILE) + b"".join((*sized, *keys))


def split_directory_file(data: bytes) -> tuple[bytes, bytes, list[bytes]]:
    """Return document, form and keys of a file, checked for its layout alone; raises Malformed."""
    label = labelled(Label.DIRECTORY_FILE)
    if data[: len(label)] != label:
        raise Malformed("not a directory file")
    reader = ByteReader(data[len(label) :])
    document, form = reader.sized(DOCUMENT_MAX_SIZE), reader.sized(FORM_MAX_SIZE)
    rest = reader.rest()
    if len(rest) % KEM_PUBLIC_KEY_SIZE:
        raise Malformed("a directory file that holds a part of a key")
    starts = range(0, len(rest), KEM_PUBLIC_KEY_SIZE)
    return document, form, [rest[at : at + KEM_PUBLIC_KEY_SIZE] for at in starts]


def read_directory_file(data: bytes, genesis_id: GenesisId) -> DirectoryFile:
    """Return what a file holds, as far as neither day nor place matters.

    Raises what `read_directory` and `read_form` raise, Unauthentic for a key that the directory
    does not list at its place, and Malformed for one that cannot be sealed to.
    """
    document, form_data, keys = split_directory_file(data)
    directory = read_directory(document, genesis_id)
    form = read_form(form_data, directory.form)
    listed = [key.hash for recipient in directory.recipients for key in recipient.keys]
    if len(keys) != len(listed):
        raise Malformed("a directory file of another number of keys")
    for key, wanted in zip(keys, listed, strict=True):
        if key_hash(key) != wanted:
            raise Unauthentic("a key that the directory does not list at its place")
        check_kem_public_key(key)
    hashes = (wanted.hex() for wanted in listed)
    return DirectoryFile(directory, form, dict(zip(hashes, keys, strict=True)))
