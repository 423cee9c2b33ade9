"""`intake replies`: what the office has answered, and a follow-up where there is more to say."""

from collections.abc import Sequence

from crypto.codename import Codename
from crypto.replies import Reply, follow_up_recipients
from crypto.source_keys import SourceKeys, derive_source_keys
from ground.languages import gettext as _
from ground.shell.figures import long_date_text
from ground.shell.foreign import ForeignText
from ground.shell.frame import Answer, Surroundings
from ground.shell.layout import quoted
from ground.shell.refusals import Refusal
from intake.source.commands.answers import stored_answer, stored_data
from intake.source.commands.follow_up import FollowUp, GivenFollowUp, read_given
from intake.source.commands.opening import opened, speak_as_asked
from intake.source.commands.options import RepliesOptions
from intake.source.message.plan import check_files
from intake.source.message.recipients import check_ids
from intake.source.person.board_visit import visiting_board
from intake.source.person.codenames import ask_codename
from intake.source.person.session import Session, connect, refuse_if_closed
from intake.source.reach.api import ServerError
from intake.source.reach.board import open_replies
from intake.source.reach.line import GaveUpError
from intake.source.reach.office import Office

__all__ = ["replies"]


def replies(options: RepliesOptions, surroundings: Surroundings) -> Answer:
    """Carry out `intake replies`, and all that was asked for with it. Raises Refusal."""
    speak_as_asked(options)
    with opened(options, surroundings, options.codename_fd) as (session, fingerprint):
        given = read_given(options)
        office = connect(session, fingerprint)
        check_ids([*given.left_out, *given.to], office)
        if given.is_there:
            refuse_if_closed(office)
            check_files(given.files, office)
        codename, source, found = _read(session, office)
        proposed = follow_up_recipients(found, source, office.directory)
        _tell(session, office, found)
        follow_up = FollowUp(session, office, codename, proposed, given)
        return _answer(session, follow_up, given, _data(found, proposed))


def _read(session: Session, office: Office) -> tuple[Codename, SourceKeys, Sequence[Reply]]:
    """Return a codename, which is asked for, its keys, and the replies to it."""
    with visiting_board(session, office) as visit:
        codename = ask_codename(session.codename, session.language)
        source = derive_source_keys(codename, office.genesis_id)
        try:
            visit.wait()
        except (GaveUpError, ServerError) as error:
            _agree_to_a_part(session, error)
        return codename, source, open_replies(visit.board, source, office)


def _agree_to_a_part(session: Session, error: Exception) -> None:
    """Return if a person wants to see what is there of a board that could not be loaded."""
    message = _("The board could not be loaded whole.")
    if session.terminal is not None and session.codename.asks_a_person:
        session.terminal.say(message)
        session.terminal.say(
            _("Whoever watches can tell that something was found, if you stop loading it now.")
        )
        if session.terminal.agrees(_("Show what is there all the same?")):
            return
    raise Refusal(message, _("Nothing is lost. Try again later.")) from error


def _answer(
    session: Session, follow_up: FollowUp, given: GivenFollowUp, data: dict[str, object]
) -> Answer:
    stored = None
    if given.is_there:
        stored = follow_up.send_given()
    elif session.terminal and session.codename.asks_a_person and not session.as_json:
        stored = follow_up.offer(session.terminal)
    if stored is None:
        return Answer("", data)
    text = stored_answer(session, stored).text
    return Answer(text, data | {"follow_up": stored_data(stored)}, is_deed=True)


def _tell(session: Session, office: Office, found: Sequence[Reply]) -> None:
    """Say what was found; each reply behind a bar that its text cannot leave."""
    if session.as_json:
        return
    if not found:
        session.tell(_("No reply yet, or a word of the codename is wrong."))
        session.tell(_("An office may take weeks. Nothing is lost by looking again."))
        return
    titles = office.titles(session.language)
    for reply in found:
        sender = titles.get(reply.recipient_id, ForeignText(reply.recipient_id))
        line = _("From {sender}, {day}:")
        if reply.kind == "acknowledgement":
            line = _("From {sender}, {day}, to say that your message has arrived:")
        session.tell(line.format(sender=sender, day=long_date_text(reply.day)))
        session.output.say("\n".join(["", *quoted(ForeignText(reply.text))]))
        if reply.came_twice:
            session.tell(
                _("[This reply came twice: the office may have worked with a backup meanwhile.]")
            )
        if reply.missing_parts:
            parts = ", ".join(str(part + 1) for part in reply.missing_parts)
            session.tell(_("[Of this reply these parts are missing: {parts}]").format(parts=parts))
        session.output.say()


def _data(found: Sequence[Reply], proposed: Sequence[str]) -> dict[str, object]:
    """Return replies as data; days are counted from 1970-01-01, parts from 0."""
    return {
        "replies": [
            {
                "recipient": reply.recipient_id,
                "reply_id": reply.reply_id.hex(),
                "kind": reply.kind,
                "day": reply.day,
                "text": reply.text,
                "missing_parts": list(reply.missing_parts),
                "came_twice": reply.came_twice,
            }
            for reply in found
        ],
        "follow_up_recipients": list(proposed),
    }
