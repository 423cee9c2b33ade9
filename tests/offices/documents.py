"""A directory alone, of any dates and of the same keys each time, for tests that only read one.

Nothing can be sealed to its intake keys: where a source writes, take `signed_office`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crypto.days import later
from crypto.directory import Delegation, ListedKey, Policy, Recipient
from crypto.directory_content import DirectoryContent
from crypto.form import first_form, form_hash
from crypto.names import Day, GenesisId, KeyHash, Week
from crypto.office.directory import listed_weeks, root_chain, sign_delegation, sign_directory
from crypto.signing import SigningKey

ISSUED = Day(20_800)


def digest(text: str) -> bytes:
    """Return 32 bytes that differ by text."""
    return hashlib.sha256(text.encode()).digest()


def key(name: str) -> SigningKey:
    """Return a signing key that differs by name."""
    return SigningKey(digest(name))


@dataclass(frozen=True)
class Office:
    """An office, its keys and its current directory's content."""

    root: SigningKey
    directory_key: SigningKey
    chain: bytes
    head: bytes
    content: DirectoryContent

    @property
    def genesis_id(self) -> GenesisId:
        """The office's id."""
        return self.content.genesis_id

    def document(self, **changed: Any) -> bytes:
        """Return the directory's document, with some of its content changed."""
        return sign_directory(self.head, self.directory_key, replace(self.content, **changed))


def listed(recipient_id: str, weeks: Sequence[Week]) -> tuple[ListedKey, ...]:
    """Return the intake keys that a recipient lists for these weeks."""
    return tuple(ListedKey(week, KeyHash(digest(f"{recipient_id} {week}"))) for week in weeks)


def office(issued: Day = ISSUED, days: int = 14) -> Office:
    """Return an office with two recipients, whose directory is issued on a day."""
    root, directory_key = key("root"), key("directory")
    genesis_id = hashlib.sha256(root.public_key).digest()
    chain = root_chain(root.public_key)
    allowed = Delegation(1, issued, later(issued, 90), directory_key.public_key)
    content = DirectoryContent(
        genesis_id=GenesisId(genesis_id),
        sequence=1,
        issued=issued,
        expires=later(issued, days),
        names={"en": "Office", "und": "Бюро"},
        addresses=("https://tips.example.org",),
        recipients=tuple(
            Recipient(
                id=one,
                titles={"en": one},
                signing_key=key(one).public_key,
                keys=listed(one, listed_weeks(issued, later(issued, days))),
            )
            for one in ("board", "investigations")
        ),
        retired=(),
        directory_recipient="board",
        servers=(),
        form=form_hash(first_form()),
        batch_size=64,
        release=0,
        mirrors=(),
        policy=Policy(400, 365, 8192, 0, 0),
        contacts=("By post",),
    )
    head = sign_delegation(chain, root, allowed)
    return Office(root, directory_key, chain, head, content)
