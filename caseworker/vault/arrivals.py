"""What arrived in inbound bundles: parts, envelopes, and what the server says it has taken."""

from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.vault.chains import chain_of_number
from caseworker.vault.database import Database
from caseworker.vault.passing_secrets import add_secret, forget_secret, secret_of
from crypto.byte_reader import ByteReader
from crypto.names import Address, Day, ThreadId, Week
from crypto.office.envelope import OpenedSlot
from crypto.statements import StatementKind, TakenLine

_CONTENT_KEY_SIZE = 32
_IMPORT_COLUMNS = (
    "sha256, export_id, part, parts, day, imported_day, chunks_left, envelopes, believed_day,"
    " server, number"
)


@dataclass(frozen=True)
class ImportRow:
    """A part of an inbound bundle that was imported.

    `day` and `number` are the export's, as the bundle says it; `believed_day` what of the day is
    believed. `server` is the public key (32 bytes) that signed the part: whether it is believed is
    asked when it matters.
    """

    sha256: bytes
    export_id: bytes
    part: int
    parts: int
    day: Day
    imported_day: Day
    chunks_left: int
    envelopes: int
    believed_day: Day
    server: bytes | None
    number: int

    @property
    def export(self) -> tuple[object, ...]:
        """What all parts of one export have in common, and parts of no two."""
        return (self.export_id, self.server, self.number, self.parts, self.day)


@dataclass(frozen=True, repr=False)
class SetAside:
    """An envelope whose slot opened and whose content an update may read.

    `chain` is the number of the slot's chain. What comes back of the slot has that chain's key of
    now in the place of c_0, which is not kept.
    """

    address: Address
    body: bytes
    slot: OpenedSlot
    chain: int

    def __repr__(self) -> str:
        return "SetAside(hidden)"


@dataclass(frozen=True)
class TakenRow:
    """That a server (its public key, 32 bytes) took something, by its newest export."""

    server: bytes
    kind: StatementKind
    recipient: str
    number: int
    count: int
    week: Week
    content_hash: bytes


def add_import(db: Database, row: ImportRow) -> None:
    """Note that a part was imported; a second time only where chunks had been left out."""
    db.run("DELETE FROM imports WHERE sha256 = ?", row.sha256)
    db.run(
        f"INSERT INTO imports ({_IMPORT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        *vars(row).values(),
    )


def find_import(db: Database, sha256: bytes) -> ImportRow | None:
    """Return the import of a part with these bytes."""
    return next(_imports(db, "WHERE sha256 = ?", sha256), None)


def all_imports(db: Database) -> Iterator[ImportRow]:
    """Yield every part that was imported, in that order."""
    return _imports(db, "ORDER BY place")


def _imports(db: Database, which: str, *values: bytes) -> Iterator[ImportRow]:
    query = f"SELECT {_IMPORT_COLUMNS} FROM imports {which}"  # noqa: S608 - our own words
    for row in db.rows(query, *values):
        yield ImportRow(**row)


def replace_taken_lines(db: Database, server: bytes, lines: list[TakenLine]) -> None:
    """Keep the lines of a bundle of a server, each checked, in the place of its ones before."""
    db.run("DELETE FROM taken_lines WHERE server = ?", server)
    for line in lines:
        db.run(
            "INSERT INTO taken_lines VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            server,
            line.kind,
            line.recipient_id,
            line.number,
            line.count,
            line.week,
            line.content_hash,
        )


def taken_lines(db: Database) -> Iterator[TakenRow]:
    """Yield what each server has taken, of every recipient."""
    for row in db.rows("SELECT * FROM taken_lines ORDER BY kind, recipient, number, server"):
        yield TakenRow(**{**row, "kind": StatementKind(row["kind"])})


def envelope_outcome(db: Database, address: Address) -> str | None:
    """Return what became of an envelope that arrived before."""
    row = db.row("SELECT outcome FROM envelopes WHERE address = ?", address)
    return row["outcome"] if row else None


