"""What is accepted, and why not: said before anyone types, in the same words as after."""

import asyncio
import hashlib
import os
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from crypto.names import ChunkId, Day
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE, solve_puzzle
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from intake.server.upkeep import TICK_SECONDS
from intake.storage.kinds import Kind
from tests.means.clock import clock_by, set_clock
from tests.means.stored_items import store_items
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import POLICY, PracticeOffice, confirmation, read_export

OPEN: dict[str, object] = {"open": True}


async def put(
    http: aiohttp.ClientSession, kind: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """The status of an upload, and the code of its error."""
    path = f"/v1/{kind}/{hashlib.sha256(body).hexdigest()}"
    async with http.put(path, data=body, headers=headers) as answer:
        return answer.status, "" if answer.status == 204 else (await answer.json())["error"]


async def state(http: aiohttp.ClientSession, kind: str) -> dict[str, object]:
    async with http.get("/v1/status") as answer:
        found: dict[str, object] = (await answer.json())[kind]
        return found


async def becomes(http: aiohttp.ClientSession, kind: str, expected: dict[str, object]) -> None:
    """Wait until the status says so."""
    for _ in range(600):
        if await state(http, kind) == expected:
            return
        await asyncio.sleep(0.05)
    assert await state(http, kind) == expected


async def stays(http: aiohttp.ClientSession, kind: str, expected: dict[str, object]) -> None:
    """See that the status goes on to say so while the server looks at least once more."""
    until = time.monotonic() + 2 * TICK_SECONDS
    while time.monotonic() < until:
        assert await state(http, kind) == expected
        await asyncio.sleep(0.1)


async def test_a_flood_of_files_shuts_out_no_text(data: Path) -> None:
    """Envelopes and chunks have quotas of their own; the status then says so."""
    (data / "intake.toml").write_text("chunk_quota = 3\n")
    with serving(data) as server:
        async with client(server) as http:
            chunks = [await put(http, "chunks", os.urandom(CHUNK_SIZE)) for _ in range(5)]
            assert chunks == [(204, "")] * 3 + [(503, "full")] * 2
            assert await state(http, "chunks") == {"open": False, "reason": "full"}
            assert await state(http, "envelopes") == OPEN
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (204, "")


async def test_a_full_server_opens_again_when_there_is_room(
    data: Path, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """After an import in which everyone confirmed, without a restart."""
    (data / "intake.toml").write_text("envelope_quota = 2\n")
    with serving(data) as server:
        async with client(server) as http:
            bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(3)]
            statuses = [await put(http, "envelopes", body) for body in bodies]
            assert statuses == [(204, ""), (204, ""), (503, "full")]
            for recipient in ("main", "board"):
                file = tmp_path / recipient
                file.write_bytes(office.outbound(recipient, today, confirmation(1, bodies)))
                succeed("import", "--data", data, file)
            await becomes(http, "envelopes", OPEN)
            assert await put(http, "envelopes", bodies[2]) == (204, "")


@pytest.mark.long
async def test_between_nearly_full_and_room_again_nothing_changes_but_at_full_hours(
    data: Path, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """Whoever asks all day learns no count: closed from 95 of 100, open again below 85."""
    (data / "intake.toml").write_text("envelope_quota = 100\n")
    clock, past_the_hour = tmp_path / "clock", 3_660 - int(time.time()) % 3_600
    set_clock(clock, 0, past_the_hour)
    closed = {"open": False, "reason": "full"}
    bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(96)]
    with serving(data, env=clock_by(clock)) as server:

        def confirm(sequence: int, confirmed: list[bytes]) -> None:
            for recipient in ("main", "board"):
                file = tmp_path / f"{recipient}-{sequence}"
                statement = confirmation(sequence, confirmed)
                file.write_bytes(office.outbound(recipient, today, statement))
                succeed("import", "--data", data, file)

        async with client(server) as http:
            assert {await put(http, "envelopes", body) for body in bodies} == {(204, "")}
            assert await state(http, "envelopes") == OPEN
            set_clock(clock, 0, past_the_hour + 3_600)
            await becomes(http, "envelopes", closed)
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (503, "full")
            confirm(1, bodies[:11])
            await stays(http, "envelopes", closed)
            confirm(2, bodies[11:12])
            await becomes(http, "envelopes", OPEN)
            assert await put(http, "envelopes", bodies[0]) == (204, "")
            await stays(http, "envelopes", OPEN)


async def test_what_is_sent_again_fills_no_quota(data: Path) -> None:
    """Else one puzzle, solved once, would close the server to everyone."""
    (data / "intake.toml").write_text("envelope_quota = 2\nchunk_quota = 2\n")
    with serving(data) as server:
        async with client(server) as http:
            for kind, size in (("envelopes", ENVELOPE_SIZE), ("chunks", CHUNK_SIZE)):
                first, second, third = (os.urandom(size) for _ in range(3))
                assert [await put(http, kind, first) for _ in range(5)] == [(204, "")] * 5
                assert await put(http, kind, second) == (204, "")
                assert await put(http, kind, third) == (503, "full")


async def test_the_day_s_budget_holds_files_before_texts(data: Path) -> None:
    """Texts are taken a tenth longer."""
    (data / "intake.toml").write_text(f"day_budget = {CHUNK_SIZE + ENVELOPE_SIZE}\n")
    with serving(data) as server:
        async with client(server) as http:
            assert await put(http, "chunks", os.urandom(CHUNK_SIZE)) == (204, "")
            assert await put(http, "chunks", os.urandom(CHUNK_SIZE)) == (503, "day-budget")
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (204, "")
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (503, "day-budget")


async def test_a_full_disk_is_said_before_the_body_and_reading_goes_on(data: Path) -> None:
    """Nothing is half stored."""
    (data / "intake.toml").write_text(f"disk_floor = {1024**4}\n")
    with serving(data) as server:
        async with client(server) as http:
            assert await state(http, "envelopes") == {"open": False, "reason": "disk"}
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (503, "disk")
            assert await put(http, "chunks", os.urandom(CHUNK_SIZE)) == (503, "disk")
            async with http.get("/v1/directory") as answer:
                assert answer.status == 200
    for name in ("envelopes.bin", "chunks.bin"):
        assert (data / name).stat().st_size == 0


async def test_what_nobody_fetches_closes_the_server(data: Path, today: Day) -> None:
    """After 38 days, a week before anything would have to be deleted."""
    store_items(data, Kind.ENVELOPE, [os.urandom(ENVELOPE_SIZE)], (today - 44) // 7)
    with serving(data) as server:
        async with client(server) as http:
            closed = {"open": False, "reason": "not-fetched"}
            assert await state(http, "envelopes") == closed
            assert await state(http, "chunks") == closed
            assert await put(http, "envelopes", os.urandom(ENVELOPE_SIZE)) == (503, "not-fetched")
    assert "WARNING: NOTHING IS ACCEPTED: board" in succeed("status", "--data", data)


@pytest.mark.parametrize(
    ("kind", "size", "code"),
    [("envelopes", ENVELOPE_SIZE, PUZZLE_ENVELOPE), ("chunks", CHUNK_SIZE, PUZZLE_CHUNK)],
)
async def test_a_puzzle_is_asked_for_as_the_directory_says(
    server: ServerProcess,
    office: PracticeOffice,
    today: Day,
    tmp_path: Path,
    kind: str,
    size: int,
    code: int,
) -> None:
    """Solved for this very upload, of this kind, within the days that count."""
    policy = replace(POLICY, puzzle_envelope=8, puzzle_chunk=8)
    (tmp_path / "b").write_bytes(office.with_directory(policy=policy).outbound("main", today))
    succeed("import", "--data", server.data, tmp_path / "b")
    body = os.urandom(size)
    name = hashlib.sha256(body).digest()

    def solved(kind_code: int, path_hash: bytes, day: int) -> dict[str, str]:
        return {
            "Fidelio-Puzzle": solve_puzzle(
                office.genesis_id, kind_code, ChunkId(path_hash), 8, Day(day)
            )
        }

    async with client(server) as http:
        for headers in (
            {},
            {"Fidelio-Puzzle": "x"},
            solved(code, name, today - 3),
            solved(code, name, today + 17),
        ):
            assert await put(http, kind, body, headers) == (403, "puzzle")
        for day in (today - 2, today + 16):
            assert await put(http, kind, body, solved(code, name, day)) == (204, "")


async def test_the_answer_does_not_depend_on_what_came_before(server: ServerProcess) -> None:
    """Known and new, first and last: the same status, headers and body."""
    bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(3)]
    answers = set()
    async with client(server) as http:
        for body in bodies * 2:
            path = f"/v1/envelopes/{hashlib.sha256(body).hexdigest()}"
            async with http.put(path, data=body) as answer:
                headers = tuple(sorted(answer.headers.items()))
                answers.add((answer.status, headers, await answer.read()))
    assert len(answers) == 1


async def test_status_and_overview_agree(data: Path, tmp_path: Path) -> None:
    """The operator sees what visitors are told."""
    (data / "intake.toml").write_text(f"disk_floor = {1024**4}\n")
    assert "Envelopes    disk" in succeed("status", "--data", data)
    out = tmp_path / "out"
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    assert read_export(out.read_bytes()).envelopes == ()
