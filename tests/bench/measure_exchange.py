"""What it costs to carry ten thousand reports to a vault, beside the opening that it is for."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from caseworker.vault.folder import Vault, open_vault, unlock
from caseworker.vault.messages import next_message_number
from crypto.bundle import InboundHeader, ItemType, read_bundle, split_envelope_item
from crypto.directory import Directory, current_key, read_directory, read_fingerprint
from crypto.envelope import Message, SealTo, new_message_id, seal_envelope
from crypto.names import Day, GenesisId
from crypto.office.envelope import IntakeSecret, open_envelope
from crypto.signing import SigningKey
from crypto.source_keys import SourceKeys
from ground.shell.passphrases import Passphrase
from intake.storage.connections import connect
from intake.storage.folder import DataFolder
from intake.storage.rows import office_rows
from tests.bench.figures import Figure, measurement
from tests.bench.uploads import envelope_request, uploads_a_second
from tests.offices.desk import Desk, passphrase_of

ENVELOPES, CLIENTS, LIMIT = 10_000, 16, 1.5
READER = "investigations"


@measurement
def export_and_import() -> Iterator[Figure]:
    """Both commands together, compared with a loop that opens as much and stores nothing."""
    with tempfile.TemporaryDirectory(prefix="fidelio-bench-") as name:
        desk = Desk.create(Path(name), ["http://127.0.0.1:8080"])
        with desk.serving() as server:
            requests = [envelope_request(envelope) for envelope in _sealed(desk)]
            uploads_a_second(server.address, requests, CLIENTS)
            started = time.perf_counter()
            files = desk.leave_server(READER)
            spent = time.perf_counter() - started
        envelopes = _envelopes(files[0])
        # Half of it before and half after, since the machine's own speed changes meanwhile.
        bare = _open_all(desk, envelopes[::2])
        started = time.perf_counter()
        desk.take_to_vault(READER, files)
        spent += time.perf_counter() - started
        bare += _open_all(desk, envelopes[1::2])
        with _vault(desk) as vault:
            assert next_message_number(vault.db) - 1 == len(envelopes) == ENVELOPES
    yield Figure("export_and_import", spent, "s", spent / bare, LIMIT, is_limit=True)


def _sealed(desk: Desk) -> Iterator[bytes]:
    """Reports of as many sources, with random keys: nobody waits for codenames here."""
    today = int(time.time() // 86_400)
    genesis_id = read_fingerprint(desk.fingerprint)
    with closing(connect(DataFolder(desk.data))) as database:
        directory = read_directory(office_rows.directory(database) or b"", genesis_id)
        keys = {one.id: current_key(one, Day(today)) for one in directory.recipients}
        seal_to = [
            SealTo(
                one.id,
                office_rows.intake_key(database, keys[one.id].hash) or b"",
                keys[one.id].week,
                signing_key=one.signing_key,
            )
            for one in directory.recipients
        ]
    for number in range(ENVELOPES):
        message = _message(directory, Day(today), f"Report {number}: " + "it happened again. " * 40)
        yield seal_envelope(message, _source(genesis_id), seal_to)


def _message(directory: Directory, today: Day, text: str) -> Message:
    return Message(
        kind="report",
        message_id=new_message_id(),
        day=today,
        language="en",
        client="bench",
        delegation=directory.delegation.number,
        sequence=directory.sequence,
        form=directory.form,
        text=text,
    )


def _source(genesis_id: GenesisId) -> SourceKeys:
    return SourceKeys(
        master=os.urandom(32),
        signing=SigningKey(os.urandom(32)),
        set_key=os.urandom(32),
        genesis_id=genesis_id,
    )


def _envelopes(file: Path) -> list[bytes]:
    with file.open("rb") as bundle:
        _, items = read_bundle(bundle.read, InboundHeader, None, None)
        found = (item for item_type, item in items if item_type is ItemType.ENVELOPE)
        return [split_envelope_item(item)[1] for item in found]


def _open_all(desk: Desk, envelopes: Sequence[bytes]) -> float:
    """Hash, open, derive and verify with what the vault holds; returns the seconds it took."""
    genesis_id = read_fingerprint(desk.fingerprint)
    with _vault(desk) as vault:
        secrets = [IntakeSecret(held.week, held.key) for held in vault.secrets]
    started = time.perf_counter()
    for envelope in envelopes:
        hashlib.sha256(envelope).digest()
        open_envelope(envelope, genesis_id, READER, secrets)
    return time.perf_counter() - started


def _vault(desk: Desk) -> AbstractContextManager[Vault]:
    folder = desk.vault(READER)
    return open_vault(folder, unlock(folder, Passphrase(passphrase_of(READER).encode())))
