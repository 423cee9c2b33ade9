"""Whoever runs the server of `seized_story` and has one recipient's vault, with all it can use.

`Adversary` turns what it has into `Thing`s: an envelope, a chunk or a record, with every number
that can be had of it. `Question`s are pairs of things that belong together, among candidates of
which nothing else is known. What SPEC 15 names as told is kept apart: `named`.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from crypto.chain_keys import ChainKey, next_chain_key, reply_tag
from crypto.errors import Unauthentic
from crypto.names import GenesisId, ThreadId, Week
from crypto.office.envelope import OpenedEnvelope, open_envelope
from crypto.signing import SigningKey
from crypto.sizes import REPLY_INDEXES, TAG_SIZE
from crypto.source_keys import SourceKeys, pair_chain
from tests.whole.seized_copies import Copy
from tests.whole.seized_story import BOTH, OTHER, SEIZED, Message, Story

__all__ = ["Adversary", "Amounts", "Question", "Thing"]

WORD = 8

ENOUGH = 20
"""Things in a file, so that the share of them before one says where it lies."""


@dataclass(eq=False)
class Thing:
    """Something that the server held. `signs` are numbers, near or far from those of another thing.

    `same`: what is equal to that of another or not. `tags`: those that the seized vault can make
    for what it is. `named`: signs that SPEC 15 says tell something.
    """

    id: bytes
    body: bytes
    signs: dict[str, float] = field(default_factory=dict)
    same: dict[str, object] = field(default_factory=dict)
    named: dict[str, float] = field(default_factory=dict)
    tags: frozenset[bytes] = frozenset()

    @cached_property
    def bits(self) -> int:
        """Its first 1,024 bytes as a number."""
        return int.from_bytes(self.body[:1024], "big")

    @cached_property
    def words(self) -> frozenset[bytes]:
        """All words of 8 bytes at places that 8 divides."""
        return frozenset(self.body[at : at + WORD] for at in range(0, len(self.body), WORD))


@dataclass(frozen=True)
class Question:
    """Pairs that belong together, in groups within which each could belong to any other."""

    name: str
    groups: Sequence[Sequence[tuple[Thing, Thing]]]


@dataclass(frozen=True)
class Amounts:
    """Things with an amount of each that is asked for, in groups of which nothing else is known."""

    name: str
    groups: Sequence[Sequence[tuple[Thing, float]]]


class Adversary:
    """Has a story's requests, copies and bundles, and one vault."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._opened = {one.sealed.address: self._open(one) for one in story.messages}
        chains: dict[ThreadId, list[ChainKey]] = {}
        for one in self._opened.values():
            if one is not None:
                chains.setdefault(one.thread_id, []).append(one.slot.chain)
        self._tags = {
            thread: frozenset(tags_of(story, thread, known)) for thread, known in chains.items()
        }
        requests = {
            head.split(b" ")[1].rpartition(b"/")[2]: n for n, head in enumerate(story.heads)
        }
        heads = {head.split(b" ")[1].rpartition(b"/")[2]: head for head in story.heads}
        self.envelopes: dict[bytes, Thing] = {}
        self.chunks: dict[bytes, Thing] = {}
        for message in story.messages:
            self.envelopes[message.sealed.address] = Thing(
                message.sealed.address, message.sealed.envelope, tags=self._tags_for(message)
            )
            self.chunks |= {key: Thing(key, body) for key, body in message.sealed.chunks.items()}
            for key in (message.sealed.address, *message.sealed.chunks):
                thing = self.envelopes.get(key) or self.chunks[key]
                name = key.hex().encode()
                # Those who come in turn tie their things to each other by time alone: SPEC 15.
                signs = thing.named if message.writer.in_turn else thing.signs
                signs["order of requests"] = requests[name] / len(story.heads)
                thing.same["head"] = heads[name].replace(name, b"")
        self.records = {
            record: Thing(sha256(record).digest(), record)
            for (_, sender), batches in story.delivered.items()
            if sender == OTHER
            for batch in batches
            for record in batch
        }
        self._look_at_bundles()
        for things in (self.envelopes, self.chunks, self.records):
            _look_at_bytes(list(things.values()))
            for key, thing in things.items():
                _look_at_copies(key, thing, story.copies)

    def _open(self, message: Message) -> OpenedEnvelope | None:
        try:
            return open_envelope(
                message.sealed.envelope, self._story.genesis_id, SEIZED, self._story.secrets
            )
        except Unauthentic:
            return None

    def _tags_for(self, message: Message) -> frozenset[bytes]:
        opened = self._opened[message.sealed.address]
        return frozenset() if opened is None else self._tags[opened.thread_id]

    def _look_at_bundles(self) -> None:
        """In which order the server gave out envelopes, and got records."""
        for bundled in self._story.bundled.values():
            for place, one in enumerate(bundled):
                thing = self.envelopes.get(sha256(one).digest())
                if thing is not None:
                    thing.signs["place in bundles"] = place / len(bundled)
        for (_, sender), batches in self._story.delivered.items():
            for number, batch in enumerate(batches if sender == OTHER else ()):
                for place, record in enumerate(batch):
                    self.records[record].signs["number of batch"] = number / len(batches)
                    self.records[record].signs["place in batch"] = place / len(batch)

    # ---- What it is asked --------------------------------------------------------------------

    def questions(self) -> list[Question]:
        """All questions for what belongs to what; the seized vault does not answer them itself."""
        return [
            Question("same source?", self._same_source()),
            Question("whose files?", self._whose_files()),
            Question("same file?", self._same_file()),
            Question("which report does this record answer?", self._answers(is_report=True)),
            Question("which message does this record answer?", self._answers(is_report=False)),
        ]

    def amounts(self) -> list[Amounts]:
        """All questions for how many: among those of one round, of which the numbers are told."""
        answers = self._story.answers[OTHER]
        every: frozenset[bytes] = frozenset().union(*self._tags.values())
        replies, records = [], []
        for number in range(3):
            sent = [one.writer.number for one in answers.values() if one.round == number]
            batches = self._story.delivered[number, OTHER]
            came = [self.records[record] for batch in batches for record in batch]
            for kind in (BOTH, OTHER):
                for message in self._closed_or_not(number, kind):
                    thing = self._thing(message)
                    found = sum(record.body[:TAG_SIZE] in thing.tags for record in came)
                    thing.signs["records with its tags"] = found
                replies.append(
                    [
                        (self._thing(one), float(sent.count(one.writer.number)))
                        for one in self._closed_or_not(number, kind)
                    ]
                )
            for record in came:
                record.signs["is one of its tags"] = record.body[:TAG_SIZE] in every
            records.append([(record, float(record.body in answers)) for record in came])
        return [
            Amounts("how many replies of the other recipient?", replies),
            Amounts("is this record an answer?", records),
        ]

    def _thing(self, message: Message) -> Thing:
        return self.envelopes[message.sealed.address]

    def _closed_or_not(self, number: int, *kinds: str) -> list[Message]:
        story = self._story.messages
        return [one for one in story if one.round == number and one.writer.kind in kinds]

    def _closed(self, number: int) -> list[Message]:
        found = self._closed_or_not(number, BOTH, OTHER)
        return [one for one in found if self._opened[one.sealed.address] is None]

    def _same_source(self) -> list[list[tuple[Thing, Thing]]]:
        groups = []
        for later, earlier, kinds in ((2, 0, (BOTH, OTHER)), (1, 0, (OTHER,)), (2, 1, (OTHER,))):
            before = {one.writer.number: one for one in self._closed_or_not(earlier, *kinds)}
            groups.append(
                [
                    (self._thing(one), self._thing(before[one.writer.number]))
                    for one in self._closed_or_not(later, *kinds)
                ]
            )
        return groups

    def _whose_files(self) -> list[list[tuple[Thing, Thing]]]:
        return [
            [
                (self.chunks[random.choice(list(one.sealed.chunks))], self._thing(one))
                for one in self._closed(number)
                if one.sealed.chunks
            ]
            for number in range(3)
        ]

    def _same_file(self) -> list[list[tuple[Thing, Thing]]]:
        return [
            [
                (self.chunks[first], self.chunks[second])
                for one in self._closed(number)
                if len(one.sealed.chunks) > 1
                for first, second in [random.sample(list(one.sealed.chunks), 2)]
            ]
            for number in range(3)
        ]

    def _answers(self, *, is_report: bool) -> list[list[tuple[Thing, Thing]]]:
        reports = {one.writer.number: one for one in self._closed_or_not(0, BOTH, OTHER)}
        groups = []
        for number in range(3):
            records = {
                message.writer.number: (record, message)
                for record, message in self._story.answers[OTHER].items()
                if message.round == number
            }
            groups.append(
                [
                    (self.records[record], self._thing(reports[writer] if is_report else message))
                    for writer, (record, message) in records.items()
                ]
            )
        return groups


