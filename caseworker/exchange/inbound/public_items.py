"""Directory, keys, form, cards and taken lines of a part: each checked by its own signature."""

from dataclasses import dataclass, field

from caseworker.exchange.inbound.left_out import (
    CardRefused,
    CardWithKeysOfOthers,
    CardWithoutKeys,
    DirectoryRefused,
    FormMissing,
    LeftOut,
)
from caseworker.keys.directories import known_directory
from caseworker.keys.signing import active_signing_key
from caseworker.vault.arrivals import replace_taken_lines
from caseworker.vault.folder import Vault
from caseworker.vault.forms import add_form, form_of
from caseworker.vault.keys import (
    add_card,
    add_directory,
    add_intake_key,
    card_signers,
    directory_key,
    highest_card,
    newest_card,
    own_signing_keys,
)
from caseworker.vault.numbers import NUMBERS_SKIPPED, raise_number
from caseworker.vault.outgoing import outgoing_rows
from crypto.card import Card, check_card, read_card, seen_card
from crypto.directory import ListedKey, check_not_older, read_directory, seen
from crypto.errors import Outdated, ProtocolError
from crypto.form import form_hash, read_form
from crypto.names import Day, FormHash
from crypto.public_keys import key_hash
from crypto.statements import StatementKind, TakenLine, check_taken_line, parse_taken_line

# One directory, the cards of four recipients, and their keys: a bundle with more is not from the
# server, and what is beyond is passed over before it fills memory.
_DIRECTORIES_MAX = 4
_CARDS_MAX = 64
_KEYS_MAX = 1024
_FORMS_MAX = 4


