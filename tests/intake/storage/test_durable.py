"""What is on the disk before anything says that it is there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.site.publishing import build_pages
from intake.storage.connections import prepare
from intake.storage.folder import DataFolder, create_folder
from intake.storage.slots.store import Store
from tests.means.stored_items import no_damage

Synced = list[Path]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Synced:
    """Every path that is really synced, in order; a turned link is noted among them."""
    seen: Synced = []
    sync, replace = os.fsync, Path.replace

    def noting_sync(descriptor: int) -> None:
        sync(descriptor)
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    def noting_replace(path: Path, target: Path) -> Path:
        seen.append(Path("turned"))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    return seen


def test_a_new_data_folder_is_named_durably(tmp_path: Path, synced: Synced) -> None:
    create_folder(tmp_path / "data")
    assert synced == [tmp_path]


def make_slots(folder: DataFolder) -> None:
    Store(folder, no_damage).close()


@pytest.mark.parametrize("make", [prepare, make_slots])
def test_database_and_slots_are_named_durably(
    tmp_path: Path, synced: Synced, make: Callable[[DataFolder], None]
) -> None:
    folder = create_folder(tmp_path / "data")
    make(folder)
    assert synced[-1] == folder.path


def test_a_site_is_on_the_disk_before_it_is_served(data: Path, synced: Synced) -> None:
    """Files and folders of the site, then its name, then the link, then the link's name."""
    build_pages(data)
    served = (data / "site").resolve()
    parts = {path for path in (served, *served.rglob("*")) if not path.is_symlink()}
    turned = synced.index(Path("turned"))
    assert parts <= set(synced[:turned])
    assert synced[turned - 1] == data
    assert synced[turned + 1] == data
