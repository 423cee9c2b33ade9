"""`intake report`: what a person wants to say, asked or given, encrypted here and sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from crypto.codename import Codename, codename_words, new_codename
from crypto.names import GenesisId
from ground.disk.memory_folders import runtime_folder
from ground.languages import gettext as _
from ground.shell.frame import Answer, Surroundings
from ground.shell.refusals import Refusal, UsageError
from ground.shell.typed_text import STDIN
from intake.questions import questions_of
from intake.source.commands.answers import given_up_answer, sealed_answer, stored_answer
from intake.source.commands.opening import opened, speak_as_asked
from intake.source.commands.options import ReportOptions
from intake.source.commands.questionnaire import Answers, ask_all
from intake.source.commands.showing import show_first
from intake.source.message.cleaning import cleaner
from intake.source.message.drafting import (
    check_something,
    check_text,
    read_message_text,
    ready_files,
)
from intake.source.message.files import ChosenFile, check_number_of_files, choose_all
from intake.source.message.plan import Draft, check_files
from intake.source.message.recipients import check_ids, tell_readers, without
from intake.source.person.board_visit import visiting_board
from intake.source.person.codenames import ask_codename, show_codename, words_of
from intake.source.person.session import Session, compare, connect, refuse_if_closed
from intake.source.reach.directory_files import open_directory_file
from intake.source.reach.office import Office
from intake.source.sending.delivery import check_unsent, deliver, go_on, tell_unsent
from intake.source.sending.giving_up import GivenUp, give_up
from intake.source.sending.sealed_file_writing import check_new
from intake.source.sending.sealing import for_later, seal_into_file
from intake.source.sending.unsent_folders import UnsentFolder

__all__ = ["report"]

_HELP: Final = "intake report --help"


@dataclass(frozen=True, repr=False)
class _Given:
    """What stands on the command line of a message: its text, if any, its files, who is left out.

    `tool` cleans the files, but for the `originals` among them. `is_typed`: the text lies nowhere
    else. `sealed_file`: where the message goes instead of a server. `is_passed_over`: nobody is
    shown the message before it goes.
    """

    text: str | None
    files: tuple[ChosenFile, ...]
    originals: tuple[ChosenFile, ...]
    left_out: tuple[str, ...]
    tool: str | None
    is_typed: bool
    sealed_file: Path | None
    is_passed_over: bool


def report(options: ReportOptions, surroundings: Surroundings) -> Answer:
    """Carry out `intake report`; the answer says that it is stored. Raises Refusal."""
    speak_as_asked(options)
    _check_usage(options)
    with opened(
        options,
        surroundings,
        options.codename_fd,
        needs_codename=not options.give_up,
        is_new=not options.resume,
    ) as (session, fingerprint):
        if options.give_up:
            return given_up_answer(_give_up(session))
        if options.resume:
            return _resume(session, fingerprint, options.without)
        given = _read_given(options)
        if given.text is None and session.terminal is None:
            raise Refusal(
                _("There is no terminal to ask you what happened."),
                _("Give the text as a file: --text-file FILE"),
            )
        office = _office(session, options, fingerprint)
        check_files(given.files, office)
        check_ids(given.left_out, office)
        session.tell(_("You write to: {name}").format(name=office.name(session.language)))
        if not options.to_file:
            tell_unsent(session, office)
        with UnsentFolder(session.state, office.genesis_id) as folder:
            if options.directory_file:
                draft = _draft(session, office, given, folder)
            else:
                # As in a visit to read: who watches sees the same of both.
                with visiting_board(session, office) as visit:
                    draft = _draft(session, office, given, folder)
                    visit.wait_and_pass_on()
            return _send(session, office, options, draft, folder)


def _check_usage(options: ReportOptions) -> None:
    has_message = bool(options.text_file or options.file or options.original)
    if options.give_up and (has_message or options.resume or options.to_file):
        message = _("--give-up throws away what was begun: leave out everything else")
    elif options.resume and has_message:
        message = _("--resume goes on with what was begun: leave out text and files")
    elif options.to_file and options.resume:
        message = _("--to-file begins a new report: leave out --resume")
    elif options.resume and options.leave_out:
        message = _("--leave-out goes with a new report; with --resume there is --without")
    elif options.without and not options.resume:
        message = _("--without goes with --resume; a new report has --leave-out")
    elif options.directory_file and (not options.to_file or options.server):
        message = _("--directory-file goes with --to-file, in place of --server")
    elif not options.server and not options.directory_file and not options.give_up:
        message = _("--server says where to send it")
    else:
        return
    raise UsageError(message, _HELP)


def _read_given(options: ReportOptions) -> _Given:
    tool = cleaner() if options.clean else None
    files, originals = choose_all(options.file, options.original)
    return _Given(
        text=read_message_text(options.text_file) if options.text_file else None,
        files=(*files, *originals),
        originals=tuple(originals),
        left_out=tuple(options.leave_out),
        tool=tool,
        is_typed=options.text_file in (None, STDIN),
        sealed_file=options.to_file,
        is_passed_over=options.yes,
    )


def _office(session: Session, options: ReportOptions, fingerprint: GenesisId | None) -> Office:
    """Return the office to write to, which takes messages: now, or for a file later."""
    if options.to_file:
        check_new(options.to_file)
    if options.directory_file:
        office = open_directory_file(options.directory_file, fingerprint, session.state)
        if fingerprint is None:
            compare(session, office)
        return office
    office = connect(session, fingerprint)
    if options.to_file:
        return for_later(office)
    refuse_if_closed(office)
    return office


def _give_up(session: Session) -> list[GivenUp]:
    """Throw away what waits for the office of the address that was named, else for all."""
    folders = session.state.office_folders()
    if session.route.origin:
        office = session.state.office_at(session.route.origin)
        folders = [session.state.office_folder(office.genesis_id)] if office else []
    return give_up(session.state, folders)


def _resume(session: Session, fingerprint: GenesisId | None, left_out: Sequence[str]) -> Answer:
    office = connect(session, fingerprint)
    refuse_if_closed(office)
    check_unsent(session, office)
    with visiting_board(session, office) as visit:
        codename = ask_codename(session.codename, session.language)
        visit.wait_and_pass_on()
    return stored_answer(session, go_on(session, office, codename, left_out))


def _send(
    session: Session,
    office: Office,
    options: ReportOptions,
    draft: Draft,
    folder: UnsentFolder,
) -> Answer:
    def codename() -> Codename:
        drawn = new_codename()
        words = codename_words(drawn, words_of(session.language))
        # A sealed file waits for nobody's session.
        show = partial(
            show_codename, ends_with_session=not options.to_file and runtime_folder() is not None
        )
        session.codename.give(words, show)
        return drawn

    if options.to_file:
        sealed = seal_into_file(session, office, draft, codename, options.to_file)
        return sealed_answer(session, office, sealed)
    return stored_answer(session, deliver(session, office, draft, codename, folder))


def _draft(session: Session, office: Office, given: _Given, folder: UnsentFolder) -> Draft:
    """Return what is sent: what was given, else what a person answers and confirms."""
    if session.terminal is None or given.text is not None:
        answers = Answers(given.text or "", {}, given.files, given.left_out)
    else:
        answers = ask_all(session.terminal, office, session.language, given.files, given.left_out)
        check_number_of_files(len(answers.files))
    draft = _checked_draft(session, office, given, answers, folder)
    show_first(
        session,
        draft,
        questions_of(office.form, session.language),
        is_passed_over=given.is_passed_over,
        is_typed=given.is_typed,
        sealed_file=given.sealed_file,
    )
    return draft


def _checked_draft(
    session: Session, office: Office, given: _Given, answers: Answers, folder: UnsentFolder
) -> Draft:
    check_something(answers.text, answers.files)
    texts = [answer for answer in answers.answers.values() if isinstance(answer, str)]
    check_text([answers.text, *texts], session.terminal)
    readers = without(office.keys, answers.left_out, office)
    tell_readers(session, office, readers)
    return Draft(
        kind="report",
        text=answers.text,
        answers=answers.answers,
        files=ready_files(
            answers.files,
            given.originals,
            given.tool,
            folder.new_copy,
            folder.remember_open_copies,
            session.progress,
        ),
        recipient_ids=tuple(readers),
        language=session.language,
    )
