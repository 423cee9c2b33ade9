"""An office from a directory file: for a device that is never online (SPEC 11.2)."""

from pathlib import Path
from typing import Final

from crypto.directory import check_current, current_key
from crypto.directory_file import read_directory_file, split_directory_file
from crypto.errors import Malformed, Outdated, ProtocolError
from crypto.lifetimes import CLOCK_GRACE_DAYS, DAYS_A_WEEK
from crypto.names import GenesisId
from intake.errors import Refusal
from intake.source.person.session import Session, compare
from intake.source.reach.api import Status, Taken
from intake.source.reach.office import Office, check_seen, genuine, other_ways, today
from intake.source.speech import gettext as _
from intake.source.speech import printable, written_day

__all__ = ["open_directory_file"]

# What the server takes nobody knows here: it says so when the file is sent.
_OPEN: Final = Taken(open=True, reason="")


def open_directory_file(session: Session, path: Path, fingerprint: GenesisId | None) -> Office:
    """Return the office of a file, checked as one that a server gives; Refusal otherwise."""
    try:
        data = path.read_bytes()
        document, _keys = split_directory_file(data)
    except OSError:
        raise Refusal(_("The file cannot be read: {path}").format(path=_shown(path))) from None
    except Malformed:
        raise Refusal(
            _("This is not a directory file: {path}").format(path=_shown(path)),
            _("Save it once more from the office's site."),
        ) from None
    directory = genuine(document, fingerprint)
    try:
        keys = read_directory_file(data, directory.genesis_id).keys
    except ProtocolError:
        raise Refusal(
            _("A key in this file is not the office's: {path}").format(path=_shown(path)),
            _("Save it once more from the office's site, and compare it there."),
        ) from None
    check_seen(directory, session.state)
    day = today()
    try:
        check_current(directory, day)
        wanted = {one.id: current_key(one, day).hash.hex() for one in directory.recipients}
    except Outdated:
        if day < directory.issued - CLOCK_GRACE_DAYS:
            raise Refusal(
                _("This device's clock says {day}, the file is of {other}.").format(
                    day=written_day(day), other=written_day(directory.issued)
                ),
                _("Set this device's date, then repeat this."),
            ) from None
        last = min(directory.expires, directory.delegation.end) - 1
        raise Refusal(
            _("The directory in this file held until {day}.").format(day=written_day(last)),
            _("Save a newer one from the office's site.") + "\n" + other_ways(directory),
        ) from None
    office = Office(
        origin="",
        genesis_id=directory.genesis_id,
        directory=directory,
        status=Status(day, _OPEN, _OPEN),
        week=day // DAYS_A_WEEK,
        keys={one: keys[key_hash] for one, key_hash in wanted.items()},
    )
    if fingerprint is None:
        compare(session, office)
    return office


def _shown(path: Path) -> str:
    return printable(str(path))
