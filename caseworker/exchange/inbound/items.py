"""The items of one part of an inbound bundle, imported one after another."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from caseworker.backup.numbers_moved_on import find_restored, hear_after_restore
from caseworker.cases.lists import bring_up_to_date
from caseworker.exchange.inbound.belief import Belief, belief_in
from caseworker.exchange.inbound.calling_back import call_back_refused
from caseworker.exchange.inbound.claims import claim_chunks, forget_unclaimed
from caseworker.exchange.inbound.envelopes import DUPLICATE, MESSAGE, SET_ASIDE, EnvelopeReader
from caseworker.exchange.inbound.left_out import LeftOut
from caseworker.exchange.inbound.public_items import PublicItems
from caseworker.moments import Moment
from caseworker.vault.arrival_weeks import remember_week
from caseworker.vault.arrivals import confirm_again
from caseworker.vault.chunk_files import ChunkFiles
from caseworker.vault.chunks import ChunkName, add_chunk, confirm_chunk_again, knows_chunk
from caseworker.vault.condition import believes_clock
from caseworker.vault.folder import Vault
from caseworker.vault.taken import confirmations_under_way, remember_weeks
from crypto.bundle import InboundHeader, ItemType, split_chunk_item, split_envelope_item
from crypto.days import week_of
from crypto.envelope import envelope_address

# Below this much free space envelopes are still taken in, and chunks are left on the server.
FREE_SPACE_FLOOR = 256 * 1024 * 1024


@dataclass
class PartCounts:
    """How many items of a part became what."""

    messages: int = 0
    duplicates: int = 0
    set_aside: int = 0
    unopened: int = 0
    read_after_all: int = 0
    chunks: int = 0
    chunks_left: int = 0


class PartItems:
    """Imports the items of a part into a vault, within one transaction.

    `server` is the public key (32 bytes) that signed the part. `written` names the chunks whose
    bytes were put on the disk. `found_restored`: the server named what the vault has not made.
    """

    def __init__(self, vault: Vault, moment: Moment, files: ChunkFiles, server: bytes) -> None:
        self._vault = vault
        self._moment = moment
        self._files = files
        self._public = PublicItems(vault, moment.day)
        self._reader = EnvelopeReader(vault, moment)
        self._under_way: set[int] = set()
        self._server = server
        self.belief = Belief.NO_SERVER_YET
        self.counts = PartCounts()
        self.written: list[ChunkName] = []
        self.found_restored = False

    @property
    def left_out(self) -> list[LeftOut]:
        """The public items that were not believed."""
        return self._public.left_out

    def import_all(
        self, items: Iterator[tuple[ItemType, bytes]], header: InboundHeader
    ) -> list[ChunkName]:
        """Import all items; return the chunks whose bytes can be dropped after the commit."""
        importers: dict[ItemType, Callable[[bytes], None]] = {
            ItemType.DIRECTORY: self._public.gather_directory,
            ItemType.INTAKE_KEY: self._public.gather_key,
            ItemType.FORM: self._public.gather_form,
            ItemType.CARD: self._public.gather_card,
            ItemType.TAKEN_LINE: self._public.gather_line,
            ItemType.ENVELOPE: self._import_envelope,
            ItemType.CHUNK: self._import_chunk,
        }
        newest = 0
        for item_type, item in items:
            self._settle(newest, item_type, header)
            newest = item_type
            importers[item_type](item)
        self._settle(newest, max(ItemType), header)
        bring_up_to_date(self._vault.db)
        came = [chunk for chunk, _ in self.written]
        dropped = claim_chunks(self._vault.db, self._files, came)
        day = self._moment.day
        # A clock that jumped would take what is still on its way for old.
        if believes_clock(self._vault.db, day):
            full = self.counts.chunks_left > 0
            dropped += forget_unclaimed(self._vault.db, day, disk_is_full=full)
        return dropped

    def _settle(self, newest: int, item_type: int, header: InboundHeader) -> None:
        """Import what was gathered, once the items that it needs have all come."""
        if newest < ItemType.TAKEN_LINE <= item_type:
            self._public.settle_items()
            self.belief = belief_in(self._vault, header, self._server)
        if newest <= ItemType.TAKEN_LINE < item_type:
            if self.belief is Belief.ALL:
                self._believe_lines(header)
            self._under_way = confirmations_under_way(self._vault)
            self.counts.read_after_all = self._reader.try_again()

    def _believe_lines(self, header: InboundHeader) -> None:
        self._public.settle_lines(self._server)
        hear_after_restore(self._vault, header.day, self._moment.day)
        self.found_restored = find_restored(self._vault, self._moment)
        remember_weeks(self._vault)
        call_back_refused(self._vault, self._moment)

    def _import_envelope(self, item: bytes) -> None:
        week, envelope = split_envelope_item(item)
        address = envelope_address(envelope)
        here = week_of(self._moment.day)
        if self.belief is Belief.ALL:
            confirm_again(self._vault.db, address, self._under_way)
            here = min(week, here)
        outcome = self._reader.read(address, envelope)
        remember_week(self._vault.db, address, here)
        if outcome == MESSAGE:
            self.counts.messages += 1
        elif outcome == DUPLICATE:
            self.counts.duplicates += 1
        elif outcome == SET_ASIDE:
            self.counts.set_aside += 1
        else:
            self.counts.unopened += 1

    def _import_chunk(self, item: bytes) -> None:
        chunk_id, data = split_chunk_item(item)
        name = (chunk_id, hashlib.sha256(data).digest())
        if knows_chunk(self._vault.db, name):
            if self.belief is Belief.ALL:
                confirm_chunk_again(self._vault.db, name, self._under_way)
            return
        if shutil.disk_usage(self._vault.folder).free < FREE_SPACE_FLOOR:
            self.counts.chunks_left += 1
            return
        self.written.append(name)
        self._files.write(*name, data)
        add_chunk(self._vault.db, name, self._moment.day)
        self.counts.chunks += 1