def add_envelope(db: Database, address: Address, outcome: str, reason: str, day: Day) -> None:
    """Note an envelope, or what became of it now; nothing but that is kept of it.

    What was kept of its slot while it was set aside is overwritten.
    """
    before = db.row("SELECT secret FROM envelopes WHERE address = ?", address)
    if before and before["secret"] is not None:
        forget_secret(db, before["secret"])
    db.run(
        "INSERT INTO envelopes (address, outcome, reason, arrived_day) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET outcome = ?2, reason = ?3, body = NULL, slot = NULL,"
        " secret = NULL, chain = NULL, key_week = NULL, key_hash = NULL",
        address,
        outcome,
        reason,
        day,
    )


def add_set_aside(db: Database, envelope: SetAside) -> None:
    """Store the bytes and the slot of an envelope that has its outcome, to try it again."""
    slot = envelope.slot
    db.run(
        "UPDATE envelopes SET body = ?, slot = ?, secret = ?, chain = ?, key_week = ?, key_hash = ?"
        " WHERE address = ?",
        envelope.body,
        slot.slot,
        add_secret(db, slot.content_key + slot.thread_id),
        envelope.chain,
        slot.week,
        slot.key_hash,
        envelope.address,
    )


def addresses_set_aside(db: Database) -> list[Address]:
    """Return the addresses of the envelopes that wait to be tried again."""
    rows = db.rows("SELECT address FROM envelopes WHERE body IS NOT NULL ORDER BY address")
    return [row["address"] for row in rows]


def set_aside(db: Database, address: Address) -> SetAside:
    """Return an envelope that waits to be tried again."""
    row = db.row("SELECT * FROM envelopes WHERE address = ? AND body IS NOT NULL", address)
    if row is None:
        raise LookupError("no envelope of that address waits")
    secret = ByteReader(secret_of(db, row["secret"]))
    slot = OpenedSlot(
        slot=row["slot"],
        content_key=secret.read(_CONTENT_KEY_SIZE),
        chain=chain_of_number(db, row["chain"]).key,
        thread_id=ThreadId(secret.rest()),
        week=row["key_week"],
        key_hash=row["key_hash"],
    )
    return SetAside(row["address"], row["body"], slot, row["chain"])


def outcomes(db: Database) -> dict[tuple[str, str], int]:
    """Return how many envelopes had which outcome for which reason."""
    rows = db.rows(
        "SELECT outcome, reason, count(*) AS number FROM envelopes GROUP BY outcome, reason"
    )
    return {(row["outcome"], row["reason"]): row["number"] for row in rows}


def confirm_again(db: Database, address: Address, still_stand: set[int]) -> None:
    """Note that a known envelope came again.

    The server lets go of what it was told: so the confirmation that named it has been dropped or
    taken, unless it is among those that still stand.
    """
    row = db.row("SELECT confirmed_in FROM envelopes WHERE address = ?", address)
    if row and row["confirmed_in"] not in (None, *still_stand):
        db.run("UPDATE envelopes SET confirmed_in = NULL WHERE address = ?", address)


def unconfirmed_envelopes(db: Database) -> list[Address]:
    """Return the addresses of envelopes that no confirmation names yet."""
    rows = db.rows("SELECT address FROM envelopes WHERE confirmed_in IS NULL ORDER BY address")
    return [row["address"] for row in rows]


def oldest_unconfirmed_day(db: Database, on_their_way: set[int]) -> Day | None:
    """Return the day on which the oldest envelope came that the server was not yet told of.

    `on_their_way` are the confirmations that it has not been seen to have taken.
    """
    rows = db.rows(
        "SELECT confirmed_in, min(arrived_day) AS day FROM envelopes GROUP BY confirmed_in"
    )
    days = [row["day"] for row in rows if row["confirmed_in"] in (None, *on_their_way)]
    return min(days, default=None)


def confirm_envelopes(db: Database, addresses: list[Address], number: int) -> None:
    """Note by which confirmation envelopes are named."""
    for address in addresses:
        db.run("UPDATE envelopes SET confirmed_in = ? WHERE address = ?", number, address)
