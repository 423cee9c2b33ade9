"""list, show: reading cases."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

from caseworker.cases.conversation import (
    Conversation,
    FileView,
    MessageView,
    NoteView,
    ReplyView,
    conversation,
)
from caseworker.cases.files import FileState
from caseworker.cases.reply_limits import WARN_AT_LEFT
from caseworker.cases.states import State
from caseworker.commands.case_words import (
    FILE_WORDS,
    FLAG_WORDS,
    STATE_WORDS,
    few_records_words,
)
from caseworker.commands.opening import add_case, add_vault, now, opened
from caseworker.moments import Moment
from caseworker.work.list_cases import ListedCase, list_with_beginnings
from crypto.days import first_day
from crypto.names import Day
from ground.shell.figures import counted, date_text, iso_date, iso_date_or_none, size_text
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import fitted, lines, quoted, table


@dataclass(frozen=True)
class ListOptions:
    """The arguments of `list`."""

    vault: Path


@dataclass(frozen=True)
class ShowOptions:
    """The arguments of `show`."""

    vault: Path
    case: int


def _list(options: ListOptions, surroundings: Surroundings) -> Answer:
    with opened(options.vault, surroundings) as vault:
        cases = list_with_beginnings(vault)
    new = sum(one.state is State.NEW for one in cases)
    waiting = sum(one.replies_waiting for one in cases)
    head = (
        f"{counted(len(cases), 'case')}, {new} new; {counted(waiting, 'reply', 'replies')} waiting."
    )
    folder = foreign_path(options.vault)
    if not cases:
        return Answer(
            lines(head, f"To bring reports in: caseworker import {folder} FILE"), {"cases": []}
        )
    headings = ("case", "received", "messages", "language", "state", "begins")
    rows = table(headings, [_list_row(one) for one in cases], "case messages")
    hint = f"To read one: caseworker show {folder} {cases[-1].number}"
    return Answer(lines(head, "", rows, "", hint), {"cases": [_list_data(one) for one in cases]})


def _list_row(case: ListedCase) -> tuple[str | ForeignText, ...]:
    return (
        str(case.number),
        date_text(case.received),
        str(case.messages),
        case.language,
        STATE_WORDS[case.state] + (", flagged" if case.flags else ""),
        ForeignText(case.begins),
    )


def _list_data(case: ListedCase) -> dict[str, object]:
    data = asdict(case)
    words = {"received": iso_date(case.received), "state": STATE_WORDS[case.state]}
    return {"case": data.pop("number"), **data, **words}


def _show(options: ShowOptions, surroundings: Surroundings) -> Answer:
    with opened(options.vault, surroundings) as vault:
        case = conversation(vault, options.case)
    return Answer(lines(*_case_lines(case, now().day)), _conversation_data(case))


def _case_lines(case: Conversation, today: Day) -> list[str]:
    parts = [f"Case {case.number}: {STATE_WORDS[case.state]}."]
    for flag in case.flags:
        looked = " (looked at)" if flag in case.looked_at else ""
        parts.append(f"FLAGGED{looked}: {FLAG_WORDS[flag]}")
    if case.records_left is None:
        parts.append("It came by the version before: nobody can answer its source any more.")
    elif case.found_until is not None and case.found_until < today:
        parts.append(
            "Nobody looks for an answer to it any more: its source, which last wrote too long ago, "
            f"looked until {date_text(case.found_until)} at the latest."
        )
    elif case.records_left <= WARN_AT_LEFT:
        parts.append(few_records_words(case.records_left))
    for entry in case.entries:
        parts += ["", *_entry_lines(entry, today, case.told_day)]
    return parts


def _entry_lines(
    entry: MessageView | ReplyView | NoteView, today: Day, told: Day | None
) -> list[str]:
    if isinstance(entry, MessageView):
        return _message_lines(entry)
    if isinstance(entry, ReplyView):
        return _reply_lines(entry, today, told)
    if entry.text is None:
        return [f"Saved as files on {date_text(entry.moment.day)} by {entry.author}."]
    return [
        f"Note of {date_text(entry.moment.day)} by {entry.author}:",
        *quoted(ForeignText(entry.text)),
    ]


def _message_lines(message: MessageView) -> list[str]:
    kind = "Report" if message.kind == "report" else "Follow-up"
    parts = [
        f"{kind}, received {date_text(message.received.day)}, written "
        f"{date_text(message.written_day)} by the source's clock, in {message.language}",
        f"  arrived at the server in the week of {date_text(first_day(message.came_week))}, at the "
        "latest",
        f"  sealed for: {', '.join(message.sealed_for)}",
    ]
    if message.left_out:
        parts.append(f"  cannot read it: {', '.join(message.left_out)}")
    for answer in message.answers:
        parts += fitted(f"  {ForeignText(answer.heading)}")
        parts += [line for said in answer.said for line in quoted(ForeignText(said))]
    parts += ["  text:", *quoted(ForeignText(message.text))]
    if message.text_rest == FileState.LONGER:
        parts.append(
            "  THE TEXT IS LONGER THAN WHAT STANDS HERE. To read all of it, save the case."
        )
    elif message.text_rest != FileState.WHOLE:
        parts.append(f"  THE REST OF THIS TEXT IS {FILE_WORDS[message.text_rest].upper()}.")
    if message.attachments:
        parts += ["  files:"]
        for one in message.attachments:
            parts += _file_lines(one)
    return parts


def _file_lines(file: FileView) -> list[str]:
    what = f"  - {ForeignText(file.name)}, {size_text(file.size)}"
    if file.sha256:
        return [*fitted(what), f"    SHA-256 {file.sha256}"]
    if file.state == FileState.MISSING:
        return [*fitted(f"{what}: MISSING, its chunks have not all arrived")]
    return [*fitted(f"{what}: DAMAGED, its chunks are not those that the source sent")]


def _reply_lines(reply: ReplyView, today: Day, told: Day | None) -> list[str]:
    kind = "Acknowledgement" if reply.kind == "acknowledgement" else "Reply"
    return [
        f"{kind}, written {date_text(reply.written.day)} by {reply.author}",
        f"  {_progress_words(reply, today, told)}",
        *quoted(ForeignText(reply.text)),
    ]


def _progress_words(reply: ReplyView, today: Day, told: Day | None) -> str:
    by = "" if told is None else f", as the server said on {date_text(told)}"
    if reply.on_board_week is not None:
        since = date_text(first_day(reply.on_board_week))
        if reply.on_board_until is None:
            return f"was taken to the board in the week of {since}"
        until = date_text(reply.on_board_until)
        if today > reply.on_board_until:
            return f"was on the board until {until}"
        return f"on the board since the week of {since}, until {until}{by}"
    if reply.carried_out:
        carried = date_text(reply.carried_out.day)
        return f"carried out on {carried}; no bundle from the server says yet that it arrived"
    return "written; waits for the next export"


def _conversation_data(case: Conversation) -> dict[str, object]:
    return {
        "case": case.number,
        "state": STATE_WORDS[case.state],
        "flags": list(case.flags),
        "looked_at": list(case.looked_at),
        "records_left": case.records_left,
        "found_until": iso_date_or_none(case.found_until),
        "told_on": iso_date_or_none(case.told_day),
        "entries": [_entry_data(entry) for entry in case.entries],
    }


def _entry_data(entry: MessageView | ReplyView | NoteView) -> dict[str, object]:
    data: dict[str, object] = {"entry": _entry_name(entry)}
    for name, value in vars(entry).items():
        if isinstance(value, Moment):
            data[name] = f"{iso_date(value.day)}T{value.time}Z"
        elif name in ("written_day", "on_board_until") and value is not None:
            data[name.removesuffix("_day")] = iso_date(value)
        elif name == "attachments":
            data[name] = [asdict(one) for one in value]
        elif name == "answers":
            data[name] = {one.question: one.answer for one in value}
        else:
            data[name] = value
    return data


def _entry_name(entry: MessageView | ReplyView | NoteView) -> str:
    if isinstance(entry, MessageView):
        return "message"
    if isinstance(entry, ReplyView):
        return "reply"
    return "note" if entry.text is not None else "saved"


def _add_show(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_case(parser)


LIST = Command(
    name="list",
    summary="show all cases of a vault",
    description="""One line a case: its number, when its report came, and how far it is.

examples:
  caseworker list vaults/investigations
  caseworker list vaults/investigations --json""",
    options=ListOptions,
    add_arguments=add_vault,
    run=_list,
    is_deed=False,
    asks_passphrases=True,
)
SHOW = Command(
    name="show",
    summary="show all of a case: messages, files, replies",
    description="""From top to bottom what was said and done. Of each reply: whether it was
written, carried out with a bundle, or taken to the board, and until when it lies there.
What a source wrote stands behind a bar, with control characters as codes.

The week in which a message arrived at the server is the server's signed word, where one came;
else that of the import.

examples:
  caseworker show vaults/investigations 3
  caseworker show vaults/investigations 3 --json""",
    options=ShowOptions,
    add_arguments=_add_show,
    run=_show,
    is_deed=False,
    asks_passphrases=True,
)
