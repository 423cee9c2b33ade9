"""From a draft to "stored": read, saved, sent, and taken up again after a kill."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crypto.codename import Codename
from crypto.days import later
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE
from crypto.source_keys import SourceKeys, derive_source_keys
from ground.languages import gettext as _
from ground.shell.figures import size_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.message.cleaning import copies_removed_on_error, copy_folders, remove_copies
from intake.source.message.drafting import snapshots_of
from intake.source.message.plan import Draft, Plan, make_plan
from intake.source.person.session import Session, asked, next_command
from intake.source.reach.api import Api
from intake.source.reach.line import GaveUpError, Line
from intake.source.reach.office import Office
from intake.source.sending.unsent import Unsent, derive_unsent_key, unsent_folders
from intake.source.sending.unsent_format import DatedEnvelope
from intake.source.sending.upload import Upload

__all__ = ["Stored", "check_unsent", "deliver", "go_on", "not_stored", "paths_text"]


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
    session: Session, office: Office, draft: Draft, codename: Callable[[], Codename]
) -> Stored:
    """Send a draft; `codename` is asked once all is known to fit. Refusal where it ends early."""
    with copies_removed_on_error(draft.files):
        plan = make_plan(draft, snapshots_of(draft.files, session.progress), office, today())
        words = codename()
        source = derive_source_keys(words, office.genesis_id)
        folder = session.state.office_folder(office.genesis_id)
        unsent = Unsent.new(folder, derive_unsent_key(words, office.genesis_id))
        unsent.save(plan, None)
    with unsent.alone():
        return _carry(session, office, source, unsent, plan, None)


def check_unsent(session: Session, office: Office) -> None:
    """Return if something waits on this device, else Refusal: looked at before words are typed."""
    if not unsent_folders(session.state.office_folder(office.genesis_id)):
        raise Refusal(
            _("Nothing for this office waits on this device."),
            _("Without --resume you begin a new report."),
        )


def go_on(session: Session, office: Office, codename: Codename) -> Stored:
    """Send on what waits on this device under a codename."""
    source = derive_source_keys(codename, office.genesis_id)
    folder = session.state.office_folder(office.genesis_id)
    unsent = Unsent.find(folder, derive_unsent_key(codename, office.genesis_id))
    with unsent.alone():
        plan, sealed = unsent.load()
        return _carry(session, office, source, unsent, plan, sealed)


def _carry(
    session: Session,
    office: Office,
    source: SourceKeys,
    unsent: Unsent,
    plan: Plan,
    sealed: DatedEnvelope | None,
) -> Stored:
    progress = session.progress
    upload = Upload(plan, sealed, source, office, session.state, unsent)
    # A run before this one may have sent what it had sealed.
    progress.may_be_stored = sealed is not None

    async def ask(api: Api) -> Day:
        return await upload.send(api, Line(session.patience, progress.waiting), progress)

    try:
        upload.clean_again()
        day = asked(session, ask)
    except GaveUpError:
        raise Refusal(not_stored(session), _how_to_go_on(session, unsent, upload)) from None
    except Refusal as refusal:
        hint = f"{refusal.hint}\n{_how_to_go_on(session, unsent, upload)}".strip()
        raise Refusal(refusal.message, hint) from None
    except KeyboardInterrupt:
        message = _("Stopped by hand.") + " " + not_stored(session)
        raise Refusal(message, _how_to_go_on(session, unsent, upload)) from None
    finally:
        progress.clear()
    _tidy(session, unsent, upload)
    until = later(day, office.directory.policy.codename_days)
    return Stored(plan.draft.kind, day, until, plan.draft.recipient_ids)


def _tidy(session: Session, unsent: Unsent, upload: Upload) -> None:
    """Remove what was saved here of a stored message; whoever stops that hears what is left."""
    try:
        remove_copies(upload.chosen)
        unsent.forget()
    except (KeyboardInterrupt, OSError):
        left = [unsent.folder, *copy_folders(upload.chosen)]
        session.progress.say(
            _("It is stored. What is left of it here can be removed: {folders}").format(
                folders=paths_text(left)
            )
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


def paths_text(paths: list[Path]) -> str:
    """Return paths as they are shown, in one line."""
    return ", ".join(str(foreign_path(path)) for path in paths)


def _how_to_go_on(session: Session, unsent: Unsent, upload: Upload) -> str:
    text = _(
        "Go on with: {command}\n"
        "What is not sent yet lies in {folder}, encrypted under your codename. To give it up,"
        " remove that folder."
    ).format(command=next_command(session, "report --resume"), folder=foreign_path(unsent.folder))
    if copies := copy_folders(upload.chosen):
        text += "\n" + _(
            "Cleaned copies of your files lie in {folders}, not encrypted: remove these too then."
        ).format(folders=paths_text(copies))
    return text
