"""While the database is written anew after an export, uploads go on being accepted."""

import asyncio
import contextlib
import hashlib
import os
import sys
from pathlib import Path

from crypto.names import Week
from crypto.sizes import ENVELOPE_SIZE, RECORD_SIZE
from intake.storage.connections import connect, writing
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.rows import volume_rows
from tests.means.repository import REPOSITORY
from tests.means.stored_items import stored_items
from tests.offices.server_process import client, serving

WEEKS, RECORDS = 24, 2_000
"""50 MB of replies: to write them anew takes as long as many uploads."""


async def test_uploads_during_a_rewrite_are_all_stored(data: Path, tmp_path: Path) -> None:
    folder = DataFolder(data)
    with contextlib.closing(connect(folder)) as database, writing(database, folder):
        for week in range(WEEKS):
            records = (os.urandom(RECORD_SIZE) for _ in range(RECORDS))
            volume_rows.add(database, Week(week), records)
    answered: list[int] = []
    with serving(data) as server:
        async with client(server) as http:
            line = ["export", "--data", data, "--recipient", "main", "--out", tmp_path / "out"]
            export = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "intake.cli", *map(str, line), cwd=REPOSITORY
            )
            ended = asyncio.create_task(export.wait())
            while not ended.done():
                body = os.urandom(ENVELOPE_SIZE)
                name = hashlib.sha256(body).hexdigest()
                async with http.put(f"/v1/envelopes/{name}", data=body) as answer:
                    answered.append(answer.status)
            assert await ended == 0
    assert answered
    assert set(answered) == {204}
    assert len(stored_items(data, Kind.ENVELOPE)) == len(answered)
    with contextlib.closing(connect(folder)) as database:
        assert sum(volume_rows.sizes(database).values()) == WEEKS * RECORDS
