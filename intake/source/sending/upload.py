"""One message on its way: chunks first, the envelope last, each carried until the server has it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Final

from crypto.days import first_day, later
from crypto.envelope import envelope_address, seal_envelope
from crypto.errors import TooLarge
from crypto.lifetimes import KEY_DAYS
from crypto.names import Day
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE
from crypto.source_keys import SourceKeys
from ground.languages import gettext as _
from ground.shell.foreign import ForeignText, safe_line
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.message.pieces import ChangedError, Outgoing
from intake.source.message.plan import Draft, Plan, replaced, restarted
from intake.source.message.quiet_files import until_quiet
from intake.source.person.upload_progress import ProgressInWords, Sent
from intake.source.reach.api import IN_FLIGHT, Api, ServerError
from intake.source.reach.line import Line
from intake.source.reach.office import Office, fresh_office, reopened
from intake.source.reach.pace import Pace
from intake.source.reach.pinned import StateFolder
from intake.source.sending.puzzles import Work
from intake.source.sending.recipients_gone import RecipientsGoneError
from intake.source.sending.stored_chunks import StoredChunks
from intake.source.sending.unsent import Unsent
from intake.source.sending.unsent_format import DatedEnvelope

__all__ = ["Upload"]

RESTARTS: Final = 5
"""How often files may turn out changed before somebody should stop changing them."""


class _FileChangedError(Exception):
    """The `place`-th of a plan's files must be read anew."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place