@dataclass
class PublicItems:
    """The first items of a part, gathered until all that they refer to is there."""

    vault: Vault
    day: Day
    left_out: list[LeftOut] = field(default_factory=list)
    _documents: list[bytes] = field(default_factory=list)
    _keys: dict[bytes, bytes] = field(default_factory=dict)
    _cards: list[bytes] = field(default_factory=list)
    _forms: dict[bytes, bytes] = field(default_factory=dict)
    _lines: dict[bytes, TakenLine] = field(default_factory=dict)
    _active: dict[str, bytes | None] = field(default_factory=dict)
    _made: set[tuple[StatementKind, int, bytes]] | None = None

    def gather_directory(self, document: bytes) -> None:
        """Gather a directory document, until `settle_items`."""
        if len(self._documents) < _DIRECTORIES_MAX:
            self._documents.append(document)

    def gather_key(self, key: bytes) -> None:
        """Gather an intake public key, until `settle_items`."""
        if len(self._keys) < _KEYS_MAX:
            self._keys[key_hash(key)] = key

    def gather_form(self, form: bytes) -> None:
        """Gather a form, until `settle_items`."""
        if len(self._forms) < _FORMS_MAX:
            self._forms[form_hash(form)] = form

    def gather_card(self, card: bytes) -> None:
        """Gather a card, until `settle_items`."""
        if len(self._cards) < _CARDS_MAX:
            self._cards.append(card)

    def gather_line(self, item: bytes) -> None:
        """Gather a taken line whose signature holds; others are nobody's word."""
        try:
            line = parse_taken_line(item)
            check_taken_line(line, self._signers_of(line), self.vault.genesis_id)
        except ProtocolError:
            return
        self._lines[item] = line

    def settle_items(self) -> None:
        """Import directory, form, cards and keys, before lines are checked against them."""
        for document in self._documents:
            self._import_directory(document)
        for card in self._cards:
            self._import_card(card)

    def settle_lines(self, server: bytes) -> None:
        """Import the lines: they alone say from now on what this server has taken."""
        replace_taken_lines(self.vault.db, server, list(self._lines.values()))

    def _import_directory(self, document: bytes) -> None:
        known = known_directory(self.vault)
        try:
            directory = read_directory(document, self.vault.genesis_id)
            check_not_older(directory, seen(known))
        except Outdated:
            return
        except ProtocolError as error:
            self.left_out.append(DirectoryRefused(error))
            return
        version = (directory.delegation.number, directory.sequence)
        add_directory(self.vault.db, version, document, self.day)
        for recipient in directory.recipients:
            self._add_keys(recipient.keys)
        self._add_form(directory.form)

    def _add_form(self, named: FormHash) -> None:
        if form_of(self.vault.db, named) is not None:
            return
        form = self._forms.get(named, b"")
        try:
            read_form(form, named)
        except ProtocolError:
            self.left_out.append(FormMissing())
            return
        add_form(self.vault.db, form)

    def _import_card(self, document: bytes) -> None:
        try:
            card = read_card(document, self.vault.genesis_id)
            if card.recipient == self.vault.recipient:
                self._compare_own_card(card, document)
            elif directory_key(self.vault.db):
                self._import_foreign_card(card, document)
        except Outdated:
            return
        except ProtocolError as error:
            self.left_out.append(CardRefused(error))

    def _import_foreign_card(self, card: Card, document: bytes) -> None:
        known = self._known_signing_key(card.recipient)
        if known is None:
            return
        if card.signing_key != known and self._was_replaced(card):
            return
        highest = highest_card(self.vault.db, card.recipient, card.signing_key)
        before = read_card(highest, self.vault.genesis_id) if highest else None
        check_card(card, card.recipient, known, seen_card(before) if before else None)
        if any(key.hash not in self._keys for key in card.keys):
            self.left_out.append(CardWithoutKeys(card.recipient))
            return
        owners = self._keys_of_others(card.recipient)
        others = sorted({owners[key.hash] for key in card.keys if key.hash in owners})
        if others:
            self.left_out.append(CardWithKeysOfOthers(card.recipient, tuple(others)))
            return
        name = (card.recipient, card.signing_key, card.number)
        add_card(self.vault.db, name, document, self.day)
        self._add_keys(card.keys)

    def _keys_of_others(self, recipient: str) -> dict[bytes, str]:
        """Return who has an intake key, by its hash, as directory and cards of the others say."""
        owners: dict[bytes, str] = {}
        for one in known_directory(self.vault).recipients:
            if one.id != recipient:
                document = newest_card(self.vault.db, one.id)
                card = read_card(document, self.vault.genesis_id) if document else one
                owners |= {key.hash: one.id for key in (*one.keys, *card.keys)}
        return owners

    def _compare_own_card(self, card: Card, document: bytes) -> None:
        if card.signing_key not in own_signing_keys(self.vault.db):
            return
        highest = highest_card(self.vault.db, card.recipient, card.signing_key)
        number = read_card(highest, self.vault.genesis_id).number if highest else 0
        if card.number < number or document == highest:
            return
        # Made in a life before a restore; the next export makes a card beyond.
        raise_number(self.vault.db, "card", card.number + NUMBERS_SKIPPED)

    def _known_signing_key(self, recipient: str) -> bytes | None:
        document = newest_card(self.vault.db, recipient)
        if document:
            return read_card(document, self.vault.genesis_id).signing_key
        active = known_directory(self.vault).recipients
        return next((one.signing_key for one in active if one.id == recipient), None)

    def _was_replaced(self, card: Card) -> bool:
        """Tell whether a card is by a key whose place another took: the server passes on both."""
        return card.signing_key in card_signers(self.vault.db, card.recipient)

    def _add_keys(self, listed: tuple[ListedKey, ...]) -> None:
        for key in listed:
            if key.hash in self._keys:
                add_intake_key(self.vault.db, key.hash, self._keys[key.hash])

    def _signers_of(self, line: TakenLine) -> set[bytes]:
        """Return the keys by which a line may be: SPEC 13, "Taken line"."""
        name = line.recipient_id
        if name not in self._active:
            self._active[name] = active_signing_key(known_directory(self.vault), name)
        active = self._active[name]
        signers = {active} if active else set()
        if name == self.vault.recipient and self._is_own(line):
            signers |= own_signing_keys(self.vault.db)
        return signers

    def _is_own(self, line: TakenLine) -> bool:
        """Tell whether this vault made what a line says was taken."""
        if self._made is None:
            rows = outgoing_rows(self.vault.db)
            self._made = {(row.kind, row.number, row.content_hash) for row in rows}
        return (line.kind, line.number, line.content_hash) in self._made
