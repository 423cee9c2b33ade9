"""A message cut into what goes into its envelope and what travels as files: SPEC 7.1, 8.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crypto.chunks import FileKey, chunk_count, new_file_key
from crypto.directory import Directory
from crypto.envelope import Message, new_message_id, split_text
from crypto.errors import TooLarge
from crypto.names import Day
from crypto.padding import padded_chunk_count
from crypto.payload import Answer, Attachment, Fill, TextRest
from crypto.sizes import PIECE_SIZE
from ground.languages import gettext as _
from ground.shell.figures import size_text
from ground.shell.refusals import Refusal
from intake.source.message.files import ChosenFile, check_number_of_files
from intake.source.message.pieces import (
    Bytes,
    Outgoing,
    Snapshot,
    Zeros,
    read_snapshot,
)
from intake.source.reach.office import Office, closed_reason

__all__ = [
    "Draft",
    "Plan",
    "check_files",
    "make_plan",
    "replaced",
    "restarted",
]

CLIENT: Final = "fidelio-cli 0.1"


@dataclass(frozen=True, repr=False)
class Draft:
    """What a person wants to send, and to whom."""

    kind: str
    text: str
    answers: Mapping[str, Answer]
    files: tuple[ChosenFile, ...]
    recipient_ids: tuple[str, ...]
    language: str

    def __repr__(self) -> str:
        return "Draft(hidden)"


@dataclass(frozen=True, repr=False)
class Plan:
    """A draft with everything that was drawn by lot for it, so that it is sent the same each time.

    `in_envelope` counts the characters of the text that the envelope takes; the rest is a file, as
    are `fill_chunks` chunks of zeros where there are any.
    """

    draft: Draft
    message_id: bytes
    attachments: tuple[Snapshot, ...]
    in_envelope: int
    rest: Snapshot | None
    fill_key: FileKey
    fill_chunks: int

    def __repr__(self) -> str:
        return "Plan(hidden)"

    def files(self) -> list[Outgoing]:
        """Return all that travels as files, in the order in which it is sent."""
        files = [
            Outgoing(chosen.source, snapshot)
            for chosen, snapshot in zip(self.draft.files, self.attachments, strict=True)
        ]
        if self.rest:
            files.append(Outgoing(Bytes(self.draft.text[self.in_envelope :].encode()), self.rest))
        if self.fill_chunks:
            zeros = Snapshot(self.fill_key, self.fill_chunks * PIECE_SIZE, b"")
            files.append(Outgoing(Zeros(), zeros))
        return files

    def message(self, directory: Directory, day: Day) -> Message:
        """Return what is sealed on a day with a directory."""
        rest = self.rest
        fill = Fill(self.fill_key, self.fill_chunks) if self.fill_chunks else None
        return replace(
            _unsplit(self.draft, self.message_id, self.attachments, directory, day),
            text=self.draft.text[: self.in_envelope],
            rest=TextRest(rest.size, rest.key, rest.chunks, rest.hash) if rest else None,
            fill=fill,
        )


def check_files(files: Sequence[ChosenFile], office: Office) -> None:
    """Return if a message may carry these files, by their sizes now; else Refusal.

    Looked at before anybody types or gigabytes are read; `make_plan` has the last word.
    """
    check_number_of_files(len(files))
    if files:
        chunks = sum(chunk_count(file.path.stat().st_size) for file in files)
        _check_size(padded_chunk_count(chunks), office)


def make_plan(draft: Draft, snapshots: tuple[Snapshot, ...], office: Office, day: Day) -> Plan:
    """Return how a draft is sent; Refusal where the office does not take so much."""
    return _plan(draft, new_message_id(), snapshots, office, day, before=None)


def restarted(plan: Plan, place: int, office: Office, day: Day) -> Plan:
    """Return the plan with the `place`-th of its files read anew, under a new key.

    All other files keep theirs, as far as their bytes stay the same. Raises OSError where a file
    of the person's cannot be read.
    """
    snapshots = list(plan.attachments)
    if place < len(snapshots):
        snapshots[place] = read_snapshot(plan.draft.files[place].source, lambda _size: None)
        return replaced(plan, tuple(snapshots), office, day)
    if place == len(snapshots) and plan.rest:
        return replace(plan, rest=replace(plan.rest, key=new_file_key()))
    return replace(plan, fill_key=new_file_key())


def replaced(plan: Plan, snapshots: tuple[Snapshot, ...], office: Office, day: Day) -> Plan:
    """Return the plan cut anew for other snapshots, or for another directory."""
    return _plan(plan.draft, plan.message_id, snapshots, office, day, before=plan)


def _plan(
    draft: Draft,
    message_id: bytes,
    snapshots: tuple[Snapshot, ...],
    office: Office,
    day: Day,
    *,
    before: Plan | None,
) -> Plan:
    message = _unsplit(draft, message_id, snapshots, office.directory, day)
    try:
        beginning, rest_bytes = split_text(message, draft.recipient_ids, draft.text)
    except TooLarge:
        raise Refusal(
            _("Answers and file names together are too long for a message."),
            _("Shorten the answers: the text itself may be as long as you like."),
        ) from None
    rest = read_snapshot(Bytes(rest_bytes), lambda _size: None) if rest_bytes else None
    chunks = sum(one.chunks for one in snapshots) + (rest.chunks if rest else 0)
    _check_size(padded_chunk_count(chunks), office)
    fill_chunks = padded_chunk_count(chunks) - chunks
    fill_key = new_file_key()
    if before:
        # The same bytes keep their key, other bytes never get one that was used.
        if rest and before.rest and rest.digests == before.rest.digests:
            rest = before.rest
        if fill_chunks == before.fill_chunks:
            fill_key = before.fill_key
    return Plan(draft, message_id, snapshots, len(beginning), rest, fill_key, fill_chunks)


def _unsplit(
    draft: Draft,
    message_id: bytes,
    snapshots: tuple[Snapshot, ...],
    directory: Directory,
    day: Day,
) -> Message:
    return Message(
        kind=draft.kind,
        message_id=message_id,
        day=day,
        language=draft.language,
        client=CLIENT,
        delegation=directory.delegation.number,
        sequence=directory.sequence,
        form=directory.form,
        answers=draft.answers,
        attachments=tuple(
            Attachment(
                name=chosen.name,
                size=snapshot.size,
                media_type=chosen.media_type,
                key=snapshot.key,
                chunks=snapshot.chunks,
                hash=snapshot.hash,
            )
            for chosen, snapshot in zip(draft.files, snapshots, strict=True)
        ),
    )


def _check_size(chunks: int, office: Office) -> None:
    taken = office.status.chunks
    if chunks and not taken.open:
        raise Refusal(
            _(
                "The server takes no files now, since {reason}, and no text of more than about"
                " ten thousand letters."
            ).format(reason=closed_reason(taken.reason)),
            _("Shorten the text and leave the files out, or try again on another day."),
        )
    room = office.directory.policy.max_chunks
    if chunks > room:
        raise Refusal(
            _("This is more than the office takes in one message: {size} in all.").format(
                size=size_text(room * PIECE_SIZE)
            ),
            _("Send less, and the rest in follow-ups."),
        )
