"""The database as a whole: made, and rid of what was deleted."""

from contextlib import closing

from intake.storage import connections as sqlite
from intake.storage.folder import DataFolder

__all__ = ["overwrite_old_pages", "prepare_database"]


def prepare_database(folder: DataFolder) -> None:
    """Make the database, unless it is there. `Refusal` where it is of another version."""
    sqlite.prepare(folder)


def overwrite_old_pages(folder: DataFolder) -> bool:
    """Put the overwritten pages into the database; False where somebody is reading just now."""
    with closing(sqlite.connect(folder)) as connection:
        return sqlite.empty_log(connection, folder)
