"""200 people report at the same moment, with files, and the office reads every one."""

import asyncio
import hashlib
import os
from pathlib import Path

import aiohttp
import pytest

from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.folding import all_cases
from caseworker.vault.folder import open_vault, unlock
from crypto.directory import read_fingerprint
from ground.shell.passphrases import Passphrase
from tests.means.quick_source import KnownOffice, find_office, new_source, send
from tests.offices.desk import Desk, passphrase_of
from tests.offices.server_process import client

SOURCES = 200
# An empty file, a small one, and now and then one of several chunks.
SIZES = (0, 1_000, 262_129, 600_000)


@pytest.mark.long
async def test_two_hundred_simultaneous_reports_with_files_are_all_read(tmp_path: Path) -> None:
    """Finding: GlobaLeaks, simultaneous reports failed on a shared counter."""
    desk = Desk.create(tmp_path, ["http://127.0.0.1:8080"])
    files = {
        f"report {number} «сообщение»": os.urandom(SIZES[number % len(SIZES)])
        for number in range(SOURCES)
    }
    with desk.serving() as server:
        async with client(server, connections=SOURCES) as session:
            known = await find_office(session, read_fingerprint(desk.fingerprint))
            await _all_at_once(known, session, files)
        desk.fetch("investigations")
    assert _read_all(desk) == {
        text: hashlib.sha256(data).hexdigest() for text, data in files.items()
    }


async def _all_at_once(
    known: KnownOffice, session: aiohttp.ClientSession, files: dict[str, bytes]
) -> None:
    """Let every source make its keys first, then start them together."""
    sources = [new_source(known) for _ in files]
    await asyncio.gather(
        *(
            send(session, known, source, text, [data])
            for source, (text, data) in zip(sources, files.items(), strict=True)
        )
    )


def _read_all(desk: Desk) -> dict[str, str | None]:
    """Open every case as `caseworker show` does, unlocking the vault once: text to file's hash."""
    folder = desk.vault("investigations")
    key = unlock(folder, Passphrase(passphrase_of("investigations").encode()))
    read: dict[str, str | None] = {}
    with open_vault(folder, key) as vault:
        for number in all_cases(vault.db):
            (message,) = conversation(vault, number).entries
            assert isinstance(message, MessageView)
            (file,) = message.attachments
            assert file.state == "whole"
            read[message.text] = file.sha256
    return read
