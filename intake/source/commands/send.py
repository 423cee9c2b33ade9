"""`intake send`: a sealed file, made here or elsewhere, sent as it is."""

from crypto.sealed_file import SealedFileHead
from ground.languages import gettext as _
from ground.shell.figures import long_date_text
from ground.shell.frame import Answer, Surroundings
from ground.shell.layout import lines
from ground.shell.refusals import Refusal
from intake.source.commands.opening import opened, speak_as_asked
from intake.source.commands.options import SendOptions
from intake.source.person.session import Session, asked, connect, refuse_if_closed
from intake.source.person.stopping import StoppedByHand
from intake.source.reach.api import Api
from intake.source.reach.line import GaveUpError, Line
from intake.source.reach.office import Office, closed_reason
from intake.source.sending.delivery import not_stored
from intake.source.sending.sealed_file_sending import check_sealed_file, send_sealed_file

__all__ = ["send"]


def send(options: SendOptions, surroundings: Surroundings) -> Answer:
    """Carry out `intake send`; the answer says that all is stored. Raises Refusal."""
    speak_as_asked(options)
    with opened(options, surroundings, needs_codename=False) as (session, fingerprint):
        office = connect(session, fingerprint)
        refuse_if_closed(office)
        head = check_sealed_file(options.sealed_file, office.genesis_id)
        _refuse_closed_to_files(office, head)
        _carry(session, office, options, head)
    text = lines(
        _("Stored. The message is whole, and only its recipients can read it."),
        _("The codename works from now on. Delete the sealed file: it shows that you wrote."),
    )
    return Answer(text, {"stored": True, "sealed_file": options.sealed_file, "chunks": head.chunks})


def _refuse_closed_to_files(office: Office, head: SealedFileHead) -> None:
    if head.chunks and not office.status.chunks.open:
        raise Refusal(
            _("The server takes no files now, since {reason}.").format(
                reason=closed_reason(office.status.chunks.reason)
            ),
            _("Nothing was sent. Try again before {day} is over.").format(
                day=long_date_text(head.last_day)
            ),
        )


def _carry(session: Session, office: Office, options: SendOptions, head: SealedFileHead) -> None:
    """Send a file that was checked, and say of what stops it what became of the message."""
    progress = session.progress

    async def ask(api: Api) -> None:
        line = Line(session.patience, progress.waiting)
        await send_sealed_file(options.sealed_file, office, api, line, progress)

    again = _("Send the same file again, until {day}: nothing is stored twice.").format(
        day=long_date_text(head.last_day)
    )
    try:
        asked(session, ask)
    except GaveUpError:
        raise Refusal(not_stored(session), again) from None
    except Refusal as refusal:
        if not progress.may_be_stored:
            raise
        raise Refusal(
            f"{refusal.message} {not_stored(session)}",
            _("Look for a reply with the codename before you make a new one."),
        ) from None
    except KeyboardInterrupt:
        raise StoppedByHand(not_stored(session), again) from None
    finally:
        progress.clear()
