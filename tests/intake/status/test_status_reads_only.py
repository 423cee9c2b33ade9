"""`intake status` on a live server: it looks, and neither writes nor waits nor keeps anyone."""

import contextlib
import hashlib
import os
from pathlib import Path

from crypto.sizes import ENVELOPE_SIZE
from ground.disk.locks import locked
from intake.storage.connections import connect
from intake.storage.folder import DataFolder
from tests.offices.server_process import ServerProcess, client, intake, succeed, wait_for_slots

SHARED_MEMORY = "intake.sqlite-shm"
"""Where SQLite's readers say that they read: memory that happens to have a name."""


def state(data: Path) -> dict[str, tuple[int, bytes]]:
    """Every file: which it is, and what is in it."""
    found = {}
    for path in sorted(data.rglob("*")):
        if path.is_file() and path.name != SHARED_MEMORY:
            digest = hashlib.sha256(path.read_bytes()).digest()
            found[str(path)] = (path.stat().st_ino, digest)
    return found


async def test_status_changes_no_file(server: ServerProcess) -> None:
    """And makes none. (Those of the slots get other random bytes from the server at each beat.)"""
    async with client(server) as http:
        body = os.urandom(ENVELOPE_SIZE)
        async with http.put(f"/v1/envelopes/{hashlib.sha256(body).hexdigest()}", data=body) as put:
            assert put.status == 204
    wait_for_slots(server)
    before = state(server.data)
    assert "1 envelope of the week from" in succeed("status", "--data", server.data)
    after = state(server.data)
    assert after.keys() == before.keys()
    changed = {Path(name).name for name in after if after[name] != before[name]}
    assert all(name.startswith(("envelopes.", "chunks.")) for name in changed)


def test_status_waits_for_nobody(server: ServerProcess) -> None:
    """Whoever writes, exports or imports meanwhile."""
    folder = DataFolder(server.data)
    # In the order in which the server takes them; in another one both would wait for ever.
    held = (folder.import_lock, folder.site_lock, folder.export_lock, folder.turn_lock)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(contextlib.closing(connect(folder)))
        for lock in held:
            assert stack.enter_context(locked(lock))
        database.execute("BEGIN IMMEDIATE")
        assert "running" in succeed("status", "--data", server.data)


def test_status_makes_nothing_where_nothing_is(tmp_path: Path) -> None:
    """It says what does."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    ran = intake("status", "--data", data)
    assert ran.returncode == 1
    assert "there is no intake in" in ran.stderr
    assert "hint: `intake serve" in ran.stderr
    assert list(data.iterdir()) == []
