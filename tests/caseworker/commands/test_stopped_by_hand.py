"""Ctrl-C in the middle: nothing half is left, nothing has changed, the same command goes on."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseworker.casefile.case_folder import save_case
from caseworker.cases.folding import all_cases
from caseworker.log.chain import verify_log
from crypto.sizes import PIECE_SIZE
from ground.shell.progress import Progress
from tests.offices.vaults import DAY, Office, Server, Source, at

DATA = os.urandom(6 * PIECE_SIZE)


@contextmanager
def stopped_after(size: int) -> Iterator[None]:
    """Have Ctrl-C pressed when so many bytes are done."""
    add, done = Progress.add, 0

    def counted(progress: Progress, more: int) -> None:
        nonlocal done
        done += more
        if done >= size:
            os.kill(os.getpid(), signal.SIGINT)
        add(progress, more)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Progress, "add", counted)
        yield


def chunk_files(office: Office) -> list[Path]:
    return list((office.vault() / "chunks").glob("??/*"))


def test_a_save_that_is_stopped_leaves_nothing_and_goes_on(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("film", DATA)])
    office.bring(*server.export())
    before = sorted(server.folder.iterdir())
    for size in (1, len(DATA) // 2, len(DATA)):
        with office.opened() as vault, stopped_after(size):
            save_case(vault, 1, server.folder / "case", at(DAY))
        assert sorted(server.folder.iterdir()) == before
    with office.opened() as vault:
        save_case(vault, 1, server.folder / "case", at(DAY))
        verify_log(vault.db)
    assert (server.folder / "case/1-report/film").read_bytes() == DATA


def test_an_import_that_is_stopped_changes_nothing_and_goes_on(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("film", DATA)])
    (path,) = server.export()
    size = path.stat().st_size
    # While it is looked through for damage, and while it is taken in.
    for share in (size // 2, size + size // 2, 2 * size):
        with stopped_after(share):
            office.bring(path)
        with office.opened() as vault:
            assert all_cases(vault.db) == {}
            verify_log(vault.db)
        assert chunk_files(office) == []
    assert office.bring(path).counts.messages == 1
    assert len(chunk_files(office)) == 6
