"""Signing keys, the directory key, directories, cards and public intake keys of a vault."""

from dataclasses import dataclass

from caseworker.vault.database import Database
from crypto.names import Day, KeyHash
from crypto.signing import SigningKey


@dataclass(frozen=True, repr=False)
class HeldDirectoryKey:
    """The directory key, and what the root says of it; it may sign on the days [first, end).

    `head` is what stands before every directory that it signs.
    """

    key: SigningKey
    head: bytes
    number: int
    first: Day
    end: Day

    def __repr__(self) -> str:
        return "HeldDirectoryKey(hidden)"


@dataclass(frozen=True, repr=False)
class HeldSigningKey:
    """A recipient's signing key. `vouched`: the one before it signs its cards too."""

    key: SigningKey
    vouched: bool
    is_first: bool

    def __repr__(self) -> str:
        return "HeldSigningKey(hidden)"


def add_signing_key(db: Database, key: SigningKey, day: Day, *, vouched: bool = False) -> None:
    """Keep a new signing key; it signs the recipient's cards from now on.

    `vouched`: the one before it signs them too, until a directory names the new one.
    """
    db.run(
        "INSERT INTO signing_keys (public_key, seed, since_day, vouched) VALUES (?, ?, ?, ?)",
        key.public_key,
        key.seed,
        day,
        int(vouched),
    )


def newest_signing_key(db: Database) -> HeldSigningKey:
    """Return the recipient's newest signing key."""
    row = db.row("SELECT place, seed, vouched FROM signing_keys ORDER BY place DESC LIMIT 1")
    if row is None:
        raise LookupError("a vault without a signing key")
    return HeldSigningKey(SigningKey(row["seed"]), bool(row["vouched"]), row["place"] == 1)


def held_signing_key(db: Database, public_key: bytes) -> SigningKey | None:
    """Return the secret half of one of the recipient's signing keys, where it is held."""
    row = db.row("SELECT seed FROM signing_keys WHERE public_key = ?", public_key)
    return SigningKey(row["seed"]) if row else None


def own_signing_keys(db: Database) -> set[bytes]:
    """Return the public half of each signing key that the recipient ever had."""
    return {row["public_key"] for row in db.rows("SELECT public_key FROM signing_keys")}


def replace_directory_key(db: Database, held: HeldDirectoryKey) -> None:
    """Put a directory key in the place of the one before."""
    db.run("DELETE FROM directory_key")
    db.run(
        "INSERT INTO directory_key VALUES (1, ?, ?, ?, ?, ?)",
        held.key.seed,
        held.head,
        held.number,
        held.first,
        held.end,
    )


def directory_key(db: Database) -> HeldDirectoryKey | None:
    """Return the directory key, where this is the directory's vault."""
    row = db.row("SELECT seed, head, number, first_day, end_day FROM directory_key")
    if row is None:
        return None
    seed, head, number, first, end = row.values()
    return HeldDirectoryKey(SigningKey(seed), head, number, first, end)


def add_directory(
    db: Database,
    version: tuple[int, int],
    document: bytes,
    day: Day,
    *,
    issued: bool = False,
) -> None:
    """Keep a directory, given by delegation and sequence, that was accepted or `issued` here."""
    db.run(
        "INSERT INTO directories VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        *version,
        document,
        day,
        int(issued),
    )


def own_directory(db: Database) -> bytes | None:
    """Return the highest directory that this vault issued, or that a person said is its own."""
    row = db.row(
        "SELECT document FROM directories WHERE issued = 1"
        " ORDER BY delegation DESC, sequence DESC LIMIT 1"
    )
    return row["document"] if row else None


def record_issued(db: Database, document: bytes) -> None:
    """Note that a directory that came here is this vault's own, made before a restore."""
    db.run("UPDATE directories SET issued = 1 WHERE document = ?", document)


def newest_directory(db: Database) -> bytes | None:
    """Return the highest directory that this vault knows."""
    row = db.row("SELECT document FROM directories ORDER BY delegation DESC, sequence DESC LIMIT 1")
    return row["document"] if row else None


def add_card(db: Database, card: tuple[str, bytes, int], document: bytes, day: Day) -> None:
    """Keep a card, given by recipient, signing key and number, as the newest of its recipient."""
    db.run(
        "INSERT INTO cards (recipient, signing_key, number, document, taken_day)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        *card,
        document,
        day,
    )


def card_signers(db: Database, recipient: str) -> set[bytes]:
    """Return every key whose cards were taken in as a recipient's."""
    rows = db.rows("SELECT DISTINCT signing_key FROM cards WHERE recipient = ?", recipient)
    return {row["signing_key"] for row in rows}


def highest_card(db: Database, recipient: str, signing_key: bytes) -> bytes | None:
    """Return the card of the highest number that a recipient's signing key signed."""
    row = db.row(
        "SELECT document FROM cards WHERE recipient = ? AND signing_key = ?"
        " ORDER BY number DESC LIMIT 1",
        recipient,
        signing_key,
    )
    return row["document"] if row else None


def newest_card(db: Database, recipient: str) -> bytes | None:
    """Return the card of a recipient that was taken in last."""
    row = db.row(
        "SELECT document FROM cards WHERE recipient = ? ORDER BY place DESC LIMIT 1", recipient
    )
    return row["document"] if row else None


def newest_card_day(db: Database, recipient: str) -> Day | None:
    """Return the day on which the newest card of a recipient was taken in, or made."""
    row = db.row(
        "SELECT taken_day FROM cards WHERE recipient = ? ORDER BY place DESC LIMIT 1", recipient
    )
    return row["taken_day"] if row else None


def add_intake_key(db: Database, key_hash: KeyHash, public_key: bytes) -> None:
    """Keep a public intake key."""
    db.run("INSERT INTO intake_keys VALUES (?, ?) ON CONFLICT DO NOTHING", key_hash, public_key)


def intake_key(db: Database, key_hash: KeyHash) -> bytes | None:
    """Return a public intake key by its hash."""
    row = db.row("SELECT public_key FROM intake_keys WHERE hash = ?", key_hash)
    return row["public_key"] if row else None
