"""`intake import`: a bundle from a vault, taken in whole or not at all."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from crypto.bundle import InboundHeader, ItemType, OutboundHeader, read_bundle, verify_bundle
from crypto.directory import Directory, fingerprint, name_in, read_directory, read_fingerprint
from crypto.errors import Foreign, Malformed, ProtocolError
from crypto.names import GenesisId
from intake.errors import Refusal
from intake.exchange.dates import shown, today
from intake.exchange.taking import Outcome, Taking
from intake.site.publishing import build_pages, pages_are_of
from intake.storage import office, retention
from intake.storage.container import Containers
from intake.storage.disk_faults import disk_faults_said
from intake.storage.folder import DataFolder, create_folder, locked, open_folder
from intake.storage.sqlite import connect, prepare, writing
from intake.storage.wiping import wipe_all


@dataclass(frozen=True)
class Imported:
    """What an import did. `wiped`: whether deleted bytes have been overwritten already."""

    recipient: str
    outcome: Outcome
    directory: Directory
    first: bool
    wiped: bool


def import_bundle(path: Path, file: Path, typed_fingerprint: str | None) -> Imported:
    """Take the bundle `file` into the data folder at `path`, made if there is none.

    Raises `Refusal`, and then nothing has changed.
    """
    is_new = not path.exists()
    if not is_new:
        open_folder(path)
    with _open_bundle(file) as source:
        # Before a folder is made: nothing is left of what is refused.
        accepted = _accepted(source, None, typed_fingerprint) if is_new else None
        folder = create_folder(path)
        with (
            disk_faults_said(folder),
            locked(folder.import_lock, wait=False) as alone,
            _opened(folder) as connection,
        ):
            if not alone:
                raise Refusal("another import is under way", "wait until it has ended")
            pinned = office.genesis_id(connection)
            # Somebody else's import may have made the folder since, for another office.
            if accepted is None or pinned is not None:
                accepted = _accepted(source, pinned, typed_fingerprint)
            imported = _import(folder, connection, source, accepted, first=pinned is None)
    if not pages_are_of(folder, imported.directory):
        _build_pages(path)
    return imported


def _build_pages(path: Path) -> None:
    try:
        build_pages(path)
    except Refusal as refusal:
        raise Refusal(
            f"the bundle was taken in, but the pages could not be built: {refusal.message}",
            f"{refusal.hint}, or: intake site build --data {path}",
        ) from None


def _accepted(
    source: BufferedReader, pinned: GenesisId | None, typed_fingerprint: str | None
) -> OutboundHeader:
    """Return the header of a bundle that is whole, and of the office that it has to be of."""
    source.seek(0)
    header = _verify(source, pinned)
    _check_fingerprint(header.genesis_id, typed_fingerprint)
    if pinned is None and typed_fingerprint is None:
        _ask(header.genesis_id, _first_directory(source, header))
    return header


def _import(
    folder: DataFolder,
    connection: sqlite3.Connection,
    source: BufferedReader,
    header: OutboundHeader,
    *,
    first: bool,
) -> Imported:
    source.seek(0)
    day = today()
    with _refusing(), writing(connection, folder):
        if first:
            office.pin_genesis_id(connection, header.genesis_id)
        again, items = read_bundle(source.read, OutboundHeader, header.genesis_id, header.recipient)
        taking = Taking(connection, again.genesis_id, again.recipient, day)
        outcome = taking.take(items)
        if taking.directory is None:
            raise Refusal(*_NO_DIRECTORY)
        retention.retire(connection, taking.directory, day)
    wiped = _wipe(folder, connection)
    return Imported(header.recipient, outcome, taking.directory, first, wiped)


def _wipe(folder: DataFolder, connection: sqlite3.Connection) -> bool:
    """Overwrite what was deleted; False where that has to be done later."""
    try:
        with closing(Containers(folder)) as containers:
            return wipe_all(connection, folder, containers)
    except (sqlite3.OperationalError, OSError):
        return False


_NO_DIRECTORY = (
    "this bundle holds no directory that could be taken in, and there is none here yet",
    "begin with the bundle that `caseworker office create` has written",
)


@contextmanager
def _opened(folder: DataFolder) -> Iterator[sqlite3.Connection]:
    prepare(folder)
    with closing(connect(folder)) as connection:
        yield connection


@contextmanager
def _open_bundle(file: Path) -> Iterator[BufferedReader]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise Refusal(
            f"{file} cannot be read: {error.strerror}", "is the stick there, and the name right?"
        ) from None
    with source:
        yield source


@contextmanager
def _refusing() -> Iterator[None]:
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
    with _refusing():
        try:
            return verify_bundle(source.read, OutboundHeader, pinned, None)
        except Malformed:
            if _is_inbound(source):
                raise Refusal(
                    "this bundle is for a vault: it was written by `intake export`",
                    "at the desk: caseworker import VAULT FILE",
                ) from None
            raise


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
            with _refusing():
                return read_directory(item, header.genesis_id)
        break
    raise Refusal(*_NO_DIRECTORY)


def _ask(genesis_id: GenesisId, directory: Directory) -> None:
    """Show whose office this would be, and let a person decide."""
    digits = fingerprint(genesis_id).split()
    print(f"This server would serve, for good: {shown(name_in(directory.names, 'und'))}")
    print("Its fingerprint:")
    for start in range(0, len(digits), 4):
        print("    " + " ".join(digits[start : start + 4]))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal(
            "the first import decides which office this server serves, and nobody is here to ask",
            "compare the digits above with the printed ones, then: --fingerprint DIGITS",
        )
    answer = input("Is this, digit for digit, the printed fingerprint? Type yes or no: ")
    if answer.strip().lower() != "yes":
        raise Refusal("the fingerprint was not confirmed; nothing was changed")
