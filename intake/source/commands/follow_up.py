"""A follow-up: what a person adds to the message of a codename."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.codename import Codename
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from ground.shell.typed_text import STDIN
from intake.source.commands.options import RepliesOptions
from intake.source.commands.showing import show_first
from intake.source.message.cleaning import cleaner
from intake.source.message.drafting import (
    ask_files,
    check_something,
    check_text,
    read_message_text,
    ready_files,
)
from intake.source.message.files import ChosenFile, check_number_of_files, choose_all
from intake.source.message.plan import Draft
from intake.source.message.recipients import tell_readers, without
from intake.source.person.asking import ask_readers, ask_text
from intake.source.person.session import Session, refuse_if_closed
from intake.source.reach.office import Office
from intake.source.sending.delivery import Stored, deliver
from intake.source.sending.unsent_folders import UnsentFolder

__all__ = ["FollowUp", "GivenFollowUp", "read_given"]


@dataclass(frozen=True, repr=False)
class GivenFollowUp:
    """What the command line says of a follow-up; `tool` cleans files, but for the `originals`.

    `is_typed`: the text came from standard input, and lies nowhere else. `is_passed_over`: nobody
    is shown the message before it goes.
    """

    text: str | None
    files: tuple[ChosenFile, ...]
    originals: tuple[ChosenFile, ...]
    to: tuple[str, ...]
    left_out: tuple[str, ...]
    tool: str | None
    is_typed: bool
    is_passed_over: bool

    @property
    def is_there(self) -> bool:
        """Whether there is anything to send."""
        return self.text is not None or bool(self.files)


def read_given(options: RepliesOptions) -> GivenFollowUp:
    """Return the follow-up that was given; Refusal where it cannot be read."""
    tool = cleaner() if options.clean else None
    files, originals = choose_all(options.file, options.original)
    return GivenFollowUp(
        text=read_message_text(options.follow_up_file) if options.follow_up_file else None,
        files=(*files, *originals),
        originals=tuple(originals),
        to=tuple(options.to),
        left_out=tuple(options.leave_out),
        tool=tool,
        is_typed=options.follow_up_file == STDIN,
        is_passed_over=options.yes,
    )


class FollowUp:
    """A follow-up on its way. `proposed`: who could read what came before, as far as known."""

    def __init__(
        self,
        session: Session,
        office: Office,
        codename: Codename,
        proposed: Sequence[str],
        given: GivenFollowUp,
    ) -> None:
        self._session = session
        self._office = office
        self._codename = codename
        self._proposed = proposed
        self._given = given

    def offer(self, terminal: Terminal) -> Stored | None:
        """Ask a person for a follow-up, and send it if there is one."""
        if not terminal.agrees(_("Write a follow-up?")):
            return None
        refuse_if_closed(self._office)
        text = ask_text(terminal, _("What do you want to add?"))
        files = ask_files(terminal, self._office) if self._office.status.chunks.open else []
        return self._send(text, files, is_typed=True)

    def send_given(self) -> Stored:
        """Send what the command line says."""
        given = self._given
        return self._send(given.text or "", given.files, is_typed=given.is_typed)

    def _send(self, text: str, files: Sequence[ChosenFile], *, is_typed: bool) -> Stored:
        session, office, given = self._session, self._office, self._given
        check_something(text, files)
        check_number_of_files(len(files))
        check_text([text], session.terminal)
        readers = self._readers()
        tell_readers(session, office, readers)
        with UnsentFolder(session.state, office.genesis_id) as folder:
            ready = ready_files(
                files,
                given.originals,
                given.tool,
                folder.new_copy,
                folder.remember_open_copies,
                session.progress,
            )
            draft = Draft("follow-up", text, {}, ready, tuple(readers), session.language)
            show_first(session, draft, is_passed_over=given.is_passed_over, is_typed=is_typed)
            return deliver(session, office, draft, lambda: self._codename, folder)

    def _readers(self) -> list[str]:
        """Return who reads it: at most those of before, unless nothing is known of before."""
        to, left_out = self._given.to, self._given.left_out
        if self._proposed:
            if not set(to).issubset(self._proposed):
                raise Refusal(
                    _("A follow-up goes to nobody who could not read what came before it."),
                    _("Those who could: {ids}").format(ids=", ".join(self._proposed)),
                )
            return without(to or self._proposed, left_out, self._office)
        return without(to or self._ask_readers(), left_out, self._office)

    def _ask_readers(self) -> list[str]:
        session = self._session
        titles = self._office.titles(session.language)
        if session.terminal is None or not session.codename.asks_a_person:
            raise Refusal(
                _(
                    "No reply tells this device who could read your report, so say who shall read"
                    " the follow-up. Nothing was sent."
                ),
                _("Name them with --to: {ids}").format(ids=" ".join(titles)),
            )
        return ask_readers(session.terminal, titles)