class Upload:
    """A message that is being sent, and where it stands."""

    def __init__(
        self,
        plan: Plan,
        sealed: DatedEnvelope | None,
        source: SourceKeys,
        office: Office,
        state: StateFolder,
        unsent: Unsent,
    ) -> None:
        self._plan = plan
        self._sealed = sealed
        self._source = source
        self._office = office
        self._state = state
        self._unsent = unsent
        self._stored = StoredChunks(unsent)
        self._pace = Pace()
        self._work = Work()

    @property
    def draft(self) -> Draft:
        """What is sent, and to whom."""
        return self._plan.draft

    @property
    def office(self) -> Office:
        """The office as it was found last."""
        return self._office

    def leave_out(self, ids: Sequence[str]) -> None:
        """Send it to nobody of these; Refusal where it is sealed to one, or nobody is left."""
        draft = self._plan.draft
        left = tuple(one for one in draft.recipient_ids if one not in ids)
        unknown = [one for one in ids if one not in draft.recipient_ids]
        if unknown:
            raise Refusal(
                _("The message is not for: {ids}. Nothing more was sent.").format(
                    ids=", ".join(safe_line(one) for one in unknown)
                ),
                _("It is for: {ids}").format(ids=", ".join(draft.recipient_ids)),
            )
        if left == draft.recipient_ids:
            return
        if not self._seals_anew:
            raise Refusal(
                _("The message is sealed already, and the office may have it."),
                _("Go on with --resume alone: it goes to those whom you chose."),
            )
        if not left:
            raise Refusal(
                _("Nobody would be left to read the message."),
                _("Leave out fewer of them, or begin a new report."),
            )
        plan = replace(self._plan, draft=replace(draft, recipient_ids=left))
        self._cut_again(plan)

    async def send(self, api: Api, line: Line, progress: ProgressInWords) -> Day:
        """Send until the envelope is stored; returns the day that it carries.

        Raises Refusal for what waiting cannot mend, and GaveUpError.
        """
        restarts = 0
        while True:
            try:
                self._refuse_recipients_gone()
                await self._store_files(api, line, progress)
                return await self._store_envelope(api, line, progress)
            except _FileChangedError as changed:
                if self._sealed is not None:
                    raise self._changed_too_late(changed.place) from None
                restarts += 1
                if restarts > RESTARTS:
                    raise Refusal(
                        _("Files change again and again while they are being sent."),
                        _("Send copies that nobody writes to."),
                    ) from None
                await self._restart(changed.place, progress)
            except TooLarge:
                # Another directory's number is longer than the one the text was cut for.
                self._cut_again(self._plan)

    def _refuse_recipients_gone(self) -> None:
        """Raise RecipientsGoneError where it would be sealed to fewer than it is for."""
        gone = [one for one in self.draft.recipient_ids if one not in self._office.keys]
        if gone and self._seals_anew:
            raise RecipientsGoneError(gone)

    @property
    def _seals_anew(self) -> bool:
        """Whether there is no envelope yet, or its keys hold no longer."""
        return self._sealed is None or today() >= self._sealed.until

    def _cut_again(self, plan: Plan) -> None:
        """Cut the text anew for another directory or other recipients; files stay as they are."""
        stored = sum(snapshot.chunks for snapshot in plan.attachments)
        self._go_on_with(replaced(plan, plan.attachments, self._office, today()), stored)

    # ---- files -----------------------------------------------------------------------------------

    async def _store_files(self, api: Api, line: Line, progress: ProgressInWords) -> None:
        """Store every chunk that is not stored yet, a few at once."""
        files = self._plan.files()
        chunks = sum(file.snapshot.chunks for file in files)
        self._stored.count_on(chunks, today())
        progress.total(Sent(self._stored.chunks, chunks))
        pieces = self._stored.missing(files)

        async def carry_on() -> None:
            for number, place, index in pieces:
                await self._store_chunk(api, line, progress, files[place], place, index)
                self._stored.add(number)
                progress.sent(Sent(self._stored.chunks, chunks))

        try:
            await _together(carry_on, IN_FLIGHT)
        finally:
            self._stored.save()

    async def _store_chunk(
        self,
        api: Api,
        line: Line,
        progress: ProgressInWords,
        file: Outgoing,
        place: int,
        index: int,
    ) -> None:
        try:
            chunk_id, chunk = await asyncio.to_thread(file.sealed, index)
        except ChangedError:
            raise _FileChangedError(place) from None

        async def attempt() -> None:
            bits = self._office.directory.policy.puzzle_chunk
            genesis_id = self._office.genesis_id
            puzzle = await self._work.header(genesis_id, PUZZLE_CHUNK, chunk_id, bits, progress)
            try:
                async with self._pace.turn() as seconds:
                    await api.put_chunk(chunk_id, chunk, puzzle, seconds)
            except ServerError as error:
                if error.code == "other-bytes":
                    raise _FileChangedError(place) from None
                await self._on_refusal(api, error)

        await line.carry(attempt)

    def _name(self, place: int) -> str:
        return self.draft.files[place].name if place < len(self.draft.files) else ""

    def _changed_too_late(self, place: int) -> Refusal:
        """Return the refusal of a second version of a message that may be stored already."""
        return Refusal(
            _("{name} has changed since the message was sealed, which the office may have.").format(
                name=ForeignText(self._name(place))
            ),
            _("Put the file back as it was, then go on with --resume; or add it in a follow-up."),
        )

    async def _restart(self, place: int, progress: ProgressInWords) -> None:
        name = self._name(place)
        progress.changed(name)
        if place < len(self.draft.files):
            await until_quiet(self.draft.files[place].path)
        try:
            plan = await asyncio.to_thread(restarted, self._plan, place, self._office, today())
        except OSError:
            raise Refusal(
                _("A file can no longer be read: {name}").format(name=ForeignText(name)),
                _("Put it back where it was, then go on with --resume."),
            ) from None
        files = self._plan.files()
        self._go_on_with(plan, sum(file.snapshot.chunks for file in files[:place]))

    def _go_on_with(self, plan: Plan, still_stored: int) -> None:
        """Go on with another plan, of which so many chunks from the beginning are stored."""
        self._plan, self._sealed = plan, None
        self._unsent.save(plan, None)
        self._stored.begin_again(still_stored)

    # ---- envelope --------------------------------------------------------------------------------

    async def _store_envelope(self, api: Api, line: Line, progress: ProgressInWords) -> Day:
        """Seal and store the envelope. Every try sends the same bytes, as long as its keys hold."""
        progress.envelope()
        day = Day(0)

        async def attempt() -> None:
            nonlocal day
            if self._stored.too_old(today()):
                await self._store_files(api, line, progress)
            sealed = await self._sealed_today(api)
            day = sealed.day
            address = envelope_address(sealed.envelope)
            bits = self._office.directory.policy.puzzle_envelope
            genesis_id = self._office.genesis_id
            puzzle = await self._work.header(genesis_id, PUZZLE_ENVELOPE, address, bits, progress)
            try:
                with progress.storing():
                    await api.put_envelope(address, sealed.envelope, puzzle)
            except ServerError as error:
                await self._on_refusal(api, error)

        await line.carry(attempt)
        return day

    async def _sealed_today(self, api: Api) -> DatedEnvelope:
        """Return the envelope that was sealed, or one sealed anew where its keys hold no longer."""
        day = today()
        if self._sealed is None or day >= self._sealed.until:
            self._office = await fresh_office(api, self._office, self._state)
            self._refuse_recipients_gone()
            self._sealed = await asyncio.to_thread(self._seal, day)
            self._unsent.save_again(self._plan, self._sealed)
        return self._sealed

    def _seal(self, day: Day) -> DatedEnvelope:
        message = self._plan.message(self._office.directory, day)
        recipients = [self._office.seal_to(one) for one in self.draft.recipient_ids]
        envelope = seal_envelope(message, self._source, recipients)
        return DatedEnvelope(envelope, day, later(first_day(self._office.week), KEY_DAYS))

    async def _on_refusal(self, api: Api, error: ServerError) -> None:
        """Raise what a refused upload means for the next try."""
        if error.code == "puzzle":
            # The office asks for more than it did: its directory says how much.
            self._office = await reopened(api, self._office, self._state)
            raise ServerError(0) from None
        if not error.passes:
            raise Refusal(
                _("The server refuses what this program sends."),
                _("There may be a newer version of it. Nothing that you wrote is lost: --resume"),
            ) from None
        raise error


async def _together(work: Callable[[], Coroutine[None, None, None]], times: int) -> None:
    """Run so many of the same at once; the first error ends all and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for _number in range(times):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
