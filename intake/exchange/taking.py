"""Taking in what a bundle holds, item by item, within one transaction.

An item that is not right is set aside with a reason and stops nothing else. One that is known
already, or older than what is known, is passed over: a bundle repeats what may have been lost.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from crypto.bundle import ItemType
from crypto.card import Card, SeenCard, check_card, read_card
from crypto.days import week_of
from crypto.directory import Directory, check_not_older, read_directory, seen
from crypto.errors import Malformed, Outdated, ProtocolError, Unauthentic
from crypto.form import form_hash, parse_form
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day, GenesisId, KeyHash, Week
from crypto.public_keys import check_kem_public_key, key_hash
from crypto.statement_contents import parse_batch, parse_confirmation
from crypto.statements import (
    Statement,
    StatementKind,
    check_statement,
    parse_statement,
    taken_line,
)
from intake.storage.imports import ImportTransaction, StoredCard

PUBLIC_ITEMS_MAX: Final = 2_048
"""Directories, keys, forms and cards of one bundle: 4 recipients have 32 keys each at most."""

STATEMENTS: Final = {ItemType.of(kind): kind for kind in StatementKind}
"""The items that are statements."""


@dataclass
class Outcome:
    """What a bundle brought. `aside`: what was set aside, and why; `known`: items passed over."""

    directory: Directory | None = None
    cards: int = 0
    statements: dict[StatementKind, int] = field(
        default_factory=lambda: dict.fromkeys(StatementKind, 0)
    )
    known: int = 0
    aside: list[tuple[str, str]] = field(default_factory=list)
    deleted_envelopes: int = 0
    deleted_chunks: int = 0

    @property
    def changed(self) -> bool:
        """Tell whether anything was new."""
        return bool(self.directory or self.cards or any(self.statements.values()))


class _SetAside(Exception):  # noqa: N818 - what it is, not that it is an error
    """An item is not taken in now; the text says why, and holds nothing of it."""


class _Known(Exception):  # noqa: N818 - likewise
    """An item brings nothing new."""


class Taking:
    """Takes the items of one recipient's bundle into the database of a pinned office.

    Works in the transaction that its caller has begun. `directory` is the one in force.
    """

    def __init__(
        self, transaction: ImportTransaction, genesis_id: GenesisId, recipient: str, day: Day
    ) -> None:
        self._transaction = transaction
        self._genesis_id = genesis_id
        self._recipient = recipient
        self._day = day
        self._keys: dict[bytes, bytes] = {}
        self._forms: dict[bytes, bytes] = {}
        self._outcome = Outcome()
        document = transaction.directory()
        self.directory = None if document is None else read_directory(document, genesis_id)

    def take(self, bundle_items: Iterator[tuple[ItemType, bytes]]) -> Outcome:
        """Take every item, then delete what this made superfluous."""
        public: list[tuple[ItemType, bytes]] = []
        for item_type, item in bundle_items:
            kind = STATEMENTS.get(item_type)
            if kind is None:
                public.append((item_type, item))
                if len(public) > PUBLIC_ITEMS_MAX:
                    raise Malformed("more public items than an office can have")
                continue
            self._take_public(public)
            public.clear()
            self._try(kind.name.lower(), self._take_statement, kind, item)
        self._take_public(public)
        self._tidy()
        return self._outcome

    def _try(self, name: str, take: Callable[..., None], *arguments: object) -> None:
        try:
            take(*arguments)
        except _Known:
            self._outcome.known += 1
        except (_SetAside, ProtocolError) as error:
            self._outcome.aside.append((name, str(error)))

    # ---- Directory, keys, forms, cards --------------------------------------------------------

    def _take_public(self, public: Iterable[tuple[ItemType, bytes]]) -> None:
        """Take directories before cards, since they say whose cards count; the rest as needed."""
        by_type: dict[ItemType, list[bytes]] = {item_type: [] for item_type in ItemType}
        for item_type, item in public:
            by_type[item_type].append(item)
        self._keys.update((key_hash(key), key) for key in by_type[ItemType.INTAKE_KEY])
        self._forms.update((form_hash(form), form) for form in by_type[ItemType.FORM])
        for document in by_type[ItemType.DIRECTORY]:
            self._try("directory", self._take_directory, document)
        for card in by_type[ItemType.CARD]:
            self._try("card", self._take_card, card)

    def _take_directory(self, document: bytes) -> None:
        new = read_directory(document, self._genesis_id)
        if self.directory is not None:
            if new.sha256 == self.directory.sha256:
                raise _Known
            try:
                check_not_older(new, seen(self.directory))
            except Outdated:
                raise _Known from None
        if self._day < new.issued - CLOCK_GRACE_DAYS:
            raise _SetAside("it begins later than this machine's clock says: is the clock right?")
        self._check_form(new.form)
        self._take_keys(key.hash for recipient in new.recipients for key in recipient.keys)
        self._take_form(new.form)
        self._transaction.serve_directory(document)
        self.directory = self._outcome.directory = new

    def _check_form(self, wanted: bytes) -> None:
        """Return if the form with this hash is known, or in the bundle and as it must be."""
        if self._transaction.has_form(wanted):
            return
        if wanted not in self._forms:
            raise _SetAside("its form is not in the bundle")
        parse_form(self._forms[wanted])

    def _take_form(self, wanted: bytes) -> None:
        if wanted in self._forms:
            self._transaction.add_form(wanted, self._forms[wanted])

    def _take_keys(self, hashes: Iterable[KeyHash]) -> None:
        """Take the public keys with these hashes, all of which must be here or in the bundle."""
        found = {}
        for wanted in hashes:
            if not self._transaction.has_intake_key(wanted):
                if wanted not in self._keys:
                    raise _SetAside("not all of its public keys are in the bundle")
                check_kem_public_key(self._keys[wanted])
                found[wanted] = self._keys[wanted]
        for wanted, key in found.items():
            self._transaction.add_intake_key(wanted, key)

    def _take_card(self, data: bytes) -> None:
        card = read_card(data, self._genesis_id)
        stored = [old for old in self._transaction.cards() if old.recipient == card.recipient]
        seen_card = None
        for old in stored:
            if old.signing_key == card.signing_key:
                seen_card = SeenCard(
                    signing_key=old.signing_key,
                    number=old.number,
                    sha256=hashlib.sha256(old.card).digest(),
                )
        if seen_card is not None and seen_card.sha256 == card.sha256:
            raise _Known
        self._check_card(card, self._signing_keys(card.recipient, stored), seen_card)
        self._take_keys(key.hash for key in card.keys)
        self._transaction.set_card(StoredCard(card.recipient, card.signing_key, card.number, data))
        self._outcome.cards += 1

    def _check_card(
        self, card: Card, signing_keys: Iterable[bytes], seen_card: SeenCard | None
    ) -> None:
        """Return if one of the recipient's keys vouches for the card."""
        for signing_key in signing_keys:
            try:
                check_card(card, card.recipient, signing_key, seen_card)
            except Unauthentic:
                continue
            except Outdated:
                raise _Known from None
            return
        raise _SetAside("neither signed nor announced by a key of the recipient it names")

    def _signing_keys(self, recipient: str, stored: Iterable[StoredCard]) -> list[bytes]:
        """Return a recipient's active signing key, and those that cards have announced since."""
        if self.directory is None:
            return []
        keys = [r.signing_key for r in self.directory.recipients if r.id == recipient]
        cards = [read_card(card.card, self._genesis_id) for card in stored]
        for _ in cards:
            keys += [
                card.signing_key
                for card in cards
                if card.old_signing_key in keys and card.signing_key not in keys
            ]
        return keys

    # ---- Statements ---------------------------------------------------------------------------

    def _take_statement(self, kind: StatementKind, item: bytes) -> None:
        statement = parse_statement(kind, item)
        before = self._transaction.content_hash(kind, self._recipient, statement.number)
        if before == hashlib.sha256(statement.content).digest():
            # Also where the key that signed it was replaced since.
            raise _Known
        if self.directory and self._day < self.directory.issued - CLOCK_GRACE_DAYS:
            # What it would stand under ends too early, and for good, once the clock is right.
            raise _SetAside("this machine's clock is behind the directory: set it, import again")
        signing_key = self._active_key()
        check_statement(statement, self._recipient, signing_key, self._genesis_id)
        week = week_of(self._day)
        line = taken_line(statement, self._recipient, signing_key, week)
        if self._transaction.is_spent(kind, self._recipient, statement.number):
            raise _Known
        if self.directory and not self._transaction.believes(self.directory, self._day):
            # It would stand under a week that is years away, and longer than the policy says.
            raise _SetAside(
                "this machine's clock is far past the directory: set it, or bring a renewed"
                " directory; then import again"
            )
        if before is not None:
            raise _SetAside("its number was taken before, with other content")
        _APPLY[kind](self._transaction, self._recipient, statement, week)
        self._transaction.add_line(line)
        self._outcome.statements[kind] += 1

    def _active_key(self) -> bytes:
        """Return the one key that may sign statements: that of the bundle's recipient, active."""
        if self.directory is not None:
            for recipient in self.directory.recipients:
                if recipient.id == self._recipient:
                    return recipient.signing_key
        raise _SetAside("the directory in force does not name the recipient that sent it")

    # ---- Afterwards ---------------------------------------------------------------------------

    def _tidy(self) -> None:
        """Delete what every recipient has, and public items that nobody needs any more."""
        if self.directory is None:
            return
        recipients = [recipient.id for recipient in self.directory.recipients]
        deleted = self._transaction.drop_confirmed(recipients)
        self._outcome.deleted_envelopes, self._outcome.deleted_chunks = deleted
        wanted = {key.hash for r in self.directory.recipients for key in r.keys}
        stored, superfluous = self._transaction.cards(), []
        for card in stored:
            mine = [other for other in stored if other.recipient == card.recipient]
            if card.signing_key in self._signing_keys(card.recipient, mine):
                wanted.update(key.hash for key in read_card(card.card, self._genesis_id).keys)
            else:
                superfluous.append(card)
        self._transaction.forget_public(superfluous, wanted, {self.directory.form})
        if self._outcome.changed:
            self._transaction.new_edition()


def _apply_batch(
    transaction: ImportTransaction, _recipient: str, statement: Statement, week: Week
) -> None:
    transaction.add_to_board(week, parse_batch(statement).records)


def _apply_confirmation(
    transaction: ImportTransaction, recipient: str, statement: Statement, _week: Week
) -> None:
    confirmation = parse_confirmation(statement)
    transaction.confirm(recipient, confirmation.envelopes(), confirmation.chunks())


_APPLY: Final = {
    StatementKind.BATCH: _apply_batch,
    StatementKind.CONFIRMATION: _apply_confirmation,
}
