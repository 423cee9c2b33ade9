"""Building the site that sources see, for the directory in force, and putting it in place at once.

Each build is a folder of its own, named after the directory that it was built for; the link `site`
is turned to it in one step, once the build is on the disk. A running server notices. The one before
stays, for a server that is just reading it.
"""

import secrets
import shutil
from pathlib import Path
from typing import Final

from crypto.directory import Directory, read_directory
from crypto.names import GenesisId
from ground.disk.durable import sync_folder, sync_tree
from ground.disk.locks import locked
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.storage.disk_faults import disk_faults_said
from intake.storage.folder import DataFolder, open_folder
from intake.storage.reading import office_of

_NAME_BYTES: Final = 8


def pages_are_of(folder: DataFolder, directory: Directory) -> bool:
    """Return whether the site that is served was built for this directory."""
    try:
        return folder.site.readlink().name.startswith(_prefix(directory))
    except OSError:
        return False


def _prefix(directory: Directory) -> str:
    return f"site-{directory.sha256[:_NAME_BYTES].hex()}-"


def build_pages(path: Path) -> None:
    """Build the site of the data folder at `path` and serve it from now on.

    Raises `Refusal` where there is no office yet, or where the pages cannot be built; then the site
    stays as it was.
    """
    folder = open_folder(path)
    with disk_faults_said(folder, "the pages stay as they were"):
        _build(folder, *_office(folder))


def _office(folder: DataFolder) -> tuple[GenesisId, Directory]:
    office = office_of(folder)
    if office is None:
        raise Refusal(
            "there is no office here yet whose pages could be built",
            "take in its first bundle: intake import --data DIR FILE",
        )
    return office.genesis_id, read_directory(office.directory, office.genesis_id)


def _build(folder: DataFolder, genesis_id: GenesisId, directory: Directory) -> None:
    # Page templates and compression are wanted here alone, and slow to load.
    from intake.site.build import build_site

    with locked(folder.site_lock):
        _remove_stale_links(folder)
        generation = folder.path / (_prefix(directory) + secrets.token_hex(_NAME_BYTES))
        try:
            before = folder.site.resolve() if folder.site.exists() else None
            build_site(generation, genesis_id, directory, today(), before)
            _turn(folder, generation)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        sync_folder(folder.path)
        _remove_older(folder)


def _turn(folder: DataFolder, generation: Path) -> None:
    # Otherwise a power cut may leave a link that says which site is served, and empty pages there.
    sync_tree(generation)
    sync_folder(folder.path)
    link = folder.path / f"{generation.name}.link"
    link.symlink_to(generation.name)
    link.replace(folder.site)


def _remove_stale_links(folder: DataFolder) -> None:
    """Remove what a build that was killed had not turned yet."""
    for link in folder.path.glob("site-*.link"):
        link.unlink()


def _remove_older(folder: DataFolder) -> None:
    """Remove all generations but the one that is served and the newest besides."""
    served = folder.site.readlink().name
    others = [path for path in folder.path.glob("site-*") if path.is_dir() and path.name != served]
    others.sort(key=lambda path: path.stat().st_mtime_ns)
    for path in others[:-1]:
        shutil.rmtree(path, ignore_errors=True)
