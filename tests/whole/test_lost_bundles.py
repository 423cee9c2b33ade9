"""Bundles that get lost, come in parts and out of order, between the real commands."""

from pathlib import Path

from crypto.directory import read_fingerprint
from tests.means.quick_source import find_office, new_source, read_replies, send
from tests.offices.desk import Desk
from tests.offices.server_process import client

# Small enough that three files of 600,000 bytes need several parts.
PART_SIZE = 1_000_000
FILE = bytes(range(256)) * 2_400


async def test_a_lost_bundle_of_replies_is_made_good_by_the_next_once(tmp_path: Path) -> None:
    desk = Desk.create(tmp_path, ["http://127.0.0.1:8080"])
    with desk.serving() as server:
        async with client(server) as session:
            known = await find_office(session, read_fingerprint(desk.fingerprint))
            source = new_source(known)
            await send(session, known, source, "a report")
            desk.fetch("investigations")
            (case,) = desk.cases("investigations")
            desk.caseworker("acknowledge", "investigations", case["case"])
            desk.reply("investigations", case["case"], "the first answer")
            desk.leave_vault("investigations").unlink()
            assert await read_replies(session, known, source) == []

            desk.reply("investigations", case["case"], "the second answer")
            desk.deliver("investigations")
            desk.deliver("investigations")
            replies = await read_replies(session, known, source)
    answers = [reply.text for reply in replies if reply.kind == "reply"]
    assert sorted(answers) == ["the first answer", "the second answer"]
    assert [reply.kind for reply in replies].count("acknowledgement") == 1
    assert len(replies) == 3


async def test_a_lost_bundle_of_reports_and_parts_in_reverse_order_lose_and_double_nothing(
    tmp_path: Path,
) -> None:
    desk = Desk.create(tmp_path, ["http://127.0.0.1:8080"])
    with desk.serving() as server:
        async with client(server) as session:
            known = await find_office(session, read_fingerprint(desk.fingerprint))
            for text in ("one", "two", "three"):
                await send(session, known, new_source(known), text, [FILE])
        for lost in desk.leave_server("investigations"):
            lost.unlink()
        parts = desk.leave_server("investigations", PART_SIZE)
        assert len(parts) >= 3
        for part in reversed(parts):
            desk.take_to_vault("investigations", [part])
        # What it does not yet know as confirmed, the server gives out again.
        desk.fetch("investigations")
        desk.deliver("investigations")
        again = desk.fetch("investigations")
    assert [counts["messages"] for counts in again["parts"].values()] == [0]
    cases = desk.cases("investigations")
    assert sorted(case["begins"] for case in cases) == ["one", "three", "two"]
    for case in cases:
        (message,) = desk.messages("investigations", case["case"])
        assert [file["state"] for file in message["attachments"]] == ["whole"]
    status = desk.caseworker("status", "investigations")
    assert status["missing_parts"] == {}
    assert status["envelopes"]["message"] == 3
