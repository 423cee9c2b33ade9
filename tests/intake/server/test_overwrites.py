"""What is deleted by its age is overwritten while the server runs."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from crypto.directory import fingerprint
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from tests.means.clock import clock_by, set_clock
from tests.offices.server_process import client, serving, succeed, wait_until
from tests.offices.signed_office import POLICY, PracticeOffice, batch
from tests.offices.source_client import today

REPLY_DAYS, CHUNK_DAYS = 30, 60
# In the middle of what is stored, so that no header hides it.
MIDDLE = slice(100, 164)


async def test_records_envelopes_and_chunks_that_are_over_are_in_no_file_any_more(
    tmp_path: Path,
) -> None:
    clock, day = tmp_path / "clock", today()
    set_clock(clock, 0)
    env = clock_by(clock)
    policy = replace(POLICY, reply_days=REPLY_DAYS)
    office = PracticeOffice.create(day, policy=policy)
    records = [os.urandom(RECORD_SIZE) for _ in range(64)]
    envelopes = [os.urandom(ENVELOPE_SIZE) for _ in range(3)]
    chunks = [os.urandom(CHUNK_SIZE) for _ in range(3)]
    data, bundle = tmp_path / "data", tmp_path / "bundle"

    def take_in(content: bytes, *more: str) -> None:
        bundle.write_bytes(content)
        succeed("import", "--data", data, bundle, *more, env=env)

    def is_anywhere(stored: bytes) -> bool:
        return any(stored[MIDDLE] in path.read_bytes() for path in data.glob("*") if path.is_file())

    digits = fingerprint(office.genesis_id)
    take_in(office.outbound("main", day, batch(1, records)), "--fingerprint", digits)
    with serving(data, env=env) as server:
        async with client(server) as http:
            for body in envelopes:
                address = hashlib.sha256(body).hexdigest()
                async with http.put(f"/v1/envelopes/{address}", data=body) as answer:
                    assert answer.status == 204
            for body in chunks:
                async with http.put(f"/v1/chunks/{os.urandom(32).hex()}", data=body) as answer:
                    assert answer.status == 204
        everything = [*records, *envelopes, *chunks]
        assert all(map(is_anywhere, everything))
        # A clock that moves at once by more than four weeks is not believed without a directory.
        for passed in (20, 40, 60, CHUNK_DAYS + 7):
            set_clock(clock, passed)
            now = day + passed
            office = office.with_directory(issued=now, expires=now + 21)
            take_in(office.outbound("main", Day(now), card=1 + passed))
        wait_until(lambda: not any(map(is_anywhere, everything)))
