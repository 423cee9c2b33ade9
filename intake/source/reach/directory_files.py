"""An office from a directory file: for a device that is never online (SPEC 11.2)."""

from pathlib import Path
from typing import Final

from crypto.days import week_of
from crypto.directory import Directory, check_current, current_key
from crypto.directory_file import DirectoryFile, read_directory_file, split_directory_file
from crypto.errors import Malformed, Outdated, ProtocolError
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day, GenesisId
from ground.languages import gettext as _
from ground.shell.figures import long_date_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.reach.api import Admission, Status
from intake.source.reach.office import Office, check_seen, genuine, other_ways
from intake.source.reach.pinned import StateFolder

__all__ = ["open_directory_file"]

# What the server takes nobody knows here: it says so when the file is sent.
_OPEN: Final = Admission(open=True, reason="")


def open_directory_file(path: Path, genesis_id: GenesisId | None, state: StateFolder) -> Office:
    """Return the office of a file, checked as one that a server gives; Refusal otherwise.

    Where no `genesis_id` is known, the caller has a person compare that of the file.
    """
    data, document = _read(path)
    directory = genuine(document, genesis_id)
    file = _checked(path, data, directory.genesis_id)
    check_seen(directory, state)
    day = today()
    hashes = _current_hashes(directory, day)
    return Office(
        origin="",
        genesis_id=directory.genesis_id,
        directory=directory,
        form=file.form,
        status=Status(day, _OPEN, _OPEN),
        week=week_of(day),
        keys={recipient_id: file.keys[key_hash] for recipient_id, key_hash in hashes.items()},
    )


def _read(path: Path) -> tuple[bytes, bytes]:
    """Return a file and the directory's document in it."""
    try:
        data = path.read_bytes()
        document, _unchecked_form, _unchecked_keys = split_directory_file(data)
    except OSError:
        raise Refusal(
            _("The file cannot be read: {path}").format(path=foreign_path(path))
        ) from None
    except Malformed:
        raise Refusal(
            _("This is not a directory file: {path}").format(path=foreign_path(path)),
            _("Save it once more from the office's site."),
        ) from None
    return data, document


def _checked(path: Path, data: bytes, genesis_id: GenesisId) -> DirectoryFile:
    try:
        return read_directory_file(data, genesis_id)
    except ProtocolError:
        raise Refusal(
            _("A key in this file, or its questions, are not the office's: {path}").format(
                path=foreign_path(path)
            ),
            _("Save it once more from the office's site, and compare it there."),
        ) from None


def _current_hashes(directory: Directory, day: Day) -> dict[str, str]:
    """Return the hash of each recipient's intake key of a day; Refusal where there is none."""
    try:
        check_current(directory, day)
        return {
            recipient.id: current_key(recipient, day).hash.hex()
            for recipient in directory.recipients
        }
    except Outdated:
        pass
    if day < directory.issued - CLOCK_GRACE_DAYS:
        raise Refusal(
            _("This device's clock says {day}, the file is of {other}.").format(
                day=long_date_text(day), other=long_date_text(directory.issued)
            ),
            _("Set this device's date, then repeat this."),
        )
    last = min(directory.expires, directory.delegation.end) - 1
    raise Refusal(
        _("The directory in this file held until {day}.").format(day=long_date_text(last)),
        _("Save a newer one from the office's site.") + "\n" + other_ways(directory),
    )
