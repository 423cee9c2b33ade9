"""An export that is typed again: by somebody whose machine stopped before it said what was done."""

from pathlib import Path

import pytest

from caseworker.log.chain import all_entries, verify_log
from ground.shell.refusals import Refusal
from tests.caseworker.exchange.test_export_bundles import answer, texts
from tests.offices.vaults import DAY, Office, Server, Source


def snapshot_of_log(office: Office) -> list[int]:
    """The numbers of all that ever happened."""
    with office.opened() as vault:
        return [entry.number for entry in all_entries(vault.db)]


def test_an_export_that_is_typed_again_has_nothing_to_add(
    reported: Office, server: Server, source: Source
) -> None:
    """As by somebody whose machine stopped in the moment before it would have said so.

    It changes nothing, and takes nothing for whole that is not.
    """
    answer(reported, "Where was it?")
    out = server.folder / "out"
    reported.carry(out)
    before = out.read_bytes(), snapshot_of_log(reported)
    again = reported.carry(out)
    assert (again.again, again.new_replies) == (True, ())
    assert (out.read_bytes(), snapshot_of_log(reported)) == before
    server.take(out)
    assert texts(server, source) == ["Where was it?"]
    with out.open("r+b") as file:
        file.truncate(len(before[0]) - 1)
    with pytest.raises(Refusal, match="there already"):
        reported.carry(out)


def test_an_export_under_a_name_that_is_taken_is_refused_where_there_is_more_to_carry(
    reported: Office, server: Server
) -> None:
    """Whether a reply was written since, or only a day went by."""
    out = server.folder / "out"
    reported.carry(out)
    with pytest.raises(Refusal, match="there already"):
        reported.carry(out, DAY + 1)
    answer(reported, "Where was it?")
    with pytest.raises(Refusal, match="there already"):
        reported.carry(out)


def test_an_export_typed_again_finds_its_own_file_and_takes_no_other_for_it(
    reported: Office, tmp_path: Path
) -> None:
    """Killed between the file's last name and the log, it was written and nobody knows it."""
    answer(reported, "Where was it?")
    reported.carry(tmp_path / "never logged")
    with reported.opened() as vault, vault.db.transaction():
        first = "(SELECT min(number) FROM events WHERE kind = 'carried-out')"
        assert vault.db.run(f"DELETE FROM events WHERE number >= {first}") == 2
    again = reported.carry(tmp_path / "never logged")
    assert [reply.carried_out for reply in again.new_replies] == [None]
    with reported.opened() as vault:
        verify_log(vault.db)
    assert reported.carry(tmp_path / "never logged").again
    (tmp_path / "another").write_bytes((tmp_path / "never logged").read_bytes()[:-1])
    with pytest.raises(Refusal, match="there already"):
        reported.carry(tmp_path / "another")
