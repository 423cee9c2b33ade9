"""reply, acknowledge, note: writing."""

import argparse
import sys
from pathlib import Path

from caseworker.cases.cases import case_log
from caseworker.cases.reply_limits import WARN_AT_INDEX
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_case,
    add_vault,
    lines,
    opened,
)
from caseworker.log.events import NOTED, append_event
from caseworker.log.rows import keep_text
from caseworker.work.replying import ReplyWriter, Written
from crypto.sizes import REPLY_INDEXES
from ground.shell.figures import counted
from ground.shell.refusals import Refusal, UsageError

_TEXT_MAX_SIZE = 4 * 1024 * 1024


def _reply(arguments: Arguments, surroundings: Surroundings) -> Answer:
    text = _text(arguments.text_file, f"Reply to case {arguments.case}")
    with opened(arguments.vault, surroundings) as vault:
        writer = ReplyWriter(vault, surroundings.moment)
        written = writer.reply(arguments.case, text, looked=arguments.looked)
    head = f"The reply to case {written.case_number} is written and waits for the next export."
    next_line = f"To carry it out: caseworker export {arguments.vault} --out FILE"
    return Answer(lines(head, *_warning(written), next_line), vars(written))


def _acknowledge(arguments: Arguments, surroundings: Surroundings) -> Answer:
    _check_choice(arguments)
    text = arguments.text_file and _text(arguments.text_file, "")
    done: list[Written] = []
    refused: dict[int, Refusal] = {}
    with opened(arguments.vault, surroundings) as vault:
        writer = ReplyWriter(vault, surroundings.moment)
        cases = writer.unacknowledged() if arguments.all_new else arguments.case
        left_out = set(arguments.leave_out)
        for number in (one for one in cases if one not in left_out):
            try:
                done.append(writer.acknowledge(number, text, looked=arguments.looked))
            except Refusal as refusal:
                refused[number] = refusal
    released = ", ".join(str(one.case_number) for one in done)
    parts = [
        f"{counted(len(done), 'acknowledgement')} released"
        + (f", to {'case' if len(done) == 1 else 'cases'} {released}" if done else "")
        + "."
    ]
    parts += [f"Left out: {one.message}. {one.hint}" for one in refused.values()]
    if done:
        parts.append(f"To carry them out: caseworker export {arguments.vault} --out FILE")
    data = {
        "released": [one.case_number for one in done],
        "refused": {str(number): one.message for number, one in refused.items()},
    }
    return Answer(lines(*parts), data, complete=not refused)


def _note(arguments: Arguments, surroundings: Surroundings) -> Answer:
    text = _text(arguments.text_file, f"Note on case {arguments.case}")
    if not text.strip():
        raise Refusal("the note is empty", "nothing was written")
    with opened(arguments.vault, surroundings) as vault:
        case_log(vault.db, arguments.case)
        with vault.db.transaction():
            body = {"text": keep_text(vault.db, text).hex()}
            append_event(vault, surroundings.moment, NOTED, arguments.case, body)
    return Answer(f"The note on case {arguments.case} is kept.", {"case": arguments.case})


def _check_choice(arguments: Arguments) -> None:
    if arguments.all_new == bool(arguments.case):
        raise UsageError(
            "name the cases to acknowledge, or say --all-new",
            "for example: caseworker acknowledge VAULT 3 5, or caseworker acknowledge VAULT "
            "--all-new --leave-out 4",
        )
    if arguments.all_new and arguments.looked:
        raise UsageError(
            "--looked goes with cases that are named", "flagged cases are looked at one by one"
        )


def _warning(written: Written) -> list[str]:
    if written.records_left > REPLY_INDEXES - WARN_AT_INDEX:
        return []
    return [f"Only {counted(written.records_left, 'record')} more can go to this source, ever."]


def _text(file: Path | None, what: str) -> str:
    """Return what a file says, or what is typed."""
    if file is not None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise Refusal(f"{file} cannot be read: {error.strerror}", "nothing was done") from None
    else:
        if sys.stdin.isatty():
            print(f"{what}. End it with Ctrl-D on a line of its own:", file=sys.stderr)
        data = sys.stdin.buffer.read(_TEXT_MAX_SIZE + 1)
    if len(data) > _TEXT_MAX_SIZE:
        raise Refusal("this text is far too long", "nothing was written")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").rstrip()
    except UnicodeDecodeError:
        raise Refusal("this text is not UTF-8", "save it as UTF-8, then try again") from None


def _add_text_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--text-file", metavar="FILE", type=Path, help="read the text from a file (UTF-8)"
    )


def _add_looked(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--looked", action="store_true", help="answer a flagged case: you have read it"
    )


def _add_reply(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_case(parser)
    _add_text_file(parser)
    _add_looked(parser)


def _add_acknowledge(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument("case", metavar="CASE", type=int, nargs="*", help="numbers from list")
    parser.add_argument(
        "--all-new", action="store_true", help="every case not yet acknowledged, flagged ones not"
    )
    parser.add_argument(
        "--leave-out",
        metavar="CASE",
        type=int,
        nargs="+",
        action="extend",
        default=[],
        help="not these, junk for example",
    )
    _add_text_file(parser)
    _add_looked(parser)


def _add_note(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_case(parser)
    _add_text_file(parser)


REPLY = Command(
    name="reply",
    summary="write a reply to the source of a case",
    description="""The reply waits for the next export. It answers the newest message of the case.
Without --text-file it is read from standard input. A flagged case is answered only with --looked.

examples:
  caseworker reply vaults/investigations 3 --text-file answer.txt
  echo "Where was this?" | caseworker reply vaults/board 3 --passphrase-fd 3 3< pass.txt""",
    add_arguments=_add_reply,
    run=_reply,
)
ACKNOWLEDGE = Command(
    name="acknowledge",
    summary="release acknowledgements",
    description="""An acknowledgement tells a source that its report arrived and is read. You
release it: nothing is acknowledged by itself. Without --text-file a standard text in the source's
language is sent. Each case is acknowledged once; they leave with the next export, before replies.

examples:
  caseworker acknowledge vaults/investigations 3 5
  caseworker acknowledge vaults/investigations --all-new --leave-out 4 7""",
    add_arguments=_add_acknowledge,
    run=_acknowledge,
)
NOTE = Command(
    name="note",
    summary="keep a note on a case",
    description="""A note stays in the vault. Without --text-file it is read from standard input.

example:
  caseworker note vaults/investigations 3 --text-file note.txt""",
    add_arguments=_add_note,
    run=_note,
)
