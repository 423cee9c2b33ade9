"""Exports hold everything that a recipient has not confirmed, until it has."""

import asyncio
import contextlib
import hashlib
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from crypto.days import week_of
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from ground.shell.progress import Progress
from intake.exchange.exporting import export_bundle
from intake.storage.kinds import Kind
from tests.means.stored_items import stored_items
from tests.offices.server_process import ServerProcess, client, intake, serving, succeed
from tests.offices.signed_office import PracticeOffice, ReadExport, batch, confirmation, read_export


async def fill(
    server: ServerProcess, envelopes: int, chunks: int
) -> tuple[set[bytes], dict[bytes, bytes]]:
    """Put random envelopes and chunks on a server; returns them."""
    bodies = {os.urandom(ENVELOPE_SIZE) for _ in range(envelopes)}
    pieces = {os.urandom(32): os.urandom(CHUNK_SIZE) for _ in range(chunks)}
    async with client(server) as http:

        async def put(path: str, body: bytes) -> None:
            async with http.put(path, data=body) as answer:
                assert answer.status == 204

        await asyncio.gather(
            *(put(f"/v1/envelopes/{hashlib.sha256(b).hexdigest()}", b) for b in bodies),
            *(put(f"/v1/chunks/{name.hex()}", b) for name, b in pieces.items()),
        )
    return bodies, pieces


def export(data: Path, recipient: str, name: str = "out", *more: object) -> list[ReadExport]:
    """Export, and read all files that came out."""
    out = data.with_name(name)
    for old in data.parent.glob(f"{name}*"):
        old.unlink()
    succeed("export", "--data", data, "--recipient", recipient, "--out", out, *more)
    return [read_export(file.read_bytes()) for file in sorted(data.parent.glob(f"{name}*"))]


def take_in(data: Path, bundle: bytes) -> str:
    file = data.with_name("some.bundle")
    file.write_bytes(bundle)
    return succeed("import", "--data", data, file)


