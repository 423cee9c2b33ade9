"""Import and export ask which day it is once nobody else can change anything.

A day that had waited for somebody's import would set back what that has remembered of the clock.
"""

from pathlib import Path

import pytest

from crypto.names import Day
from intake.exchange import exporting, importing
from intake.storage.folder import DataFolder, open_folder
from tests.means.watchful_clock import WatchfulClock
from tests.offices.signed_office import PracticeOffice


@pytest.fixture
def folder(data: Path) -> DataFolder:
    return open_folder(data)


def test_an_export_asks_under_the_lock(
    folder: DataFolder, today: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WatchfulClock(folder, today)
    monkeypatch.setattr(exporting, "today", clock)
    exported = exporting.export_bundle(folder.path, "main", tmp_path / "out", None)
    assert exported.day == today
    assert clock.alone == [True]


def test_an_import_asks_under_the_lock(
    folder: DataFolder,
    office: PracticeOffice,
    today: Day,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = tmp_path / "bundle"
    bundle.write_bytes(office.with_directory().outbound("main", today))
    clock = WatchfulClock(folder, today)
    monkeypatch.setattr(importing, "today", clock)
    imported = importing.import_bundle(folder.path, bundle, None, lambda _: False)
    assert imported.directory.sequence == 2
    assert clock.alone == [True]
