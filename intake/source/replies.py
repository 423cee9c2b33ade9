"""`intake replies`: what the office has answered, and a follow-up where there is more to say."""

import json
from argparse import Namespace
from collections.abc import Sequence

from crypto.codename import Codename
from crypto.errors import Malformed
from crypto.replies import Reply, bucket, bucket_value, follow_up_recipients, open_board
from crypto.source_keys import SourceKeys, derive_source_keys
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
from intake.source.person.asking import ask_files, ask_text, confirm
from intake.source.person.codenames import take_codename
from intake.source.person.session import Session, asked, begin, connect, refuse_if_closed
from intake.source.person.terminal import Terminal
from intake.source.reach.api import Api, ServerError
from intake.source.reach.office import Office, reopened
from intake.source.sending.delivery import deliver
from intake.source.speech import gettext as _
from intake.source.speech import printable, speak, written_day

__all__ = ["run"]

_TRIES = 3


def run(arguments: Namespace) -> int:
    """Carry out `intake replies`; 0 once all that was asked for is done. Raises Refusal."""
    speak(arguments.language)
    session = begin(arguments)
    tool = cleaner() if arguments.clean else None
    files, originals = chosen_files(arguments.file), chosen_files(arguments.original)
    check_number_of_files(len(files) + len(originals))
    text = read_text(arguments.follow_up_file) if arguments.follow_up_file else None
    office = connect(session, arguments.fingerprint)
    check_ids([*arguments.leave_out, *arguments.to], office)
    asks_to_send = text is not None or bool(files or originals)
    if asks_to_send:
        refuse_if_closed(office)
        check_files([*files, *originals], office)
    # At 0 bits the whole board is loaded before the codename is typed, so that a visit with one
    # looks like a visit without.
    board = b"" if office.directory.bucket_bits else _board(session, office, 0)
    codename = take_codename(session.codename, session.language)
    source = derive_source_keys(codename, office.genesis_id)
    if office.directory.bucket_bits:
        office, board = _own_bucket(session, office, source)
    replies = _open(board, source, office)
    proposed = follow_up_recipients(replies, source, office.directory)
    _show(session, office, replies, proposed, as_json=arguments.json)
    follow_up = _FollowUp(session, office, codename, proposed, arguments)
    if asks_to_send:
        follow_up.send(text or "", (*files, *originals), originals, tool)
    elif session.terminal is not None and session.codename.asks_a_person and not arguments.json:
        follow_up.offer(session.terminal, tool)
    return 0


class _FollowUp:
    """What a person adds to the message of a codename."""

    def __init__(
        self,
        session: Session,
        office: Office,
        codename: Codename,
        proposed: Sequence[str],
        arguments: Namespace,
    ) -> None:
        self._session = session
        self._office = office
        self._codename = codename
        self._proposed = proposed
        self._to: list[str] = arguments.to
        self._left_out: list[str] = arguments.leave_out

    def offer(self, terminal: Terminal, tool: str | None) -> None:
        """Ask a person for a follow-up, and send it if there is one."""
        if not terminal.agrees(_("Write a follow-up?")):
            return
        refuse_if_closed(self._office)
        text = ask_text(terminal, _("What do you want to add?"))
        files = ask_files(terminal, self._office) if self._office.status.chunks.open else []
        self.send(text, files, (), tool)

    def send(
        self,
        text: str,
        files: Sequence[ChosenFile],
        originals: Sequence[ChosenFile],
        tool: str | None,
    ) -> None:
        """Send a follow-up."""
        session, office = self._session, self._office
        check_something(text, files)
        check_number_of_files(len(files))
        check_text([text], session.terminal)
        recipients = self._recipients()
        say_recipients(office, recipients, session.language)
        ready = ready_files(files, originals, tool, session.show)
        if session.codename.asks_a_person and session.terminal is not None:
            with copies_removed_on_error(ready):
                confirm(session.terminal, text, ready)
        draft = Draft("follow-up", text, {}, ready, tuple(recipients), session.language)
        deliver(session, office, draft, lambda: self._codename)

    def _recipients(self) -> list[str]:
        """Return who reads it: at most those of before, unless nothing is known of before."""
        if self._proposed:
            if not set(self._to).issubset(self._proposed):
                raise Refusal(
                    _("A follow-up goes to nobody who could not read what came before it."),
                    _("Those who could: {ids}").format(ids=", ".join(self._proposed)),
                )
            return without(self._to or self._proposed, self._left_out, self._office)
        if self._to:
            return without(self._to, self._left_out, self._office)
        return without(self._ask_recipients(), self._left_out, self._office)

    def _ask_recipients(self) -> list[str]:
        session, office = self._session, self._office
        titles = office.titles(session.language)
        if session.terminal is None or not session.codename.asks_a_person:
            raise Refusal(
                _(
                    "No reply tells this device who could read your report, so say who shall read"
                    " the follow-up. Nothing was sent."
                ),
                _("Name them with --to: {ids}").format(ids=" ".join(titles)),
            )
        terminal = session.terminal
        terminal.say(_("No reply tells this device who could read your report. Leave out again"))
        terminal.say(_("whom you left out then. These can read a follow-up:"))
        for recipient_id, title in titles.items():
            terminal.say(f"  {recipient_id}: {title}")
        while True:
            names = terminal.ask(_("Who shall read it (names before the colon): ")).split()
            if names and set(names).issubset(titles):
                return names
            terminal.say(_("That names somebody else, or nobody."))


