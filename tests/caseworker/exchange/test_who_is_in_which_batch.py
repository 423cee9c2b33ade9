"""A server chooses in which order it gives out messages: the batches must not come back in it."""

from dataclasses import replace
from pathlib import Path

from caseworker.cases.lists import replies_in_batches
from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.work.replying import ReplyWriter
from tests.means.advantage import bound, trend
from tests.offices.vaults import PROFILE, SERVER_KEY, Office, Server, Source, at, make_office

CASES = 80
BATCH_SIZE = 16


def test_a_batch_does_not_tell_in_which_order_its_messages_came(tmp_path: Path) -> None:
    keys = make_office(
        tmp_path / "office", replace(PROFILE, batch_size=BATCH_SIZE), SERVER_KEY.public_key
    )
    office = Office(tmp_path / "office", keys)
    with office.opened() as vault:
        server = Server(vault.genesis_id, tmp_path)
    server.take(office.folder / FIRST_BUNDLE)
    for _ in range(CASES):
        server.report(Source(server.genesis_id))
    office.bring(*server.export())
    with office.opened() as vault:
        writer = ReplyWriter(vault, at(server.number >> 32))
        for case in writer.new_cases():
            writer.acknowledge(case)
    result = office.carry(tmp_path / "out")
    assert result.new_batches == 6
    with office.opened() as vault:
        # Number 1 went with the first bundle.
        sealed = replies_in_batches(vault.db, range(2, result.new_batches + 2))
    numbers = [one.batch or 0 for one in sealed]
    told = trend([(numbers, [one.case_number for one in sealed])])
    assert len(sealed) == CASES
    assert abs(told.deviations) < bound(1), told
