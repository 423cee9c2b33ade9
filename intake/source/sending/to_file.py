"""`intake report --to-file` and `intake send`: a sealed file made here, or sent from here."""

import shlex
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from crypto.codename import Codename
from crypto.sealed_file import sealed_file_size
from crypto.source_keys import derive_source_keys
from ground.shell.refusals import Refusal
from intake.source.message.cleaning import copies_removed_on_error, copy_folders, remove_copies
from intake.source.message.drafting import snapshots_of
from intake.source.message.plan import Draft, make_plan
from intake.source.person.session import Session, asked, begin, connect, refuse_if_closed
from intake.source.reach.api import Api, Taken
from intake.source.reach.line import GaveUpError, Line
from intake.source.reach.office import Office, closed_reason, today
from intake.source.sending.delivery import not_stored
from intake.source.sending.sealed_files import (
    check_sealed_file,
    send_sealed_file,
    write_sealed_file,
)
from intake.source.speech import gettext as _
from intake.source.speech import printable, printable_paths, speak, written_day, written_size

__all__ = ["deliver_to_file", "for_later", "run"]


def for_later(office: Office) -> Office:
    """Return an office as it is for a file: what its server takes now does not matter."""
    is_open = Taken(open=True, reason="")
    return replace(office, status=replace(office.status, envelopes=is_open, chunks=is_open))


def deliver_to_file(
    session: Session,
    office: Office,
    draft: Draft,
    codename: Callable[[], Codename],
    path: Path,
) -> None:
    """Seal a draft into a new file; `codename` is asked once all is known to fit."""
    with copies_removed_on_error(draft.files):
        plan = make_plan(draft, snapshots_of(draft.files, session.show), office, today())
        source = derive_source_keys(codename(), office.genesis_id)
        head = write_sealed_file(path, plan, source, office, session.show)
    size = written_size(sealed_file_size(head.chunks))
    shown = printable(str(path))
    print(
        _("Sealed into {path}, {size}. Only its recipients can read it.").format(
            path=shown, size=size
        )
    )
    print(_("Send it until {day}, from any device:").format(day=written_day(head.last_day)))
    for address in office.directory.addresses:
        command = shlex.join(["intake", "send", str(path), "--server", address])
        print(f"  {printable(command)}")
    print(_("or with the form at one of these addresses, which needs no JavaScript:"))
    for address in office.directory.addresses:
        print(f"  {address}/{session.language}/plain/")
    print(_("The codename opens nothing before that says: stored."))
    try:
        remove_copies(draft.files)
    except KeyboardInterrupt:
        session.show.say(
            _("The file is whole. Cleaned copies are left, and can be removed: {folders}").format(
                folders=printable_paths(copy_folders(draft.files))
            )
        )


def run(arguments: Namespace) -> int:
    """Carry out `intake send`; 0 once all is stored. Raises Refusal."""
    speak(arguments.language)
    session = begin(arguments, with_codename=False)
    path: Path = arguments.sealed_file
    office = connect(session, arguments.fingerprint)
    refuse_if_closed(office)
    head = check_sealed_file(path, office.genesis_id)
    if head.chunks and not office.status.chunks.open:
        raise Refusal(
            _("The server takes no files now, since {reason}.").format(
                reason=closed_reason(office.status.chunks.reason)
            ),
            _("Nothing was sent. Try again before {day} is over.").format(
                day=written_day(head.last_day)
            ),
        )
    show = session.show

    async def ask(api: Api) -> None:
        await send_sealed_file(path, office, api, Line(session.patience, show.waiting), show)

    again = _("Send the same file again, until {day}: nothing is stored twice.").format(
        day=written_day(head.last_day)
    )
    try:
        asked(session, ask)
    except GaveUpError:
        raise Refusal(not_stored(session), again) from None
    except Refusal as refusal:
        if not show.may_be_stored:
            raise
        raise Refusal(
            f"{refusal.message} {not_stored(session)}",
            _("Look for a reply with the codename before you make a new one."),
        ) from None
    except KeyboardInterrupt:
        raise Refusal(_("Stopped by hand.") + " " + not_stored(session), again) from None
    finally:
        show.clear()
    print(_("Stored. The message is whole, and only its recipients can read it."))
    print(_("The codename works from now on. Delete the sealed file: it shows that you wrote."))
    return 0