async def test_an_export_holds_everything_and_what_is_public(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """For each recipient: directory, keys, form, cards, taken lines, envelopes, chunks."""
    bodies, pieces = await fill(server, 5, 7)
    take_in(server.data, office.outbound("board", today, batch(1, 64), directory=False))
    for recipient in ("main", "board"):
        (found,) = export(server.data, recipient)
        assert (found.header.recipient, found.header.part, found.header.parts) == (recipient, 1, 1)
        assert found.header.day == today
        assert set(found.envelopes) == bodies
        assert set(found.weeks) == {week_of(today)}
        assert found.chunks == pieces
        assert found.directory == office.document()
        assert found.form == office.form
        assert set(office.directory_keys()) <= set(found.keys)
        assert len(found.cards) == 2
        assert len(found.lines) == 1


async def test_an_export_does_not_show_the_order_of_arrival(server: ServerProcess) -> None:
    """Two exports of the same things come in different orders."""
    await fill(server, 30, 0)
    (one,), (two,) = export(server.data, "main"), export(server.data, "main")
    assert set(one.envelopes) == set(two.envelopes)
    assert one.envelopes != two.envelopes


async def test_what_everyone_confirmed_is_deleted_and_overwritten(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """One recipient alone makes nothing disappear; it is only not given it again."""
    bodies, pieces = await fill(server, 3, 3)
    names = [(name, piece) for name, piece in pieces.items()]
    take_in(server.data, office.outbound("main", today, confirmation(1, bodies, names)))
    (mine,), (other,) = export(server.data, "main"), export(server.data, "board")
    assert (mine.envelopes, mine.chunks) == ((), {})
    assert set(other.envelopes) == bodies
    printed = take_in(server.data, office.outbound("board", today, confirmation(1, bodies, names)))
    assert "3 envelopes, 3 chunks" in printed
    (other,) = export(server.data, "board")
    assert (other.envelopes, other.chunks) == ((), {})

    def left() -> list[bytes]:
        containers = [(server.data / name).read_bytes() for name in ("envelopes.bin", "chunks.bin")]
        return [body for body in (*bodies, *pieces.values()) if any(body in c for c in containers)]

    # The server does it, at its next beats.
    async with asyncio.timeout(60):
        while left():  # noqa: ASYNC110 - it is another process that brings it about
            await asyncio.sleep(0.1)


async def test_a_chunk_is_confirmed_by_its_bytes_too(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """Garbage that a courier put under a true id confirms nothing."""
    _, pieces = await fill(server, 0, 1)
    (name,) = pieces
    forged = [(name, os.urandom(CHUNK_SIZE))]
    for recipient in ("main", "board"):
        bundle = office.outbound(recipient, today, confirmation(1, (), forged), directory=False)
        take_in(server.data, bundle)
    (found,) = export(server.data, "main")
    assert found.chunks == pieces


async def test_a_retired_recipient_is_waited_for_no_longer(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """Everyone means: those whom the directory in force names."""
    bodies, _ = await fill(server, 2, 0)
    take_in(server.data, office.outbound("main", today, confirmation(1, bodies)))
    printed = take_in(server.data, office.without("board").outbound("main", today))
    assert "2 envelopes" in printed


async def test_a_deleted_chunk_that_is_sent_again_is_new(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """Nothing is kept about a deleted id."""
    _, pieces = await fill(server, 0, 1)
    ((name, piece),) = pieces.items()
    for recipient in ("main", "board"):
        take_in(
            server.data,
            office.outbound(
                recipient, today, confirmation(1, (), [(name, piece)]), directory=False
            ),
        )
    assert export(server.data, "main")[0].chunks == {}
    other = os.urandom(CHUNK_SIZE)
    async with client(server) as http, http.put(f"/v1/chunks/{name.hex()}", data=other) as answer:
        assert answer.status == 204
    assert export(server.data, "main")[0].chunks == {name: other}


async def test_parts_hold_everything_once_each_below_its_size(
    server: ServerProcess, office: PracticeOffice
) -> None:
    """Envelopes of all parts before chunks; each part can be read alone and has what is public."""
    bodies, pieces = await fill(server, 20, 5)
    parts = export(server.data, "main", "p", "--part-size", "600000")
    assert len(parts) > 3
    for file in server.data.parent.glob("p.*"):
        assert file.stat().st_size < 600_000
    assert [part.header.part for part in parts] == list(range(1, len(parts) + 1))
    assert {part.header.parts for part in parts} == {len(parts)}
    assert len({part.header.export_id for part in parts}) == 1
    assert len({part.header.number for part in parts}) == 1
    assert len({part.server for part in parts}) == 1
    assert {part.directory for part in parts} == {office.document()}
    assert sorted(e for part in parts for e in part.envelopes) == sorted(bodies)
    assert {name: c for part in parts for name, c in part.chunks.items()} == pieces
    kinds = [
        kind
        for part in parts
        for kind in ["envelope"] * len(part.envelopes) + ["chunk"] * len(part.chunks)
    ]
    assert kinds == sorted(kinds, reverse=True)


def test_an_export_that_is_stopped_by_hand_leaves_nothing_and_goes_on(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether one file was begun or some parts were done."""
    _bodies, pieces = asyncio.run(fill(server, 2, 6))
    out = server.data.with_name("out")
    before = sorted(server.data.parent.iterdir())
    for part_size in (None, 1_000_000):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Progress, "add", ctrl_c_after(5))
            export_bundle(server.data, "main", out, part_size)
        assert sorted(server.data.parent.iterdir()) == before
    assert export(server.data, "main")[0].chunks == pieces


def ctrl_c_after(items: int) -> Callable[[Progress, int], None]:
    left = items

    def add(_progress: Progress, _size: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGINT)

    return add


async def test_one_is_not_said_as_many(server: ServerProcess) -> None:
    """A count of one has its own word."""
    await fill(server, 1, 1)
    out = server.data.with_name("out")
    printed = succeed("export", "--data", server.data, "--recipient", "main", "--out", out)
    assert printed.startswith("1 envelope and 1 chunk for main, ")


def test_parts_are_named_and_announced(data: Path) -> None:
    """With what to type at the desk."""
    out = data.with_name("stick")
    arguments = ("--data", data, "--recipient", "main", "--out", out, "--part-size", "4G")
    printed = succeed("export", *arguments)
    assert out.with_name("stick.001").exists()
    assert not out.exists()
    assert "caseworker import VAULT stick.001" in printed


@pytest.mark.parametrize("size", ["0", "1", "1K", "200000"])
def test_a_part_size_that_holds_no_item_is_refused(data: Path, size: str) -> None:
    """Before anything is written."""
    out = data.with_name("stick")
    done = intake(
        "export", "--data", data, "--recipient", "main", "--out", out, "--part-size", size
    )
    assert done.returncode == 1
    assert "too small" in done.stderr
    assert list(out.parent.glob("*stick*")) == []


@pytest.mark.parametrize("size", ["-1", "4X", "x", "1.5G", ""])
def test_a_part_size_that_is_none_is_wrong_usage(data: Path, size: str) -> None:
    """With exit code 2."""
    out = data.with_name("stick")
    done = intake(
        "export", "--data", data, "--recipient", "main", "--out", out, "--part-size", size
    )
    assert done.returncode == 2


@pytest.mark.parametrize("taken", ["stick", "stick.001"])
def test_nothing_is_overwritten(data: Path, taken: str) -> None:
    """Neither a bundle nor a part."""
    existing = data.with_name(taken)
    existing.write_text("precious")
    more = ("--part-size", "4G") if taken.endswith("001") else ()
    out = data.with_name("stick")
    done = intake("export", "--data", data, "--recipient", "main", "--out", out, *more)
    assert done.returncode == 1
    assert "nothing is overwritten" in done.stderr
    assert existing.read_text() == "precious"


def test_an_unknown_recipient_is_refused_with_the_known_ones(data: Path) -> None:
    """So that the next try fits."""
    done = intake("export", "--data", data, "--recipient", "nobody", "--out", data.with_name("o"))
    assert done.returncode == 1
    assert "hint: --recipient is one of: board, main" in done.stderr


def test_an_export_without_an_office_is_refused(tmp_path: Path) -> None:
    """It says what comes first."""
    with serving(tmp_path / "new"):
        pass
    done = intake(
        "export", "--data", tmp_path / "new", "--recipient", "main", "--out", tmp_path / "o"
    )
    assert done.returncode == 1
    assert "serves no office yet" in done.stderr


def test_an_export_without_the_form_is_refused(data: Path) -> None:
    """No vault could read it: an item is never empty."""
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database:
        database.execute("DELETE FROM form")
        database.commit()
    out = data.with_name("out")
    done = intake("export", "--data", data, "--recipient", "main", "--out", out)
    assert done.returncode == 1
    assert "lacks the form that its directory names" in done.stderr
    assert not out.exists()


def test_a_folder_that_is_not_there_is_refused(data: Path) -> None:
    """As when the stick is not mounted."""
    out = data.with_name("no") / "such" / "file"
    done = intake("export", "--data", data, "--recipient", "main", "--out", out)
    assert done.returncode == 1
    assert "could not be written" in done.stderr


async def test_a_damaged_slot_is_left_out_and_said(server: ServerProcess) -> None:
    """A bad sector costs its item, not the export."""
    bodies, _ = await fill(server, 3, 0)
    # So that nothing moves any more.
    server.stop()
    slot = next(iter(stored_items(server.data, Kind.ENVELOPE).values())).slot
    with (server.data / "envelopes.bin").open("r+b") as container:
        container.seek(slot * ENVELOPE_SIZE + 5)
        container.write(b"damage")
    out = server.data.with_name("out")
    done = intake("export", "--data", server.data, "--recipient", "main", "--out", out)
    assert done.returncode == 0
    assert "1 item on this server is damaged and was left out" in done.stderr
    assert f"the disk has damaged envelopes.bin at slot {slot}: lost" in done.stderr
    assert "2 envelopes and 0 chunks for main" in done.stdout
    assert len(read_export(out.read_bytes()).envelopes) == len(bodies) - 1


@pytest.mark.long
async def test_uploads_go_on_during_exports_and_imports(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """And nothing that was acknowledged meanwhile is lost or confirmed by mistake."""
    acknowledged: set[bytes] = set()
    done = asyncio.Event()

    async def upload() -> None:
        while not done.is_set():
            bodies, _ = await fill(server, 8, 2)
            acknowledged.update(bodies)

    uploads = [asyncio.create_task(upload()) for _ in range(2)]
    confirmed: set[bytes] = set()
    for number in range(1, 5):
        (found,) = await asyncio.to_thread(export, server.data, "main", f"e{number}-")
        confirmed.update(found.envelopes)
        for recipient in ("main", "board"):
            make = confirmation(number, found.envelopes, found.chunks.items())
            bundle = office.outbound(recipient, today, make, directory=False)
            await asyncio.to_thread(take_in, server.data, bundle)
    done.set()
    await asyncio.gather(*uploads)
    (rest,) = export(server.data, "main")
    assert confirmed.isdisjoint(rest.envelopes)
    assert confirmed | set(rest.envelopes) == acknowledged
    assert server.log() == ""
