"""`intake report`: what a person wants to say, asked or given, encrypted here and sent."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from crypto.codename import Codename, codename_words, new_codename
from ground.shell.refusals import Refusal
from intake.source.message.cleaning import cleaner, copies_removed_on_error
from intake.source.message.drafting import (
    check_ids,
    check_something,
    check_text,
    chosen_files,
    read_text,
    ready_files,
    say_recipients,
    without,
)
from intake.source.message.plan import ChosenFile, Draft, check_files, check_number_of_files
from intake.source.person.asking import Answers, ask_all, confirm
from intake.source.person.codenames import show_codename, take_codename, words_of
from intake.source.person.session import Session, begin, connect, refuse_if_closed
from intake.source.reach.directory_files import open_directory_file
from intake.source.reach.office import Office
from intake.source.sending.delivery import check_unsent, deliver, go_on
from intake.source.sending.sealed_files import check_new
from intake.source.sending.to_file import deliver_to_file, for_later
from intake.source.speech import gettext as _
from intake.source.speech import speak

__all__ = ["run"]


def run(arguments: Namespace) -> int:
    """Carry out `intake report`; 0 once it is stored. Raises Refusal."""
    speak(arguments.language)
    session = begin(arguments)
    if arguments.resume:
        return _resume(session, arguments)
    tool = cleaner() if arguments.clean else None
    files, originals = chosen_files(arguments.file), chosen_files(arguments.original)
    check_number_of_files(len(files) + len(originals))
    text = read_text(arguments.text_file) if arguments.text_file else None
    if text is None and session.terminal is None:
        raise Refusal(
            _("There is no terminal to ask you what happened."),
            _("Give the text as a file: --text-file FILE"),
        )
    office = _office(session, arguments)
    check_files([*files, *originals], office)
    check_ids(arguments.leave_out, office)
    print(_("You write to: {name}").format(name=office.name(session.language)), flush=True)
    if text is not None:
        answers = Answers(text, {}, (*files, *originals), tuple(arguments.leave_out))
    else:
        answers = _ask(session, office, (*files, *originals), tuple(arguments.leave_out))
    draft = _draft(session, office, answers, tool, originals)
    if text is None and session.terminal is not None:
        with copies_removed_on_error(draft.files):
            confirm(session.terminal, draft.text, draft.files)
    if arguments.to_file:
        path: Path = arguments.to_file
        deliver_to_file(session, office, draft, lambda: _new_codename(session), path)
    else:
        deliver(session, office, draft, lambda: _new_codename(session))
    return 0


def _office(session: Session, arguments: Namespace) -> Office:
    """Return the office to write to, which takes messages: now, or for a file later."""
    if arguments.to_file:
        check_new(arguments.to_file)
    if arguments.directory_file:
        return open_directory_file(session, arguments.directory_file, arguments.fingerprint)
    office = connect(session, arguments.fingerprint)
    if arguments.to_file:
        return for_later(office)
    refuse_if_closed(office)
    return office


def _resume(session: Session, arguments: Namespace) -> int:
    office = connect(session, arguments.fingerprint)
    refuse_if_closed(office)
    check_unsent(session, office)
    go_on(session, office, take_codename(session.codename, session.language))
    return 0


def _ask(
    session: Session, office: Office, files: tuple[ChosenFile, ...], left_out: tuple[str, ...]
) -> Answers:
    if session.terminal is None:
        raise Refusal(_("There is no terminal to ask you what happened."))
    answers = ask_all(session.terminal, office, session.language, files, left_out)
    check_number_of_files(len(answers.files))
    return answers


def _draft(
    session: Session,
    office: Office,
    answers: Answers,
    tool: str | None,
    originals: Sequence[ChosenFile],
) -> Draft:
    check_something(answers.text, answers.files)
    check_text([answers.text, *answers.answers.values()], session.terminal)
    recipients = without(office.keys, answers.left_out, office)
    say_recipients(office, recipients, session.language)
    return Draft(
        kind="report",
        text=answers.text,
        answers=answers.answers,
        files=ready_files(answers.files, originals, tool, session.show),
        recipient_ids=tuple(recipients),
        language=session.language,
    )


def _new_codename(session: Session) -> Codename:
    codename = new_codename()
    session.codename.give(codename_words(codename, words_of(session.language)), show_codename)
    return codename
