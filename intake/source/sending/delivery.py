"""From a draft to "stored": read, kept, sent, and taken up again after a kill."""

from collections.abc import Callable

from crypto.codename import Codename
from crypto.sizes import CHUNK_SIZE
from crypto.source_keys import SourceKeys, derive_source_keys
from ground.shell.refusals import Refusal
from intake.source.message.cleaning import copies_removed_on_error, copy_folders, remove_copies
from intake.source.message.drafting import snapshots_of
from intake.source.message.plan import Draft, Plan, make_plan
from intake.source.person.session import Session, asked, next_command
from intake.source.reach.api import Api
from intake.source.reach.line import GaveUpError, Line
from intake.source.reach.office import Office, today
from intake.source.sending.sending import Sending
from intake.source.sending.unsent import SealedEnvelope, Unsent, derive_kept_key, unsent_folders
from intake.source.speech import gettext as _
from intake.source.speech import printable_paths, written_day, written_size

__all__ = ["check_unsent", "deliver", "go_on", "not_stored"]


def deliver(
    session: Session, office: Office, draft: Draft, codename: Callable[[], Codename]
) -> None:
    """Send a draft; `codename` is asked once all is known to fit. Refusal where it ends early."""
    with copies_removed_on_error(draft.files):
        plan = make_plan(draft, snapshots_of(draft.files, session.show), office, today())
        words = codename()
        source = derive_source_keys(words, office.genesis_id)
        folder = session.state.office_folder(office.genesis_id)
        unsent = Unsent.new(folder, derive_kept_key(words, office.genesis_id))
        unsent.save(plan, None)
    with unsent.alone():
        _carry(session, office, source, unsent, plan, None)


def check_unsent(session: Session, office: Office) -> None:
    """Return if something waits on this device, else Refusal: looked at before words are typed."""
    if not unsent_folders(session.state.office_folder(office.genesis_id)):
        raise Refusal(
            _("Nothing for this office waits on this device."),
            _("Without --resume you begin a new report."),
        )


def go_on(session: Session, office: Office, codename: Codename) -> None:
    """Send on what waits on this device under a codename."""
    source = derive_source_keys(codename, office.genesis_id)
    folder = session.state.office_folder(office.genesis_id)
    unsent = Unsent.find(folder, derive_kept_key(codename, office.genesis_id))
    with unsent.alone():
        plan, sealed = unsent.load()
        _carry(session, office, source, unsent, plan, sealed)


def _carry(
    session: Session,
    office: Office,
    source: SourceKeys,
    unsent: Unsent,
    plan: Plan,
    sealed: SealedEnvelope | None,
) -> None:
    show = session.show
    sending = Sending(plan, sealed, source, office, session.state, unsent)
    # A run before this one may have sent what it had sealed.
    show.may_be_stored = sealed is not None

    async def ask(api: Api) -> int:
        return await sending.send(api, Line(session.patience, show.waiting), show)

    try:
        sending.clean_again()
        day = asked(session, ask)
    except GaveUpError:
        raise Refusal(not_stored(session), _how_to_go_on(session, unsent, sending)) from None
    except Refusal as refusal:
        hint = f"{refusal.hint}\n{_how_to_go_on(session, unsent, sending)}".strip()
        raise Refusal(refusal.message, hint) from None
    except KeyboardInterrupt:
        message = _("Stopped by hand.") + " " + not_stored(session)
        raise Refusal(message, _how_to_go_on(session, unsent, sending)) from None
    finally:
        show.clear()
    # First of all: whoever stops what follows must not be told that nothing was sent.
    _say_stored(session, office, day)
    try:
        remove_copies(sending.chosen)
        unsent.forget()
    except KeyboardInterrupt:
        left = [unsent.folder, *copy_folders(sending.chosen)]
        show.say(
            _("It is stored. What is left of it here can be removed: {folders}").format(
                folders=printable_paths(left)
            )
        )


def _say_stored(session: Session, office: Office, day: int) -> None:
    until = day + office.directory.policy.codename_days
    print(_("Stored. The message is whole, and only its recipients can read it."))
    print(_("The codename works until {day}.").format(day=written_day(until)))
    print(_("Look for a reply in a week or so:"))
    print(f"  {next_command(session, 'replies')}")


def not_stored(session: Session) -> str:
    """Return how far it came, for one who stops: nothing that is not certain."""
    stored = session.show.stored
    if session.show.may_be_stored:
        return _(
            "The office may have the message already: the server has not said whether it is stored."
        )
    if not stored.chunks:
        return _("The message is not stored: nobody can read any of it.")
    return _("{size} of {total} are stored; nobody can read any of it before all is.").format(
        size=written_size(stored.chunks * CHUNK_SIZE), total=written_size(stored.of * CHUNK_SIZE)
    )


def _how_to_go_on(session: Session, unsent: Unsent, sending: Sending) -> str:
    text = _(
        "Go on with: {command}\n"
        "What is not sent yet lies in {folder}, encrypted under your codename. To give it up,"
        " remove that folder."
    ).format(
        command=next_command(session, "report --resume"), folder=printable_paths([unsent.folder])
    )
    if copies := copy_folders(sending.chosen):
        text += "\n" + _(
            "Cleaned copies of your files lie in {folders}, not encrypted: remove these too then."
        ).format(folders=printable_paths(copies))
    return text
