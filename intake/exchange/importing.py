"""`intake import`: a bundle from a vault, taken in whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from crypto.bundle import InboundHeader, ItemType, OutboundHeader, read_bundle, verify_bundle
from crypto.directory import Directory, read_directory, read_fingerprint
from crypto.errors import Foreign, Malformed, ProtocolError
from crypto.names import GenesisId
from ground.disk.locks import locked
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.exchange.server_key import make_server_key
from intake.exchange.taking import Outcome, Taking
from intake.server.naming import ServerNaming, naming
from intake.site.publishing import build_pages, pages_are_of
from intake.storage.disk_faults import disk_faults_said
from intake.storage.folder import DataFolder, create_folder, open_folder
from intake.storage.imports import Imports, open_imports

__all__ = ["FirstOffice", "Imported", "import_bundle"]


@dataclass(frozen=True)
class FirstOffice:
    """Whose intake a server would be for good: what its first bundle says."""

    genesis_id: GenesisId
    directory: Directory


Agrees = Callable[[FirstOffice], bool]
"""Asks a person whether this is the office; raises `Refusal` where nobody can be asked."""


@dataclass(frozen=True)
class Imported:
    """What an import did. `wiped`: whether deleted bytes have been overwritten already.

    `server_key`: the public half (32 bytes) of the key under which this server signs; `naming`:
    what the directory in force says of it.
    """

    recipient: str
    outcome: Outcome
    directory: Directory
    first: bool
    wiped: bool
    server_key: bytes
    naming: ServerNaming


def import_bundle(
    path: Path, file: Path, typed_fingerprint: str | None, agrees: Agrees
) -> Imported:
    """Take the bundle `file` into the data folder at `path`, made if there is none.

    A first one needs the office's fingerprint, or somebody who agrees. Raises `Refusal`, and then
    nothing has changed.
    """
    is_new = not path.exists()
    if not is_new:
        open_folder(path)
    with _open_bundle(file) as source:
        # Before a folder is made: nothing is left of what is refused.
        accepted = _accepted(source, None, typed_fingerprint, agrees) if is_new else None
        folder = create_folder(path)
        with (
            disk_faults_said(folder),
            locked(folder.import_lock, wait=False) as alone,
            open_imports(folder) as imports,
        ):
            if not alone:
                raise Refusal("another import is under way", "wait until it has ended")
            pinned = imports.pinned_office()
            # Somebody else's import may have made the folder since, for another office.
            if accepted is None or pinned is not None:
                accepted = _accepted(source, pinned, typed_fingerprint, agrees)
            server_key = make_server_key(folder).public_key
            imported = _import(imports, source, accepted, server_key, first=pinned is None)
    _build_pages(folder, imported.directory)
    return imported


def _build_pages(folder: DataFolder, directory: Directory) -> None:
    if pages_are_of(folder, directory):
        return
    try:
        build_pages(folder.path)
    except Refusal as refusal:
        raise Refusal(
            f"the bundle was taken in, but the pages could not be built: {refusal.message}",
            f"{refusal.hint}, or: intake site build --data {foreign_path(folder.path)}",
        ) from None


def _accepted(
    source: BufferedReader, pinned: GenesisId | None, typed_fingerprint: str | None, agrees: Agrees
) -> OutboundHeader:
    """Return the header of a bundle that is whole, and of the office that it has to be of."""
    source.seek(0)
    header = _verify(source, pinned)
    _check_fingerprint(header.genesis_id, typed_fingerprint)
    if pinned is None and typed_fingerprint is None:
        office = FirstOffice(header.genesis_id, _first_directory(source, header))
        if not agrees(office):
            raise Refusal("the fingerprint was not confirmed; nothing was changed")
    return header


def _import(
    imports: Imports,
    source: BufferedReader,
    header: OutboundHeader,
    server_key: bytes,
    *,
    first: bool,
) -> Imported:
    source.seek(0)
    with _protocol_faults_said(), imports.transaction() as transaction:
        day = today()
        if first:
            transaction.pin_office(header.genesis_id)
        transaction.set_server_key(server_key)
        again, items = read_bundle(source.read, OutboundHeader, header.genesis_id, header.recipient)
        taking = Taking(transaction, again.genesis_id, again.recipient, day)
        outcome = taking.take(items)
        if taking.directory is None:
            raise Refusal(*_NO_DIRECTORY)
        transaction.retire(taking.directory, day)
    return Imported(
        recipient=header.recipient,
        outcome=outcome,
        directory=taking.directory,
        first=first,
        wiped=imports.wipe(),
        server_key=server_key,
        naming=naming(server_key, taking.directory),
    )


_NO_DIRECTORY = (
    "this bundle holds no directory that could be taken in, and there is none here yet",
    "begin with the bundle that `caseworker office create` has written",
)


@contextmanager
def _open_bundle(file: Path) -> Iterator[BufferedReader]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise Refusal(
            f"{foreign_path(file)} cannot be read: {error.strerror}",
            "is the stick there, and the name right?",
        ) from None
    with source:
        yield source


@contextmanager
def _protocol_faults_said() -> Iterator[None]:
    """Turn what the protocol refuses into what a person can act on."""
    try:
        yield
    except Foreign:
        raise Refusal(
            "this bundle is another office's, and this server serves one office for good",
            "was the wrong stick taken, or the wrong --data folder?",
        ) from None
    except ProtocolError as error:
        raise Refusal(
            f"this bundle is damaged: {error}; nothing was changed",
            "copy it anew, or let the vault write another: `caseworker export VAULT --out FILE`",
        ) from None


def _verify(source: BufferedReader, pinned: GenesisId | None) -> OutboundHeader:
    """Read the whole bundle once, before anything is changed."""
    with _protocol_faults_said():
        try:
            header, _ = verify_bundle(source.read, OutboundHeader, pinned, None)
        except Malformed:
            if _is_inbound(source):
                raise Refusal(
                    "this bundle is for a vault: it was written by `intake export`",
                    "at the desk: caseworker import VAULT FILE",
                ) from None
            raise
    return header


def _is_inbound(source: BufferedReader) -> bool:
    source.seek(0)
    try:
        read_bundle(source.read, InboundHeader, None, None)
    except ProtocolError:
        return False
    return True


def _check_fingerprint(genesis_id: GenesisId, typed: str | None) -> None:
    if typed is None:
        return
    try:
        wanted = read_fingerprint(typed)
    except ProtocolError as error:
        raise Refusal(
            f"that is no fingerprint: {error}", "type all 80 digits as they are printed"
        ) from None
    if wanted != genesis_id:
        raise Refusal(
            "the bundle is of an office with another fingerprint; nothing was changed",
            "compare the digits with the printed ones, and ask where this bundle comes from",
        )


def _first_directory(source: BufferedReader, header: OutboundHeader) -> Directory:
    """Return the directory that a first bundle brings; `Refusal` where it brings none."""
    source.seek(0)
    _, items = read_bundle(source.read, OutboundHeader, header.genesis_id, header.recipient)
    for item_type, item in items:
        if item_type is ItemType.DIRECTORY:
            with _protocol_faults_said():
                return read_directory(item, header.genesis_id)
        break
    raise Refusal(*_NO_DIRECTORY)