def _board(session: Session, office: Office, value: int) -> bytes:
    async def ask(api: Api) -> bytes:
        return await api.board(office.directory.bucket_bits, value)

    try:
        return asked(session, ask)
    except ServerError:
        raise Refusal(
            _("The replies could not be loaded."), _("Nothing is lost. Try again later.")
        ) from None


def _own_bucket(session: Session, office: Office, source: SourceKeys) -> tuple[Office, bytes]:
    """Return the bucket of a thread, and the office under whose directory it was loaded."""
    own = bucket(source.thread_secret, office.genesis_id)

    async def ask(api: Api) -> tuple[Office, bytes]:
        newest = office
        for tries_left in range(_TRIES, 0, -1):
            bits = newest.directory.bucket_bits
            try:
                return newest, await api.board(bits, bucket_value(own, bits))
            except ServerError as error:
                # The server serves the current bits alone: they may have grown.
                if error.status != 404 or tries_left == 1:
                    raise
                newest = await reopened(api, newest, session.state)
        raise ServerError(404)

    try:
        return asked(session, ask)
    except ServerError:
        raise Refusal(
            _("The replies could not be loaded."), _("Nothing is lost. Try again later.")
        ) from None


def _open(board: bytes, source: SourceKeys, office: Office) -> list[Reply]:
    try:
        return open_board(board, source, office.directory)
    except Malformed:
        raise Refusal(
            _("The server gave something that is no board of replies."),
            _("Nothing is lost. Try again later."),
        ) from None


def _show(
    session: Session,
    office: Office,
    replies: Sequence[Reply],
    proposed: Sequence[str],
    *,
    as_json: bool,
) -> None:
    if as_json:
        # In ASCII: a terminal must not act on what a reply holds.
        print(json.dumps(_as_json(replies, proposed), indent=2))
        return
    if not replies:
        print(_("No reply yet, or a word of the codename is wrong."))
        print(_("An office may take weeks. Nothing is lost by looking again."))
        return
    titles = office.titles(session.language)
    for reply in replies:
        sender = titles.get(reply.recipient_id, reply.recipient_id)
        line = _("From {sender}, {day}:")
        if reply.kind == "acknowledgement":
            line = _("From {sender}, {day}, to say that your message has arrived:")
        print(line.format(sender=sender, day=written_day(reply.day)))
        print()
        print(printable(reply.text))
        if reply.missing_parts:
            parts = ", ".join(str(part + 1) for part in reply.missing_parts)
            print(_("[Of this reply these parts are missing: {parts}]").format(parts=parts))
        print(flush=True)


def _as_json(replies: Sequence[Reply], proposed: Sequence[str]) -> dict[str, object]:
    return {
        "replies": [
            {
                "recipient": reply.recipient_id,
                "reply_id": reply.reply_id.hex(),
                "kind": reply.kind,
                "day": reply.day,
                "text": reply.text,
                "missing_parts": list(reply.missing_parts),
            }
            for reply in replies
        ],
        "follow_up_recipients": list(proposed),
    }
