"""reply, acknowledge, note: writing."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caseworker.cases.reply_limits import WARN_AT_LEFT
from caseworker.commands.case_words import few_records_words, in_words
from caseworker.commands.opening import add_case, add_vault, case_number, now, opened
from caseworker.work.acknowledge_cases import Acknowledged, acknowledge_cases
from caseworker.work.add_note import add_note, check_case
from caseworker.work.replying import CaseFlaggedError, ReplyWriter, Written
from ground.shell.figures import counted
from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from ground.shell.output import complain
from ground.shell.refusals import UsageError
from ground.shell.typed_text import STDIN, read_text

_TEXT_MAX_SIZE = 4 * 1024 * 1024


@dataclass(frozen=True)
class ReplyOptions:
    """The arguments of `reply`."""

    vault: Path
    case: int
    text_file: Path | None
    looked: bool


@dataclass(frozen=True)
class AcknowledgeOptions:
    """The arguments of `acknowledge`; `case` holds none where it is `all_new`."""

    vault: Path
    case: Sequence[int]
    all_new: bool
    leave_out: Sequence[int]
    text_file: Path | None
    looked: bool


@dataclass(frozen=True)
class NoteOptions:
    """The arguments of `note`."""

    vault: Path
    case: int
    text_file: Path | None


def _reply(options: ReplyOptions, surroundings: Surroundings) -> Answer:
    given = _given_text(options.text_file)
    with opened(options.vault, surroundings) as vault:
        try:
            ReplyWriter(vault, now()).check(options.case, looked=options.looked)
            text = _typed_text(f"Reply to case {options.case}") if given is None else given
            written = ReplyWriter(vault, now()).reply(options.case, text, looked=options.looked)
        except CaseFlaggedError as refusal:
            raise in_words(refusal) from None
    head = f"The reply to case {written.case_number} is written and waits for the next export."
    next_line = f"To carry it out: caseworker export {foreign_path(options.vault)} --out FILE"
    return Answer(lines(head, *_warning(written), next_line), vars(written))


def _acknowledge(options: AcknowledgeOptions, surroundings: Surroundings) -> Answer:
    _check_choice(options)
    text = None if options.text_file is None else _given_text(options.text_file)
    with opened(options.vault, surroundings) as vault:
        done = acknowledge_cases(
            vault,
            now(),
            None if options.all_new else options.case,
            leave_out=options.leave_out,
            text=text,
            looked=options.looked,
        )
    data = {
        "released": list(done.released),
        "passed_over": list(done.passed_over),
        "refused": {str(number): in_words(one).message for number, one in done.refused.items()},
    }
    return Answer(lines(*_acknowledged_lines(done, options.vault)), data, complete=not done.refused)


def _acknowledged_lines(done: Acknowledged, vault: Path) -> list[str]:
    number = len(done.released)
    numbers = ", ".join(map(str, done.released))
    to_whom = f", to {'case' if number == 1 else 'cases'} {numbers}" if number else ""
    parts = [f"{counted(number, 'acknowledgement')} released{to_whom}."]
    if done.passed_over:
        which = ", ".join(map(str, done.passed_over))
        parts.append(f"Passed over, since nobody looks for an answer any more: {which}.")
    parts += [
        f"Left out: {one.message}. {one.hint}" for one in map(in_words, done.refused.values())
    ]
    if number:
        parts.append(f"To carry them out: caseworker export {foreign_path(vault)} --out FILE")
    return parts


def _note(options: NoteOptions, surroundings: Surroundings) -> Answer:
    given = _given_text(options.text_file)
    with opened(options.vault, surroundings) as vault:
        check_case(vault, options.case)
        text = _typed_text(f"Note on case {options.case}") if given is None else given
        add_note(vault, now(), options.case, text)
    return Answer(f"The note on case {options.case} is kept.", {"case": options.case})


def _check_choice(options: AcknowledgeOptions) -> None:
    if options.all_new == bool(options.case):
        raise UsageError(
            "name the cases to acknowledge, or say --all-new",
            "for example: caseworker acknowledge VAULT 3 5, or caseworker acknowledge VAULT "
            "--all-new --leave-out 4",
        )
    if options.all_new and options.looked:
        raise UsageError(
            "--looked goes with cases that are named", "flagged cases are looked at one by one"
        )


def _warning(written: Written) -> list[str]:
    if written.records_left > WARN_AT_LEFT:
        return []
    return [few_records_words(written.records_left)]


def _given_text(file: Path | None) -> str | None:
    """Return what a file or a pipe says; None where a person types it once all else is known."""
    if file is None and sys.stdin.isatty():
        return None
    return read_text(file or STDIN, _TEXT_MAX_SIZE).rstrip()


def _typed_text(what: str) -> str:
    complain(f"{what}. End it with Ctrl-D on a line of its own:")
    return read_text(STDIN, _TEXT_MAX_SIZE).rstrip()


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
    parser.add_argument(
        "case", metavar="CASE", type=case_number, nargs="*", help="numbers from list"
    )
    parser.add_argument(
        "--all-new", action="store_true", help="every case that list calls new, flagged ones not"
    )
    parser.add_argument(
        "--leave-out",
        metavar="CASE",
        type=case_number,
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
    options=ReplyOptions,
    add_arguments=_add_reply,
    run=_reply,
    is_deed=True,
    asks_passphrases=True,
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
    options=AcknowledgeOptions,
    add_arguments=_add_acknowledge,
    run=_acknowledge,
    is_deed=True,
    asks_passphrases=True,
)
NOTE = Command(
    name="note",
    summary="keep a note on a case",
    description="""A note stays in the vault. Without --text-file it is read from standard input.

example:
  caseworker note vaults/investigations 3 --text-file note.txt""",
    options=NoteOptions,
    add_arguments=_add_note,
    run=_note,
    is_deed=True,
    asks_passphrases=True,
)