def tags_of(story: Story, thread: ThreadId, chains: Iterable[ChainKey]) -> Iterable[bytes]:
    """All tags that can be made for a thread of the chains of one recipient, as of any."""
    genesis_id: GenesisId = story.genesis_id
    signers = {one.id: one.signing_key for one in story.directory.recipients}
    weeks = {one.week for one in story.secrets}
    for chain in chains:
        as_master = SourceKeys(
            master=chain.secret,
            signing=SigningKey(bytes(32)),
            set_key=chain.secret,
            genesis_id=genesis_id,
        )
        derived = [
            pair_chain(as_master, name, signer, Week(week))
            for name, signer in signers.items()
            for week in weeks
        ]
        for start in (chain, *derived):
            key = start
            for _ in range(REPLY_INDEXES if start is chain else 4):
                yield reply_tag(key, genesis_id, thread)
                key = next_chain_key(key, genesis_id)


def _look_at_bytes(things: Sequence[Thing]) -> None:
    """What the bytes of each thing are like, beside those of its kind."""
    order = sorted(thing.id for thing in things)
    places = {one: place / len(order) for place, one in enumerate(order)}
    for thing in things:
        thing.signs["id"] = places[thing.id]
        thing.signs["ones"] = int.from_bytes(thing.body, "big").bit_count() / len(thing.body)
        thing.signs["mean"] = sum(thing.body) / len(thing.body)
        thing.signs["different words"] = len(thing.words) * WORD / len(thing.body)


def _look_at_copies(key: bytes, thing: Thing, copies: Sequence[Copy]) -> None:
    """Where a thing lies in each copy, and in which it lay first and last."""
    for number, copy in enumerate(copies):
        for what, places in copy.ranks.items():
            place = places.get(key)
            if place is not None:
                sign = _of_any_kind(what)
                thing.signs[f"{sign}, {copy.name}"] = place
                # As shares of what lay there, they do not tell in which copy that was.
                if len(places) >= ENOUGH:
                    thing.signs.setdefault(f"{sign}, first", place)
                    thing.signs[f"{sign}, last"] = place
                thing.named.setdefault("first copy", number)
                thing.named["last copy"] = number
        if key in copy.marks:
            thing.same[f"marks, {copy.name}"] = copy.marks[key]


def _of_any_kind(what: str) -> str:
    return what.removeprefix("envelopes.").removeprefix("chunks.")
