"""What the sources' commands answer: in words for people, as data for programs."""

import shlex
from collections.abc import Sequence

from ground.languages import gettext as _
from ground.shell.figures import long_date_text, size_text
from ground.shell.foreign import foreign_path, safe_line
from ground.shell.frame import Answer
from ground.shell.layout import lines
from intake.source.person.session import Session, next_command
from intake.source.reach.office import Office
from intake.source.sending.delivery import Stored
from intake.source.sending.giving_up import GivenUp
from intake.source.sending.sealing import SealedFile

__all__ = ["given_up_answer", "sealed_answer", "stored_answer", "stored_data"]


def stored_answer(session: Session, stored: Stored) -> Answer:
    """Return the answer once a message is stored."""
    text = lines(
        _("Stored. The message is whole, and only its recipients can read it."),
        _("The codename works until {day}.").format(day=long_date_text(stored.codename_until)),
        _("Look for a reply in a week or so:"),
        f"  {next_command(session, 'replies')}",
    )
    return Answer(text, stored_data(stored))


def stored_data(stored: Stored) -> dict[str, object]:
    """Return a stored message as data; days are counted from 1970-01-01."""
    return {
        "stored": True,
        "kind": stored.kind,
        "day": stored.day,
        "codename_works_until": stored.codename_until,
        "recipients": list(stored.recipient_ids),
    }


def given_up_answer(given_up: Sequence[GivenUp]) -> Answer:
    """Return the answer once what waited is thrown away."""
    data: dict[str, object] = {
        "given_up": [{"addresses": list(one.addresses), "day": one.day} for one in given_up]
    }
    if not given_up:
        return Answer(_("Nothing waits on this device."), data, is_deed=False)
    text = lines(
        _("Thrown away, messages that waited on this device: {n}").format(n=len(given_up)),
        *(
            _("  saved on {day}, for {addresses}").format(
                day=long_date_text(gone.day), addresses=safe_line(", ".join(gone.addresses) or "?")
            )
            for gone in given_up
        ),
        _("Nobody can open it any more. What the office had already, it keeps."),
    )
    return Answer(text, data)


def sealed_answer(session: Session, office: Office, sealed: SealedFile) -> Answer:
    """Return the answer once a message is sealed into a file."""
    addresses = office.directory.addresses
    send = ("intake", "send", str(sealed.path), "--server")
    text = lines(
        _("Sealed into {path}, {size}. Only its recipients can read it.").format(
            path=foreign_path(sealed.path), size=size_text(sealed.size)
        ),
        _("Send it until {day}, from any device:").format(day=long_date_text(sealed.last_day)),
        *(f"  {safe_line(shlex.join([*send, address]))}" for address in addresses),
        _("or with the form at one of these addresses, which needs no JavaScript:"),
        *(f"  {address}/{session.language}/plain/" for address in addresses),
        _("The codename opens nothing before that says: stored."),
    )
    data = {
        "stored": False,
        "sealed_file": sealed.path,
        "size": sealed.size,
        "last_day": sealed.last_day,
        "recipients": list(sealed.recipient_ids),
        "addresses": list(addresses),
    }
    return Answer(text, data)
