"""The pair chains of a vault: what each source and this recipient alone know of each other.

SPEC 6.2 and 9. Of a chain only the chain key of its next index is kept. It is overwritten by the
one after it in the transaction that puts its record into a batch, so nobody can come back to it.
"""

import hmac
from dataclasses import dataclass

from caseworker.vault.database import Database, Row
from caseworker.vault.passing_secrets import add_secret, overwrite_secret, secret_of
from crypto.chain_keys import ChainKey, next_chain_key
from crypto.names import GenesisId, ThreadId, Week
from crypto.sizes import REPLY_INDEXES

__all__ = [
    "HeldChain",
    "advance_chain",
    "chain_of_number",
    "chain_of_thread",
    "records_left",
    "remember_chain",
    "set_newest_message",
    "step_chains",
    "week_of_thread",
]

# Begins like no text of the protocol, whose first byte is the length of a label: SPEC 2.
_NAME = b"fidelio-vault chain name"
_NO_MESSAGE = 0
# The newest message's: see `chain_of_thread`.
_OF_THREAD = (
    f"FROM chains WHERE thread_id = ? AND message > {_NO_MESSAGE}"
    " ORDER BY week DESC, message DESC LIMIT 1"
)


@dataclass(frozen=True, repr=False)
class HeldChain:
    """A chain: `key` is the chain key of `next_index`, the lowest that was never given out."""

    number: int
    next_index: int
    key: ChainKey

    def __repr__(self) -> str:
        return "HeldChain(hidden)"


def remember_chain(
    db: Database,
    genesis_id: GenesisId,
    thread_id: ThreadId,
    week: Week,
    first: ChainKey,
) -> int:
    """Keep the chain that a slot held, by its c_0, or go on with it where it is known.

    Returns its number. No thread is answered under it before `set_newest_message`: anybody may
    copy a slot, and what is behind it may be unreadable. One whose week lies before a restore may
    have been in use already: it is stepped on like those that the backup knew.
    """
    name = hmac.digest(first.secret, _NAME, "sha256")
    known = db.row("SELECT number FROM chains WHERE thread_id = ? AND name = ?", thread_id, name)
    if known:
        return int(known["number"])
    steps = db.number(
        "SELECT coalesce(max(chain_steps), 0) FROM vault WHERE stepped_week >= ?", week
    )
    secret = add_secret(db, next_chain_key(first, genesis_id, steps).secret)
    db.run(
        "INSERT INTO chains (thread_id, name, week, message, next_index, secret)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        thread_id,
        name,
        week,
        _NO_MESSAGE,
        min(steps, REPLY_INDEXES),
        secret,
    )
    return db.number("SELECT number FROM chains WHERE thread_id = ? AND name = ?", thread_id, name)


def set_newest_message(db: Database, chain: int, message: int) -> None:
    """Note the newest message (its number, from 1) whose slot held a chain."""
    db.run("UPDATE chains SET message = ? WHERE number = ?", message, chain)


def chain_of_number(db: Database, number: int) -> HeldChain:
    """Return a chain by the number that `remember_chain` gave it."""
    row = db.row("SELECT number, next_index, secret FROM chains WHERE number = ?", number)
    if row is None:
        raise LookupError("no chain of that number")
    return _chain_of_row(db, row)


def chain_of_thread(db: Database, thread_id: ThreadId) -> HeldChain | None:
    """Return the chain under which a thread is answered: that of its newest message.

    The newest is of the latest week, since what waits on the server comes in an order that is
    chance. None where all that came is of the protocol before.
    """
    row = db.row(f"SELECT number, next_index, secret {_OF_THREAD}", thread_id)
    return _chain_of_row(db, row) if row else None


def _chain_of_row(db: Database, row: Row) -> HeldChain:
    return HeldChain(row["number"], row["next_index"], ChainKey(secret_of(db, row["secret"])))


def records_left(db: Database, thread_id: ThreadId) -> int:
    """Return how many more records a source can get before it writes again in another week."""
    row = db.row(f"SELECT next_index {_OF_THREAD}", thread_id)
    return REPLY_INDEXES - row["next_index"] if row else 0


def week_of_thread(db: Database, thread_id: ThreadId) -> Week | None:
    """Return the week of the chain under which a thread is answered: that of its intake key."""
    row = db.row(f"SELECT week {_OF_THREAD}", thread_id)
    return Week(row["week"]) if row else None


def advance_chain(db: Database, chain: HeldChain, records: int, successor: ChainKey) -> None:
    """Overwrite a chain's key by the one after so many records, whose batch is kept with this."""
    row = db.row("SELECT secret FROM chains WHERE number = ?", chain.number)
    if row is None:
        raise LookupError("no chain of that number")
    overwrite_secret(db, row["secret"], successor.secret)
    db.run("UPDATE chains SET next_index = next_index + ? WHERE number = ?", records, chain.number)


def step_chains(db: Database, genesis_id: GenesisId, steps: int, week: Week) -> None:
    """Skip indexes of every chain, and of those of weeks up to this one that come again."""
    for row in db.rows("SELECT number, next_index, secret FROM chains"):
        key = ChainKey(secret_of(db, row["secret"]))
        overwrite_secret(db, row["secret"], next_chain_key(key, genesis_id, steps).secret)
    db.run("UPDATE chains SET next_index = min(next_index + ?, ?)", steps, REPLY_INDEXES)
    db.run(
        "UPDATE vault SET chain_steps = chain_steps + ?, stepped_week = max(stepped_week, ?)",
        steps,
        week,
    )
