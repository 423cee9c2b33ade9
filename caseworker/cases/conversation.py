"""A case from top to bottom: what was said and done, for people and for programs."""

from dataclasses import dataclass

from caseworker.cases.answers import AnswerView, answers_of
from caseworker.cases.files import FileState, announced_files, file_state
from caseworker.cases.flags import Flag, flags_of_case
from caseworker.cases.folding import Note, case_log
from caseworker.cases.found_until import found_until
from caseworker.cases.message_texts import message_text
from caseworker.cases.states import State
from caseworker.cases.written_replies import WrittenReply
from caseworker.keys.directories import known_directory
from caseworker.keys.servers import newest_export_day
from caseworker.log.texts import text_of
from caseworker.moments import Moment
from caseworker.vault.arrival_weeks import week_of_arrival
from caseworker.vault.chains import records_left
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageMark, message_proof, messages_of_case, payload_of
from caseworker.vault.of_before import is_of_before
from caseworker.vault.taken import Outgoing, last_live_day, outgoing_state
from crypto.directory import Directory
from crypto.names import Day, ThreadId, Week
from crypto.payload import Payload
from crypto.statements import StatementKind


@dataclass(frozen=True)
class FileView:
    """An attachment: `state` is whole, missing or damaged, `sha256` that of its own bytes."""

    name: str
    media_type: str
    size: int
    state: FileState
    sha256: str | None


@dataclass(frozen=True)
class MessageView:
    """A message of the source; `written_day` is the UTC day that its device gave.

    `came_week` is that in which it was at the server, at the latest: as the server signed it, else
    the week in which it came here.
    """

    number: int
    kind: str
    received: Moment
    came_week: Week
    written_day: Day
    language: str
    client: str
    sealed_for: tuple[str, ...]
    left_out: tuple[str, ...]
    answers: tuple[AnswerView, ...]
    text: str
    text_rest: FileState
    attachments: tuple[FileView, ...]


@dataclass(frozen=True)
class ReplyView:
    """A reply, and how far it has come: written, carried out, on the board, until when."""

    kind: str
    author: str
    text: str
    answers_message: int
    written: Moment
    carried_out: Moment | None
    on_board_week: Week | None
    on_board_until: Day | None


@dataclass(frozen=True)
class NoteView:
    """A note; without a text, that the case was saved."""

    author: str
    moment: Moment
    text: str | None


@dataclass(frozen=True)
class Conversation:
    """All of a case, in the order in which it happened here.

    `records_left` can go to the source before it writes again in another week; None where nobody
    can answer it, since it wrote by the protocol of before. `found_until` is the last day on
    which that source would find an answer, None where nobody can give one. `told_day` is that of
    the export by which what stands here of the board is known.
    """

    number: int
    state: State
    flags: tuple[Flag, ...]
    looked_at: tuple[str, ...]
    records_left: int | None
    found_until: Day | None
    told_day: Day | None
    entries: tuple[MessageView | ReplyView | NoteView, ...]


def conversation(vault: Vault, number: int) -> Conversation:
    """Return all of a case; Refusal where there is none of that number."""
    log = case_log(vault.db, number)
    of_before = is_of_before(vault.db)
    directory = None if of_before else known_directory(vault)
    received = dict(log.received)
    marks = messages_of_case(vault.db, number)
    batches = _batches(vault)
    entries: list[tuple[Moment, MessageView | ReplyView | NoteView]] = []
    for mark in marks:
        at = received[mark.number]
        entries.append((at, _message_view(vault, mark, at, directory)))
    entries += [
        (reply.written, _reply_view(vault, reply, batches, directory))
        for reply in log.replies.values()
    ]
    entries += [(note.moment, _note_view(vault, note)) for note in log.notes]
    entries.sort(key=lambda entry: (entry[0].day, entry[0].time))
    thread_id = marks[-1].thread_id
    return Conversation(
        number=number,
        state=log.state,
        flags=tuple(sorted(flags_of_case(vault.db, number))),
        looked_at=tuple(sorted(log.looked_at)),
        records_left=None if of_before else records_left(vault.db, thread_id),
        found_until=None if directory is None else _found_until(vault, thread_id, directory),
        told_day=None if of_before else newest_export_day(vault),
        entries=tuple(entry for _, entry in entries),
    )


def _found_until(vault: Vault, thread_id: ThreadId, directory: Directory) -> Day | None:
    return found_until(vault.db, thread_id, directory.policy.codename_days)


def _message_view(
    vault: Vault, mark: MessageMark, received: Moment, directory: Directory | None
) -> MessageView:
    payload = payload_of(vault.db, mark.number)
    text = message_text(vault, payload)
    sealed_for = tuple(one.id for one in payload.recipients)
    recipients = directory.recipients if directory else ()
    return MessageView(
        number=mark.number,
        kind=mark.kind,
        received=received,
        came_week=week_of_arrival(vault.db, message_proof(vault.db, mark.number).address),
        written_day=payload.day,
        language=payload.language,
        client=payload.client,
        sealed_for=sealed_for,
        left_out=tuple(one.id for one in recipients if one.id not in sealed_for),
        answers=answers_of(vault.db, payload),
        text=text.text,
        text_rest=text.rest,
        attachments=_attachments(vault, mark.number, payload),
    )


def _attachments(vault: Vault, number: int, payload: Payload) -> tuple[FileView, ...]:
    views = []
    for file in announced_files(payload)[: len(payload.attachments)]:
        state, sha256 = file_state(vault, number, file)
        digest = sha256.hex() if sha256 else None
        views.append(FileView(file.name, file.media_type, file.size, state, digest))
    return tuple(views)


def _batches(vault: Vault) -> dict[int, Outgoing]:
    state = outgoing_state(vault)
    return {one.row.number: one for one in state if one.row.kind == StatementKind.BATCH}


def _reply_view(
    vault: Vault, reply: WrittenReply, batches: dict[int, Outgoing], directory: Directory | None
) -> ReplyView:
    week = None if reply.batch is None else batches[reply.batch].week_taken
    until = None
    if week is not None and directory is not None:
        until = last_live_day(week, directory.policy.reply_days)
    return ReplyView(
        kind=reply.kind,
        author=reply.author,
        text=text_of(vault.db, reply.text_id),
        answers_message=reply.message,
        written=reply.written,
        carried_out=reply.carried_out,
        on_board_week=week,
        on_board_until=until,
    )


def _note_view(vault: Vault, note: Note) -> NoteView:
    text = text_of(vault.db, note.text_id) if note.text_id else None
    return NoteView(note.author, note.moment, text)
