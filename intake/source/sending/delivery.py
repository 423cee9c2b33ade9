"""From a draft to "stored": read, saved, sent, and taken up again after a kill."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crypto.codename import Codename
from crypto.days import later
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE
from crypto.source_keys import derive_source_keys
from ground.disk.room import is_full
from ground.languages import gettext as _
from ground.shell.figures import size_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.message.drafting import snapshots_of
from intake.source.message.plan import Draft, make_plan
from intake.source.message.recipients import tell_readers
from intake.source.person.session import Session, asked, next_command
from intake.source.person.stopping import StoppedByHand
from intake.source.reach.api import Api
from intake.source.reach.line import GaveUpError, Line
from intake.source.reach.office import Office
from intake.source.sending.recipients_gone import RecipientsGoneError, agree_without
from intake.source.sending.unsent import Unsent
from intake.source.sending.unsent_folders import UnsentFolder, found_unsent, waiting_in
from intake.source.sending.unsent_keys import derive_codename_key, joined_key
from intake.source.sending.upload import Upload

__all__ = ["Stored", "check_unsent", "deliver", "go_on", "not_stored", "tell_unsent"]


@dataclass(frozen=True)
class Stored:
    """A message that its office has: what it was, for whom, until which day its codename works.

    Days are counted from 1970-01-01.
    """

    kind: str
    day: Day
    codename_until: Day
    recipient_ids: tuple[str, ...]


def deliver(
    session: Session,
    office: Office,
    draft: Draft,
    codename: Callable[[], Codename],
    folder: UnsentFolder,
) -> Stored:
    """Send a draft; `codename` is asked once all is known to fit. Refusal where it ends early.

    The message waits in `folder` until it is stored.
    """
    plan = make_plan(draft, snapshots_of(draft.files, session.progress), office, today())
    source = derive_source_keys(codename(), office.genesis_id)
    key = joined_key(derive_codename_key(source), folder.key_file.make())
    unsent = Unsent(folder.path, key)
    try:
        unsent.save(plan, None)
    except OSError as error:
        if not is_full(error):
            raise
        raise Refusal(
            _("A disk of this device is full. Nothing was sent: strike the codename out."),
            _("Make room on it, or choose a folder on another one: --state. Then begin anew."),
        ) from None
    folder.stay()
    upload = Upload(plan, None, source, office, session.state, unsent)
    return _Delivery(session, folder, upload).carry()


def check_unsent(session: Session, office: Office) -> None:
    """Return if something waits on this device, else Refusal: looked at before words are typed."""
    if not waiting_in(session.state.office_folder(office.genesis_id)):
        raise Refusal(
            _("Nothing for this office waits on this device."),
            _("Perhaps it has been stored. Look for that with its codename: {command}").format(
                command=next_command(session, "replies")
            )
            + "\n"
            + _("Without --resume you begin a new report."),
        )


def tell_unsent(session: Session, office: Office) -> None:
    """Say, before anything is typed, if a message waits already, and how to go on or give it up.

    Nothing says here whether it is stored: the last answer may be what did not arrive.
    Returns if there is none, if a person begins another one all the same, or if nobody can be
    asked; else Refusal.
    """
    if not waiting_in(session.state.office_folder(office.genesis_id)):
        return
    message = _("A message for this office waits on this device; it may not be stored.")
    ways = "\n".join(
        (
            _("To have it stored if it is not: {command}").format(
                command=next_command(session, "report --resume")
            ),
            _("To look for a reply to it first: {command}").format(
                command=next_command(session, "replies")
            ),
            _("To give it up: {command}").format(command=next_command(session, "report --give-up")),
        )
    )
    if session.terminal is None or not session.codename.asks_a_person:
        session.progress.say(f"{message}\n{ways}")
        return
    session.terminal.say(message)
    session.terminal.say(
        _("--resume finds out and goes on with it, --give-up gives it up: Enter shows how.")
    )
    if not session.terminal.agrees(_("Begin another one all the same?")):
        raise Refusal(_("Nothing was begun, and the message still waits."), ways)


def go_on(
    session: Session, office: Office, codename: Codename, without: Sequence[str] = ()
) -> Stored:
    """Send on what waits on this device under a codename, but to nobody of `without`."""
    source = derive_source_keys(codename, office.genesis_id)
    key = derive_codename_key(source)
    with found_unsent(session.state, office.genesis_id, key) as (folder, unsent):
        plan, sealed = unsent.load()
        upload = Upload(plan, sealed, source, office, session.state, unsent)
        upload.leave_out(without)
        if set(upload.draft.recipient_ids) <= set(office.keys):
            tell_readers(session, office, upload.draft.recipient_ids)
        # A run before this one may have sent what it had sealed.
        session.progress.may_be_stored = sealed is not None
        return _Delivery(session, folder, upload).carry()


class _Delivery:
    """A message on its way to "stored", and what is said of it where it ends early."""

    def __init__(self, session: Session, folder: UnsentFolder, upload: Upload) -> None:
        self._session = session
        self._folder = folder
        self._upload = upload

    def carry(self) -> Stored:
        """Send it until it is stored."""
        session = self._session
        try:
            day = self._sent()
        except GaveUpError:
            raise Refusal(not_stored(session), self._how_to_go_on()) from None
        except Refusal as refusal:
            hint = f"{refusal.hint}\n{self._how_to_go_on()}".strip()
            raise Refusal(refusal.message, hint) from None
        except KeyboardInterrupt:
            raise StoppedByHand(not_stored(session), self._how_to_go_on()) from None
        except OSError as error:
            if not is_full(error):
                raise
            message = _("A disk of this device is full.") + " " + not_stored(session)
            hint = _("Make room on it first.") + "\n" + self._how_to_go_on()
            raise Refusal(message, hint) from None
        finally:
            session.progress.clear()
        self._tidy()
        draft, policy = self._upload.draft, self._upload.office.directory.policy
        return Stored(draft.kind, day, later(day, policy.codename_days), draft.recipient_ids)

    def _sent(self) -> Day:
        """Return the day of the envelope, once it is stored, whoever has to be asked on the way."""
        progress = self._session.progress
        _pause(self._session)

        async def ask(api: Api) -> Day:
            line = Line(self._session.patience, progress.waiting)
            return await self._upload.send(api, line, progress)

        while True:
            try:
                return asked(self._session, ask)
            except RecipientsGoneError as gone:
                progress.clear()
                upload = self._upload
                agree_without(self._session, upload.office, upload.draft.recipient_ids, gone.ids)
                upload.leave_out(gone.ids)
                tell_readers(self._session, upload.office, upload.draft.recipient_ids)

    def _tidy(self) -> None:
        """Remove what was saved here of a stored message; whoever stops that hears what is left."""
        try:
            self._folder.end()
        except (KeyboardInterrupt, OSError):
            command = next_command(self._session, "report --give-up")
            self._session.progress.say(
                _("It is stored. This removes what is left of it here: {command}").format(
                    command=command
                )
            )

    def _how_to_go_on(self) -> str:
        session, key_file = self._session, self._folder.key_file
        said = [
            _("Go on with: {command}").format(command=next_command(session, "report --resume")),
            _("What is not sent yet waits in {folder}: only your codename opens it, here.").format(
                folder=foreign_path(self._folder.path)
            ),
        ]
        if key_file.lies_in_session:
            said.append(goes_with_session())
        said.append(
            _("To give it up: {command}").format(command=next_command(session, "report --give-up"))
        )
        return "\n".join(said)


def goes_with_session() -> str:
    """Return what is said where the key lies in the folder of the user's session."""
    return _(
        "Once you log out or restart this device, nobody can open it any more, not even you: you"
        " would begin anew."
    )


def not_stored(session: Session) -> str:
    """Return how far it came, for one who stops: nothing that is not certain."""
    stored = session.progress.stored
    if session.progress.may_be_stored:
        return _(
            "The office may have the message already: the server has not said whether it is stored."
        )
    if not stored.chunks:
        return _("The message is not stored: nobody can read any of it.")
    return _("{size} of {total} are stored; nobody can read any of it before all is.").format(
        size=size_text(stored.chunks * CHUNK_SIZE), total=size_text(stored.of * CHUNK_SIZE)
    )


def _pause(session: Session) -> None:
    """Wait so long that what follows does not begin with the end of a visit to the board."""
    seconds = session.route.pause.left()
    if seconds:
        session.progress.pausing(seconds)
        time.sleep(seconds)
